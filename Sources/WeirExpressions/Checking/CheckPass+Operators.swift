import WeirColumns

extension CheckPass {
  // MARK: Logic

  mutating func not(_ operand: SyntaxNode, _ range: Range<Int>) -> Term? {
    guard let operand = term(operand), let term = condition(operand, "what follows 'not'") else {
      return nil
    }
    return make(.not, [term], .bool, range)
  }

  mutating func binary(
    _ sign: BinaryOperator,
    _ left: SyntaxNode,
    _ right: SyntaxNode,
    _ range: Range<Int>
  ) -> Term? {
    let left = term(left)
    let right = term(right)
    guard let left, let right else { return nil }
    switch sign {
    case .and, .or: return logic(sign, left, right, range)
    case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
      return compare(sign, left, right, range)
    case .join: return joined([left, right], range)
    case .add, .subtract, .multiply, .divide, .remainder:
      return arithmetic(sign, left, right, range)
    }
  }

  private mutating func logic(
    _ sign: BinaryOperator,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    let place = "a side of '\(sign.rawValue)'"
    let left = condition(left, place)
    let right = condition(right, place)
    guard let left, let right else { return nil }
    return Term(node: logic(sign == .and ? .and : .or, left.node, right.node), range: range)
  }

  /// `and` or `or`; a constant that decides, or counts for nothing, is taken out.
  func logic(_ operation: Operation, _ left: TypedNode, _ right: TypedNode) -> TypedNode {
    if folds {
      let neutral = Constant(bool: operation == .and)
      let deciding = Constant(bool: operation != .and)
      if left.constant == deciding || right.constant == neutral { return left }
      if right.constant == deciding || left.constant == neutral { return right }
    }
    return make(operation, [left, right], .bool)
  }

  mutating func isNull(
    _ operand: SyntaxNode,
    _ isNegated: Bool,
    _ range: Range<Int>
  ) -> Term? {
    guard let term = term(operand) else { return nil }
    return make(.isNull(isNegated: isNegated), [term], .bool, range)
  }

  /// Text joined to text; strict, as `||` is in SQL.
  mutating func joined(_ terms: [Term], _ range: Range<Int>) -> Term? {
    var isSound = true
    let terms = terms.map { $0.typed(.string) }
    for term in terms where term.type != .string {
      fault(
        .argumentType,
        term.range,
        "a \(term.type) cannot be joined to text",
        expected: "a string",
        hint: "use cast(… as string)"
      )
      isSound = false
    }
    return isSound ? make(.concat, terms, .string, range) : nil
  }

  // MARK: Comparison

  mutating func compare(
    _ sign: BinaryOperator,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    let left = left.typed(right.type)
    let right = right.typed(left.type)
    switch sign {
    case .equal: return comparison(.equal, left, right, range)
    case .unequal: return comparison(.unequal, left, right, range)
    case .less: return comparison(.less, left, right, range)
    case .lessOrEqual: return comparison(.lessOrEqual, left, right, range)
    case .greater: return comparison(.less, right, left, range)
    default: return comparison(.lessOrEqual, right, left, range)
    }
  }

  private mutating func comparison(
    _ comparison: Comparison,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    if let from = NumberKind(left.type), let to = NumberKind(right.type) {
      return compareNumbers(comparison, left, from, right, to, range)
    }
    guard left.type == right.type else {
      let first = left.range.lowerBound <= right.range.lowerBound ? left : right
      let second = first.range == left.range ? right : left
      fault(
        .mixedTypes,
        range,
        "a \(first.type) cannot be compared with a \(second.type)",
        hint: castHint(first, second)
      )
      return nil
    }
    switch left.type {
    case .bool: return make(.compareFlags(comparison), [left, right], .bool, range)
    case .timestamp, .duration:
      return make(.compareWords(comparison), [left, right], .bool, range)
    case .string, .bytes: return make(.compareBytes(comparison), [left, right], .bool, range)
    case .int, .float, .decimal, .json, .list:
      fault(
        .mixedTypes,
        range,
        "values of type \(left.type) cannot be compared",
        hint: left.type == .json ? "use cast(… as string) to compare the text" : nil
      )
      return nil
    }
  }

  private func castHint(_ first: Term, _ second: Term) -> String {
    let isFirstText = first.type == .string
    return first.type == .string || second.type == .string
      ? "use cast: cast(… as \(isFirstText ? second.type : first.type)) turns the text into one"
      : "use cast to bring both to one type"
  }

  private mutating func compareNumbers(
    _ comparison: Comparison,
    _ left: Term,
    _ from: NumberKind,
    _ right: Term,
    _ to: NumberKind,
    _ range: Range<Int>
  ) -> Term {
    if from == .float || to == .float {
      let arguments = [convert(left, to: .float), convert(right, to: .float)]
      return make(.compareFloats(comparison), arguments, .bool, range)
    }
    if from.scale == to.scale {
      return make(.compareWords(comparison), [left, right], .bool, range)
    }
    // A constant takes the greater scale here, so that rows are compared without multiplying.
    let kind = NumberKind.common(from, to)
    let lesser = from.scale < to.scale ? left : right
    if folds, lesser.node.constant != nil {
      let scaled = convert(lesser, to: kind)
      if scaled.node.constant?.mark == .value {
        let arguments = from.scale < to.scale ? [scaled, right] : [left, scaled]
        return make(.compareWords(comparison), arguments, .bool, range)
      }
    }
    let operation = Operation.compareScaled(
      comparison,
      left: scaleFactor(kind.scale - from.scale),
      right: scaleFactor(kind.scale - to.scale)
    )
    return make(operation, [left, right], .bool, range)
  }

  mutating func between(
    _ operand: SyntaxNode,
    _ low: SyntaxNode,
    _ high: SyntaxNode,
    _ isNegated: Bool,
    _ range: Range<Int>
  ) -> Term? {
    let operand = term(operand)
    let low = term(low)
    let high = term(high)
    guard let operand, let low, let high else { return nil }
    // Every side takes part in finding the type of a bare null.
    let known = [operand, low, high].first { !$0.isUntypedNull }?.type ?? .bool
    let value = operand.typed(known)
    let above = compare(.greaterOrEqual, value, low.typed(known), range)
    let below = compare(.lessOrEqual, value, high.typed(known), range)
    guard let above, let below else {
      // Both sides of a wrong type are one fault to the user.
      if above == nil, below == nil, faults.count > 1, faults.last == faults.dropLast().last {
        faults.removeLast()
      }
      return nil
    }
    return negated(logic(.and, above.node, below.node), isNegated, range)
  }

  func negated(_ node: TypedNode, _ isNegated: Bool, _ range: Range<Int>) -> Term {
    Term(node: isNegated ? make(.not, [node], .bool) : node, range: range)
  }

  // MARK: in and like

  mutating func inList(
    _ operand: SyntaxNode,
    _ items: [SyntaxNode],
    _ isNegated: Bool,
    _ range: Range<Int>
  ) -> Term? {
    let operand = term(operand)
    let terms = items.map { term($0) }
    guard let operand, !terms.isEmpty, terms.allSatisfy({ $0 != nil }) else { return nil }
    let found = terms.compactMap { $0 }
    let known = ([operand] + found).first { !$0.isUntypedNull }?.type ?? .bool
    let value = operand.typed(known)
    var tests: [TypedNode] = []
    var words: [Int64] = []
    var texts: [[UInt8]] = []
    let faultsBefore = faults.count
    for item in found {
      guard let test = compare(.equal, value, item.typed(known), item.range) else { continue }
      if let constant = comparand(test.node, value.node) {
        if constant.type.layout == .word {
          words.append(constant.word)
        } else {
          texts.append(constant.bytes)
        }
      } else {
        tests.append(test.node)
      }
    }
    guard faults.count == faultsBefore else { return nil }
    if !words.isEmpty {
      let sorted = words.sorted()
      let distinct = sorted.indices.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }
      tests.append(make(.memberWords(distinct.map { sorted[$0] }), [value.node], .bool))
    }
    if !texts.isEmpty { tests.append(make(.memberBytes(texts), [value.node], .bool)) }
    return negated(anyOf(tests[...]), isNegated, range)
  }

  /// The constant that a comparison compares the value with, if that can join a set.
  private func comparand(_ test: TypedNode, _ value: TypedNode) -> Constant? {
    guard case .call(let call) = test, call.arguments[0] == value,
      let constant = call.arguments[1].constant, constant.mark == .value
    else { return nil }
    switch call.operation {
    case .compareWords, .compareBytes: return constant
    default: return nil
    }
  }

  /// The conditions joined by `or`, as a tree of little depth.
  private func anyOf(_ tests: ArraySlice<TypedNode>) -> TypedNode {
    guard tests.count > 1 else { return tests[tests.startIndex] }
    let middle = tests.startIndex + tests.count / 2
    return logic(.or, anyOf(tests[..<middle]), anyOf(tests[middle...]))
  }

  mutating func like(
    _ operand: SyntaxNode,
    _ pattern: SyntaxNode,
    _ escape: SyntaxNode?,
    _ isNegated: Bool,
    _ range: Range<Int>
  ) -> Term? {
    let operand = term(operand).flatMap { text($0, "the left side of 'like'") }
    let pattern = term(pattern).flatMap { text($0, "the pattern of 'like'") }
    var escapeByte: UInt8?
    if let escape {
      guard case .literal(.text(let text)) = escape.kind, text.utf8.count == 1 else {
        fault(
          .invalidPattern,
          escape.range,
          "the escape of 'like' is not one character",
          expected: "a text of one ASCII character, such as '!'"
        )
        return nil
      }
      escapeByte = text.utf8.first
    }
    guard let operand, let pattern else { return nil }
    guard let constant = pattern.node.constant, constant.mark == .value else {
      let node = make(
        .likeComputed(escape: escapeByte),
        [operand.node, pattern.node],
        .bool
      )
      return negated(node, isNegated, range)
    }
    guard let compiled = LikePattern(constant.bytes, escape: escapeByte) else {
      fault(.invalidPattern, pattern.range, "the pattern ends with its escape character")
      return nil
    }
    if case .equal = compiled.shape, escapeByte == nil {
      let node = make(.compareBytes(.equal), [operand.node, pattern.node], .bool)
      return negated(node, isNegated, range)
    }
    return negated(make(.like(compiled), [operand.node], .bool), isNegated, range)
  }

  /// The term if it is text, else a fault that names the place.
  mutating func text(_ term: Term, _ place: String) -> Term? {
    let term = term.typed(.string)
    guard term.type != .string else { return term }
    fault(
      .argumentType,
      term.range,
      "\(place) is a \(term.type)",
      expected: "a string",
      hint: "use cast(… as string)"
    )
    return nil
  }
}
