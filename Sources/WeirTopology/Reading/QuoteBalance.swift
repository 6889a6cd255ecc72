/// Recognises a value that YAML has cut short: one with an open parenthesis or quote.
enum QuoteBalance {
  static let remedy = "put the expression in double quotes, or on a line of its own"

  /// Whether all parentheses and quotes of an expression are closed.
  static func isBalanced(_ text: String) -> Bool {
    var depth = 0
    var quote: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if let open = quote {
        if scalar == open { quote = nil }
      } else if scalar == "'" || scalar == "\"" {
        quote = scalar
      } else if scalar == "(" {
        depth += 1
      } else if scalar == ")" {
        depth -= 1
      }
    }
    return depth <= 0 && quote == nil
  }
}
