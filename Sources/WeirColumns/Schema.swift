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
  package var fields: [Field]
  /// The index of the timestamp column that holds the event time of each row.
  package var eventTime: Int?

  /// The hidden column that holds the event time when no visible column does.
  package static let hiddenTimeName = "_time"

  package init(_ fields: [Field], eventTime: Int? = nil) {
    if let eventTime {
      precondition(fields[eventTime].type == .timestamp, "event time is not a timestamp: \(fields)")
    }
    self.fields = fields
    self.eventTime = eventTime
  }

  /// The position of the column of that name; linear, for planning and not for rows.
  package func index(of name: String) -> Int? {
    fields.firstIndex { $0.name == name }
  }
}
