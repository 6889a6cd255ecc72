/// Parses the text of an expression by precedence climbing; see `Precedence`.
///
/// Faults are collected: where a value is missing a `missing` node takes its place, where a list is
/// broken parsing goes on behind the next comma or parenthesis.
package struct Parser {
  /// How deep the tree of an expression may be: later passes recurse over it.
  package static let maximumDepth = 150

  /// Words that cannot be the name of a column unless they stand in double quotes.
  static let reserved: Set<String> = [
    "and", "or", "not", "null", "true", "false", "is", "in", "between", "like", "escape", "case",
    "when", "then", "else", "end",
  ]

  let tokens: [Token]
  var position = 0
  var faults: [ExpressionFault]
  /// The deepest nesting was reported; once is enough.
  var isTooDeep = false

  /// Parses `text`; the faults found are appended to `faults`.
  ///
  /// With faults the tree holds `missing` nodes or lacks what could not be read. O(length).
  package static func parse(_ text: String, faults: inout [ExpressionFault]) -> SyntaxNode {
    var lexer = Lexer(text)
    let tokens = lexer.tokens()
    var parser = Parser(tokens: tokens, faults: lexer.faults)
    if lexer.isTooLong {
      faults += lexer.faults
      return SyntaxNode(.missing, 0..<0)
    }
    let isEmpty = tokens.count == 1 && lexer.faults.isEmpty
    let node = isEmpty ? parser.nothing() : parser.expression(0, depth: 0)
    parser.expectEnd()
    faults += parser.faults
    return node
  }

  private mutating func nothing() -> SyntaxNode {
    faults.append(
      ExpressionFault(
        .unexpectedToken,
        0..<0,
        "the expression is empty",
        expected: "a value, a column or a function"
      )
    )
    return SyntaxNode(.missing, 0..<0)
  }

  private mutating func expectEnd() {
    skipInvalid()
    guard current.kind != .end, !isTooDeep else { return }
    if current.kind == .symbol(.comma) {
      unexpected("the end of the expression", hint: "write one expression, without a comma")
    } else {
      unexpected("an operator or the end of the expression")
    }
  }

  // MARK: Climbing

  /// Parses what binds at least as tightly as `least`.
  mutating func expression(_ least: Int, depth: Int) -> SyntaxNode {
    guard depth < Self.maximumDepth else { return tooDeep() }
    var left = prefix(least, depth: depth)
    var chain = depth
    var isCompared = false
    while let operation = infix(), operation.precedence >= least {
      guard chain < Self.maximumDepth else { return tooDeep() }
      chain += 1
      let isComparison = operation.precedence == Precedence.comparison
      if isComparison, isCompared {
        chained()
        // What it would compare is unknown: its types must not draw further faults.
        left = SyntaxNode(.missing, left.range)
      }
      isCompared = isComparison
      left = apply(operation, to: left, depth: chain)
    }
    return left
  }

  private enum Infix {
    case binary(BinaryOperator)
    case predicate(isNegated: Bool)

    var precedence: Int {
      switch self {
      case .binary(let operation): operation.precedence
      case .predicate: Precedence.comparison
      }
    }
  }

  /// The operator at hand, not consumed.
  private mutating func infix() -> Infix? {
    skipInvalid()
    if case .symbol(let symbol) = current.kind { return BinaryOperator(symbol).map(Infix.binary) }
    switch current.keyword {
    case "and": return .binary(.and)
    case "or": return .binary(.or)
    case "is", "in", "between", "like": return .predicate(isNegated: false)
    case "not":
      let next = tokens[min(position + 1, tokens.count - 1)].keyword
      return next == "in" || next == "between" || next == "like"
        ? .predicate(isNegated: true) : nil
    default: return nil
    }
  }

  private mutating func apply(
    _ operation: Infix,
    to left: SyntaxNode,
    depth: Int
  ) -> SyntaxNode {
    switch operation {
    case .binary(let sign):
      position += 1
      let right = expression(sign.precedence + 1, depth: depth)
      return SyntaxNode(.binary(sign, left, right), join(left, right.range))
    case .predicate(let isNegated):
      if isNegated { position += 1 }
      return predicate(left, isNegated: isNegated, depth: depth)
    }
  }

  private mutating func prefix(_ least: Int, depth: Int) -> SyntaxNode {
    skipInvalid()
    let start = current.range
    if current.keyword == "not", least <= Precedence.not {
      position += 1
      let operand = expression(Precedence.not, depth: depth + 1)
      return SyntaxNode(.not(operand), start.lowerBound..<operand.range.upperBound)
    }
    if current.kind == .symbol(.minus) {
      position += 1
      return negative(start.lowerBound, depth: depth)
    }
    if current.kind == .symbol(.plus) {
      position += 1
      return expression(Precedence.negative, depth: depth + 1)
    }
    return primary(depth: depth)
  }

  /// A minus before a number makes a negative literal: the least int has no positive counterpart.
  private mutating func negative(_ start: Int, depth: Int) -> SyntaxNode {
    if let literal = number(current.kind, isNegative: true) {
      position += 1
      return SyntaxNode(.literal(literal), start..<tokens[position - 1].range.upperBound)
    }
    let operand = expression(Precedence.negative, depth: depth + 1)
    let range = start..<operand.range.upperBound
    if case .literal(let literal) = operand.kind, let negated = literal.negated {
      return SyntaxNode(.literal(negated), range)
    }
    return SyntaxNode(.negative(operand), range)
  }

  // MARK: Tokens

  var current: Token { tokens[position] }

  mutating func skipInvalid() {
    while current.kind == .invalid { position += 1 }
  }

  /// Consumes the symbol if it is the next token.
  mutating func take(_ symbol: Token.Symbol) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  /// Consumes the keyword if it is the next token.
  mutating func take(_ keyword: String) -> Bool {
    guard current.keyword == keyword else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: Token.Symbol) {
    skipInvalid()
    if !take(symbol) { unexpected("'\(symbol.rawValue)'") }
  }

  mutating func expect(_ keyword: String) {
    skipInvalid()
    if !take(keyword) { unexpected("'\(keyword)'") }
  }

  func join(_ left: SyntaxNode, _ right: Range<Int>) -> Range<Int> {
    left.range.lowerBound..<max(left.range.upperBound, right.upperBound)
  }

  // MARK: Faults

  /// Reports the token at hand, unless something was reported there already.
  mutating func unexpected(_ expected: String, hint: String? = nil) {
    let isReported = faults.contains { $0.range == current.range && $0.code == .unexpectedToken }
    guard !isTooDeep, !isReported else { return }
    let message =
      current.kind == .end
      ? "the expression ends too early" : "\(described(current)) cannot stand here"
    faults.append(
      ExpressionFault(.unexpectedToken, current.range, message, expected: expected, hint: hint)
    )
  }

  private func described(_ token: Token) -> String {
    switch token.kind {
    case .word(let word): "'\(word)'"
    case .quoted(let name): "\"\(name)\""
    case .text(let text): "the text '\(text)'"
    case .symbol(let symbol): "'\(symbol.rawValue)'"
    case .integer, .decimal, .float: "the number"
    case .duration: "the duration"
    case .invalid, .end: "this"
    }
  }

  private mutating func chained() {
    faults.append(
      ExpressionFault(
        .unexpectedToken,
        current.range,
        "comparisons do not chain",
        expected: "'and' or 'or'",
        hint: "write 'a < b and b < c', or put one comparison in parentheses"
      )
    )
  }

  private mutating func tooDeep() -> SyntaxNode {
    if !isTooDeep {
      faults.append(
        ExpressionFault(
          .tooLarge,
          current.range,
          "the expression nests too deeply here",
          expected: "at most \(Self.maximumDepth) levels",
          hint: "use 'in (…)' for long chains of 'or', or a 'let' for a part"
        )
      )
    }
    isTooDeep = true
    position = tokens.count - 1
    return SyntaxNode(.missing, current.range)
  }
}

extension Literal {
  /// The negative of a number; nil if there is none.
  var negated: Literal? {
    switch self {
    case .int(let value): value == .min ? nil : .int(-value)
    case .decimal(let value, let scale): value == .min ? nil : .decimal(-value, scale: scale)
    case .float(let value): .float(-value)
    case .null, .bool, .text, .timestamp, .duration: nil
    }
  }
}
