/// What the parser found for a field: extents only, converted once the whole line is known good.
struct ValueSlot {
  enum Kind: UInt8 {
    case missing
    case null
    case text
    /// Text with escapes in it.
    case escapedText
    case number
    case yes
    case no
    case object
    case array
    /// The path leads through something that is no object: `through` says what.
    case unreachable
  }

  var kind = Kind.missing
  /// What a path was led through.
  var through = Kind.missing
  /// Bytes from the beginning of the line; texts without their quotes.
  var start = 0
  var length = 0
}

extension ValueSlot.Kind {
  var isScalar: Bool { self != .object && self != .array }

  /// The kind as a message names it.
  var found: ValueFault.Found {
    switch self {
    case .missing, .null, .unreachable: .null
    case .text, .escapedText: .text
    case .number: .number
    case .yes, .no: .bool
    case .object: .object
    case .array: .array
    }
  }
}
