/// How a piece of text stands out; nothing but the text remains where colours are off.
enum Style {
  case plain
  case strong
  case dim
  case good
  case warning
  case failure

  private var code: String {
    switch self {
    case .plain: ""
    case .strong: "1"
    case .dim: "2"
    case .good: "32"
    case .warning: "33"
    case .failure: "1;31"
    }
  }

  /// The text with the codes of a terminal around it, if it is coloured.
  func applied(to text: String, _ isColored: Bool) -> String {
    guard isColored, self != .plain else { return text }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }
}
