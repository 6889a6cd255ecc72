/// A fault of the user in the text of an expression; faults are collected, never thrown.
package struct ExpressionFault: Hashable, Sendable {
  package var code: FaultCode
  /// The offending text, in UTF-8 offsets of the expression's text.
  package var range: Range<Int>
  /// Lower case, no full stop: what is wrong, with what (quoted).
  package var message: String
  /// What would have been right at this place.
  package var expected: String?
  /// One sentence of remedy.
  package var hint: String?
  /// The known name that is nearest to a misspelt one.
  package var nearest: String?

  package init(
    _ code: FaultCode,
    _ range: Range<Int>,
    _ message: String,
    expected: String? = nil,
    hint: String? = nil,
    nearest: String? = nil
  ) {
    self.code = code
    self.range = range
    self.message = message
    self.expected = expected
    self.hint = hint
    self.nearest = nearest
  }
}

extension ExpressionFault: CustomStringConvertible {
  /// Code, range and all that is known, on one line.
  package var description: String {
    var text = "\(range.lowerBound)..<\(range.upperBound): error[\(code.rawValue)]: \(message)"
    if let expected { text += "; expected \(expected)" }
    if let nearest { text += "; did you mean '\(nearest)'?" }
    if let hint { text += "; \(hint)" }
    return text
  }
}
