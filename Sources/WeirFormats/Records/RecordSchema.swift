import WeirColumns

/// What a number means where a time or a length of time is expected.
package enum TimeUnit: String, Hashable, Sendable, CaseIterable {
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"

  /// The power of ten that turns the unit into microseconds.
  var exponent: Int {
    switch self {
    case .seconds: 6
    case .milliseconds: 3
    case .microseconds: 0
    case .nanoseconds: -3
    }
  }
}

/// A value that records carry: where it lies, what it is, and whether anybody reads it.
package struct RecordField: Hashable, Sendable {
  /// The name of its column, and of its header in CSV.
  package var name: String
  package var type: ColumnType
  /// Names from the outermost object of a JSON record inwards, such as `merchant`, `id`.
  package var path: [String]
  /// The unit of a timestamp or duration that is written as a number.
  package var unit: TimeUnit
  /// False: checked in every record, stored in none.
  package var isNeeded: Bool

  /// Makes a field that lies under its own name unless a path is given.
  package init(
    _ name: String,
    _ type: ColumnType,
    path: [String]? = nil,
    unit: TimeUnit = .milliseconds,
    isNeeded: Bool = true
  ) {
    self.name = name
    self.type = type
    self.path = path ?? [name]
    self.unit = unit
    self.isNeeded = isNeeded
    precondition(!self.path.isEmpty, "field '\(name)' has an empty path")
  }
}

/// The fields of a source's records, in the order of the user's file.
package struct RecordSchema: Hashable, Sendable {
  package var fields: [RecordField]

  package init(_ fields: [RecordField]) {
    self.fields = fields
  }

  /// The columns that a reader fills: the needed fields, in order.
  package var columns: [Field] {
    fields.filter(\.isNeeded).map { Field($0.name, $0.type) }
  }
}
