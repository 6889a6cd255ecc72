/// Why a line is no JSON object, and where.
struct SyntaxFault: Equatable {
  enum Kind: String {
    case object = "expected an object"
    case name = "expected a name in double quotes"
    case colon = "expected ':' after a name"
    case objectEnd = "expected ',' or '}'"
    case arrayEnd = "expected ',' or ']'"
    case value = "expected a value"
    case number = "a number is malformed"
    case escape = "an escape is malformed"
    case surrogate = "half of a surrogate pair"
    case control = "a control byte in a text"
    case depth = "objects and arrays lie too deep in one another"
    case trailing = "more than one value"
    case encoding = "invalid UTF-8"
  }

  var kind: Kind
  /// Bytes from the beginning of the line.
  var position: Int
  /// The line ends where something was expected.
  var isAtEnd = false

  /// The reason text, such as `invalid JSON at byte 17: expected ':' after a name`.
  var reason: String {
    switch kind {
    case .encoding: "invalid UTF-8"
    case .depth:
      "invalid JSON at byte \(position): more than \(FormatLimits.maximumDepth) levels deep"
    case .object, .name, .colon, .objectEnd, .arrayEnd, .value, .number, .escape, .surrogate,
      .control, .trailing:
      isAtEnd
        ? "the record ends early, at byte \(position): \(kind.rawValue)"
        : "invalid JSON at byte \(position): \(kind.rawValue)"
    }
  }
}
