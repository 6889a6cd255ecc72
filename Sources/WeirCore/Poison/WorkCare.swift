/// How closely an instance notes what it is working on.
package enum WorkCare: String, Hashable, Sendable, Codable {
  /// In whose name it works, and on how many rows: whole batches.
  case usual
  /// It has died at work: some hundred rows at a time, and the fingerprint of each.
  case recording
  /// It has died there again: one row at a time.
  case careful

  /// The most rows that are worked on at a time.
  package var rows: Int {
    switch self {
    case .usual: .max
    case .recording: Limits.markedRows
    case .careful: 1
    }
  }
}
