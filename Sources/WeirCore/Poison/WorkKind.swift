/// What an instance has in hand while it works.
package enum WorkKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Rows that have come in to a stage.
  case row
  /// Records of a source, before they are rows.
  case record
  /// Results of an operator with state that are being computed, while no row is in hand; known by key
  /// and window.
  case firing
  /// Results that are computed, while `select` makes rows of them.
  case result

  /// One of them, in words.
  var noun: String {
    switch self {
    case .row: "row"
    case .record: "record"
    case .firing, .result: "result"
    }
  }

  /// Who works on it, in words.
  var worker: String {
    switch self {
    case .row, .firing, .result: "operator"
    case .record: "parser"
    }
  }

  /// The clause that works on a result, in words of the file.
  var clause: String {
    switch self {
    case .row, .record: ""
    case .firing: "aggregate"
    case .result: "select"
    }
  }
}
