import WeirColumns

/// A value of a row, as tests write and compare it.
package enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  /// An int, decimal, timestamp or duration: its 64 bits.
  case int(Int64)
  case double(Double)
  case text(String)
  /// A value of type bytes, json or list.
  case bytes([UInt8])
  case error(RowMark)
}

extension Value: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(nilLiteral: ()) { self = .null }
}

extension Value: Comparable {
  /// An order over all values, so that rows can be compared as sets: by kind, then by value.
  package static func < (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): !left && right
    case (.int(let left), .int(let right)): left < right
    case (.double(let left), .double(let right)): left < right
    case (.text(let left), .text(let right)):
      left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
    case (.error(let left), .error(let right)): left.rawValue < right.rawValue
    default: left.rank < right.rank
    }
  }

  private var rank: Int {
    switch self {
    case .null: 0
    case .bool: 1
    case .int: 2
    case .double: 3
    case .text: 4
    case .bytes: 5
    case .error: 6
    }
  }
}

extension Value: CustomStringConvertible {
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .text(let value): "'\(value)'"
    case .bytes(let value): "\(value)"
    case .error(let mark): "error(\(mark))"
    }
  }
}

extension [[Value]] {
  /// The rows in an order that depends on them alone: two sets of rows are equal if these are.
  package var inOrder: [[Value]] {
    sorted { left, right in left.lexicographicallyPrecedes(right) }
  }
}
