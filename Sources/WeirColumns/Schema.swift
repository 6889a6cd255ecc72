/// A named, typed column of a schema.
package struct Field: Hashable, Sendable {
  package var name: String
  package var type: ColumnType

  package init(_ name: String, _ type: ColumnType) {
    self.name = name
    self.type = type
  }

  /// True for columns that are Weir's own, such as `_time`: they travel but no sink writes them.
  package var isHidden: Bool { name.utf8.first == UInt8(ascii: "_") }
}

/// The columns of a stream, in order, and which of them is the event time of a row.
package struct Schema: Hashable, Sendable {
  package let fields: [Field]
  /// The index of the timestamp column that holds the event time of each row.
  package let eventTime: Int?
  /// A number that differs when names, types, their order or the event time differ.
  ///
  /// Channels and snapshots compare it; it is the same in every process and version.
  package let fingerprint: UInt64

  /// The hidden column that holds the event time when no visible column does.
  package static let hiddenTimeName = "_time"

  package init(_ fields: [Field], eventTime: Int? = nil) {
    if let eventTime {
      precondition(fields[eventTime].type == .timestamp, "event time is not a timestamp: \(fields)")
    }
    self.fields = fields
    self.eventTime = eventTime
    fingerprint = Self.fingerprint(fields, eventTime)
  }

  private static func fingerprint(_ fields: [Field], _ eventTime: Int?) -> UInt64 {
    var text = ""
    for field in fields { text += "\(field.name):\(field.type);" }
    if let eventTime { text += "@\(eventTime)" }
    return Fingerprint.of(text)
  }

  /// The position of the column of that name; linear, for planning and not for rows.
  package func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
  }
}
