/// The type of a column, as users write it in a schema.
///
/// Every column may hold nulls, whatever its type.
package enum ColumnType: Hashable, Sendable {
  case bool
  /// 64-bit signed integer.
  case int
  /// 64-bit IEEE 754; never NaN or infinite in a column.
  case float
  /// Exact: a 64-bit integer scaled by 10^scale, 0 <= scale <= 18.
  case decimal(scale: Int)
  /// UTF-8.
  case string
  /// Microseconds since 1970-01-01T00:00:00Z.
  case timestamp
  /// Microseconds.
  case duration
  case bytes
  /// Valid JSON text, passed on as it is.
  case json
  /// A list of scalars, stored as the cells that `ListCell` describes.
  case list(ElementType)

  /// The largest scale of a decimal.
  package static let maximumScale = 18

  /// How values of this type lie in memory.
  package var layout: ColumnLayout {
    switch self {
    case .bool: .byte
    case .int, .float, .decimal, .timestamp, .duration: .word
    case .string, .bytes, .json, .list: .variable
    }
  }
}

/// The element type of a list column: a scalar.
package enum ElementType: Hashable, Sendable {
  case bool
  case int
  case float
  case decimal(scale: Int)
  case string
  case timestamp
  case duration

  /// The type that a column of such elements has.
  package var columnType: ColumnType {
    switch self {
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .decimal(let scale): .decimal(scale: scale)
    case .string: .string
    case .timestamp: .timestamp
    case .duration: .duration
    }
  }
}

/// The three physical forms of a column; kernels switch on it once per column and batch.
package enum ColumnLayout: UInt8, Sendable {
  /// One byte a row, 0 or 1.
  case byte
  /// Eight bytes a row: an `Int64` or a `Double`.
  case word
  /// `UInt32` offsets, one more than rows, into an arena of bytes.
  case variable
}

extension ColumnType: CustomStringConvertible {
  /// The type as written in a topology file, such as `decimal(2)`.
  package var description: String {
    switch self {
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .decimal(let scale): "decimal(\(scale))"
    case .string: "string"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .bytes: "bytes"
    case .json: "json"
    case .list(let element): "list<\(element.columnType)>"
    }
  }
}
