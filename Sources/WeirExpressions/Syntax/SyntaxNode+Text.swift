import WeirColumns

extension SyntaxNode: CustomStringConvertible {
  /// The expression in canonical text.
  ///
  /// One space around operators, keywords in lower case, and only the parentheses that are needed.
  /// Parsing it gives the same tree.
  package var description: String {
    switch kind {
    case .literal(let literal): literal.description
    case .column(let name): Self.identifier(name)
    case .not(let operand): "not \(operand.text(Precedence.not))"
    case .negative(let operand): "-\(operand.text(Precedence.primary))"
    case .binary(let sign, let left, let right):
      // A comparison of a comparison always gets parentheses: it has no side to lean to.
      "\(left.text(sign.leftPrecedence)) \(sign.rawValue) \(right.text(sign.precedence + 1))"
    case .isNull(let operand, let isNegated):
      "\(operand.text(Precedence.sum)) is \(isNegated ? "not " : "")null"
    case .between(let operand, let low, let high, let isNegated):
      "\(operand.text(Precedence.sum)) \(isNegated ? "not " : "")between "
        + "\(low.text(Precedence.sum)) and \(high.text(Precedence.sum))"
    case .inList(let operand, let items, let isNegated):
      "\(operand.text(Precedence.sum)) \(isNegated ? "not " : "")in (\(Self.list(items)))"
    case .like(let operand, let pattern, let escape, let isNegated):
      "\(operand.text(Precedence.sum)) \(isNegated ? "not " : "")like "
        + pattern.text(Precedence.sum)
        + (escape.map { " escape \($0.text(Precedence.sum))" } ?? "")
    case .choice(let subject, let branches, let otherwise):
      Self.choice(subject, branches, otherwise)
    case .cast(let operand, let type, let isTry):
      "\(isTry ? "try_cast" : "cast")(\(operand) as \(type))"
    case .extract(let unit, _, let operand): "extract(\(unit) from \(operand))"
    case .call(let call):
      "\(call.name)(\(Self.list(call.arguments)))"
        + (call.filter.map { " filter (where \($0))" } ?? "")
    case .missing: "…"
    }
  }

  /// The text, in parentheses where it binds less tightly than its place asks.
  private func text(_ least: Int) -> String {
    precedence < least ? "(\(self))" : description
  }

  private var precedence: Int {
    switch kind {
    case .binary(let sign, _, _): sign.precedence
    case .not: Precedence.not
    case .isNull, .between, .inList, .like: Precedence.comparison
    case .negative: Precedence.negative
    case .literal(let literal): literal.isNegative ? Precedence.negative : Precedence.primary
    case .column, .choice, .cast, .extract, .call, .missing: Precedence.primary
    }
  }

  private static func list(_ nodes: [SyntaxNode]) -> String {
    nodes.map(\.description).joined(separator: ", ")
  }

  private static func choice(
    _ subject: SyntaxNode?,
    _ branches: [SyntaxBranch],
    _ otherwise: SyntaxNode?
  ) -> String {
    var text = "case"
    if let subject { text += " \(subject)" }
    for branch in branches { text += " when \(branch.condition) then \(branch.result)" }
    if let otherwise { text += " else \(otherwise)" }
    return text + " end"
  }

  /// A name as it must be written: in quotes if it is no plain word or a reserved one.
  static func identifier(_ name: String) -> String {
    var lexer = Lexer(name)
    let tokens = lexer.tokens()
    if tokens.count == 2, tokens[0].kind == .word(name),
      !Parser.reserved.contains(name.lowercased())
    {
      return name
    }
    return "\"" + doubled(name, "\"") + "\""
  }

  /// The text with each quote written twice.
  static func doubled(_ text: String, _ quote: Unicode.Scalar) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == quote { result.append(quote) }
      result.append(scalar)
    }
    return String(result)
  }
}

extension BinaryOperator {
  fileprivate var leftPrecedence: Int {
    precedence == Precedence.comparison ? Precedence.sum : precedence
  }
}

extension TypeName: CustomStringConvertible {
  /// The type as it is written.
  package var description: String { scale.map { "\(name)(\($0))" } ?? name }
}

extension Literal: CustomStringConvertible {
  /// The literal as it is written.
  package var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): "\(value)"
    case .decimal(let value, let scale): DecimalText.text(value, scale: scale)
    case .float(let value): Self.exponential(value)
    case .text(let text): "'" + SyntaxNode.doubled(text, "'") + "'"
    case .timestamp(let time): "timestamp '" + TimestampText.text(time) + "'"
    case .duration(let duration): "interval '" + DurationText.text(duration) + "'"
    }
  }

  var isNegative: Bool {
    switch self {
    case .int(let value), .decimal(let value, _): value < 0
    case .float(let value): value.sign == .minus
    case .null, .bool, .text, .timestamp, .duration: false
    }
  }

  /// A float always shows an exponent: without one it would read as a decimal.
  private static func exponential(_ value: Double) -> String {
    let text = value.description
    return text.contains("e") ? text : text + "e0"
  }
}
