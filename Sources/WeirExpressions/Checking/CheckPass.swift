import WeirColumns

/// One pass over the tree of one expression.
struct CheckPass {
  let columns: ColumnScope
  let folds: Bool
  /// The rows that aggregates run over; nil where aggregates are not allowed.
  var input: ColumnScope?
  var calls: [AggregateCall] = []
  /// Inside the arguments of an aggregate.
  var isInsideAggregate = false
  var faults: [ExpressionFault] = []

  init(columns: ColumnScope, folds: Bool) {
    self.columns = columns
    self.folds = folds
  }

  /// The most nodes of a checked expression: forms such as `coalesce` use their arguments twice, so
  /// that nesting them doubles the work of comparing trees.
  static let maximumSize = 100_000

  /// Checks a node; nil if it has a fault, which is reported.
  mutating func term(_ node: SyntaxNode) -> Term? {
    guard let term = unlimited(node) else { return nil }
    guard term.node.size > Self.maximumSize else { return term }
    fault(
      .tooLarge,
      node.range,
      "the expression is too large here",
      expected: "at most \(Self.maximumSize) operations",
      hint: "nest coalesce, nullif, between and case less deeply"
    )
    return nil
  }

  private mutating func unlimited(_ node: SyntaxNode) -> Term? {
    switch node.kind {
    case .literal(let literal): self.literal(literal, node.range)
    case .column(let name): column(name, node.range)
    case .not(let operand): not(operand, node.range)
    case .negative(let operand): negative(operand, node.range)
    case .binary(let sign, let left, let right): binary(sign, left, right, node.range)
    case .isNull(let operand, let isNegated): isNull(operand, isNegated, node.range)
    case .between(let operand, let low, let high, let isNegated):
      between(operand, low, high, isNegated, node.range)
    case .inList(let operand, let items, let isNegated):
      inList(operand, items, isNegated, node.range)
    case .like(let operand, let pattern, let escape, let isNegated):
      like(operand, pattern, escape, isNegated, node.range)
    case .choice(let subject, let branches, let otherwise):
      choice(subject, branches, otherwise, node.range)
    case .cast(let operand, let type, let isTry): cast(operand, type, isTry, node.range)
    case .extract(let unit, let unitRange, let operand):
      extract(unit, unitRange, operand, node.range)
    case .call(let call): self.call(call, node.range)
    case .missing: nil
    }
  }

  /// What stands alone must have a type, and a condition the type bool.
  mutating func checkResult(_ term: Term, _ isCondition: Bool) {
    if isCondition {
      _ = condition(term, "the condition")
    } else if term.isUntypedNull {
      fault(
        .untypedNull,
        term.range,
        "the type of null is not known here",
        hint: "write cast(null as string), or another type"
      )
    }
  }

  private func literal(_ literal: Literal, _ range: Range<Int>) -> Term {
    let constant: Constant
    var isUntypedNull = false
    switch literal {
    case .null:
      constant = Constant(.bool, mark: .null)
      isUntypedNull = true
    case .bool(let value): constant = Constant(bool: value)
    case .int(let value): constant = Constant(.int, word: value)
    case .decimal(let value, let scale): constant = Constant(.decimal(scale: scale), word: value)
    case .float(let value): constant = Constant(float: value)
    case .text(let text): constant = Constant(text: text)
    case .timestamp(let time): constant = Constant(.timestamp, word: time)
    case .duration(let duration): constant = Constant(.duration, word: duration)
    }
    return Term(node: .constant(constant), range: range, isUntypedNull: isUntypedNull)
  }

  private mutating func column(_ name: String, _ range: Range<Int>) -> Term? {
    let scope = isInsideAggregate ? input ?? columns : columns
    if let node = scope.node(of: name) { return Term(node: node, range: range) }
    if !isInsideAggregate, let input, input.node(of: name) != nil {
      fault(
        .columnOutsideAggregate,
        range,
        "the column '\(name)' is neither part of the key nor inside an aggregate",
        hint: "write first(\(name)) or another aggregate of it, or add it to the key"
      )
      return nil
    }
    let nearest = NearestName.find(name, among: scope.names)
    let hint: String? =
      nearest != nil
      ? nil
      : FunctionCatalogue.entry(named: name.lowercased()) != nil
        ? "a function is called with parentheses" : "text stands in single quotes"
    fault(.unknownColumn, range, "unknown column '\(name)'", hint: hint, nearest: nearest)
    return nil
  }

  // MARK: Building

  /// A call, folded if all its arguments are constants.
  func make(_ operation: Operation, _ arguments: [TypedNode], _ type: ColumnType) -> TypedNode {
    let node = TypedNode.call(TypedCall(operation, arguments, type))
    guard folds, arguments.allSatisfy({ $0.constant != nil }) else { return node }
    return .constant(ColumnProgram.value(of: node))
  }

  func make(
    _ operation: Operation,
    _ arguments: [Term],
    _ type: ColumnType,
    _ range: Range<Int>
  ) -> Term {
    Term(node: make(operation, arguments.map(\.node), type), range: range)
  }

  func scaleFactor(_ scale: Int) -> Int64 {
    precondition((0...ColumnType.maximumScale).contains(scale), "a factor for scale \(scale)")
    return (0..<scale).reduce(1) { factor, _ in factor * 10 }
  }

  // MARK: Faults

  mutating func fault(
    _ code: FaultCode,
    _ range: Range<Int>,
    _ message: String,
    expected: String? = nil,
    hint: String? = nil,
    nearest: String? = nil
  ) {
    faults.append(
      ExpressionFault(
        code,
        range,
        message,
        expected: expected,
        hint: hint,
        nearest: nearest
      )
    )
  }

  /// The term if it is a bool, else a fault that names the place.
  mutating func condition(_ term: Term, _ place: String) -> Term? {
    let term = term.typed(.bool)
    guard term.type != .bool else { return term }
    fault(
      .notCondition,
      term.range,
      "\(place) is a \(term.type)",
      expected: "a bool",
      hint: term.type == .int ? "compare it, as in 'x <> 0'" : "compare it with a value"
    )
    return nil
  }
}
