import WeirColumns

/// How two numbers calculate with each other: int -> decimal -> float.
enum NumberKind: Equatable {
  /// An int is a decimal of scale 0 that stays an int.
  case int
  case decimal(scale: Int)
  case float

  init?(_ type: ColumnType) {
    switch type {
    case .int: self = .int
    case .decimal(let scale): self = .decimal(scale: scale)
    case .float: self = .float
    default: return nil
    }
  }

  var type: ColumnType {
    switch self {
    case .int: .int
    case .decimal(let scale): .decimal(scale: scale)
    case .float: .float
    }
  }

  /// The scale of the word; a float has none and counts as 0.
  var scale: Int {
    if case .decimal(let scale) = self { scale } else { 0 }
  }

  /// The kind that both can be turned into.
  static func common(_ left: NumberKind, _ right: NumberKind) -> NumberKind {
    if left == .float || right == .float { return .float }
    if left == .int, right == .int { return .int }
    return .decimal(scale: max(left.scale, right.scale))
  }
}

extension CheckPass {
  /// Turns a number into another kind; to a smaller scale never.
  func convert(
    _ term: Term,
    to kind: NumberKind,
    failure: RowMark = .overflow
  ) -> Term {
    guard let from = NumberKind(term.type), from != kind else { return term }
    let operation: Operation
    switch kind {
    case .float: operation = .wordToFloat(divisor: scaleFactor(from.scale))
    case .int, .decimal:
      let steps = kind.scale - from.scale
      operation = .scaleUp(by: scaleFactor(steps), failure: failure)
    }
    return make(operation, [term], kind.type, term.range)
  }

  // MARK: Arithmetic

  mutating func negative(_ operand: SyntaxNode, _ range: Range<Int>) -> Term? {
    guard let term = term(operand)?.typed(.int) else { return nil }
    switch term.type {
    case .int, .decimal, .duration: return make(.negateWord, [term], term.type, range)
    case .float: return make(.negateFloat, [term], .float, range)
    default:
      fault(.argumentType, range, "a \(term.type) has no negative", expected: "a number")
      return nil
    }
  }

  /// `+ - * / %`, with both sides checked.
  mutating func arithmetic(
    _ sign: BinaryOperator,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    // A time is only ever taken from a time.
    let isTaken = sign == .subtract && right.type == .timestamp
    let partner = isTaken ? .timestamp : nullPartner(right.type, sign)
    let left = left.typed(right.isUntypedNull ? .int : partner)
    let right = right.typed(nullPartner(left.type, sign))
    if let from = NumberKind(left.type), let to = NumberKind(right.type) {
      return numbers(sign, left, from, right, to, range)
    }
    if let term = times(sign, left, right, range) { return term }
    fault(
      .mixedTypes,
      range,
      "'\(sign.rawValue)' does not take \(left.type) and \(right.type)",
      expected: "numbers, or times and durations",
      hint: left.type == .string && right.type == .string
        ? "join text with ||" : "use cast to bring both to one type"
    )
    return nil
  }

  /// The type of a bare null beside a value: a time is shifted by a duration.
  private func nullPartner(_ type: ColumnType, _ sign: BinaryOperator) -> ColumnType {
    type == .timestamp ? .duration : type == .duration && sign == .multiply ? .int : type
  }

  private mutating func numbers(
    _ sign: BinaryOperator,
    _ left: Term,
    _ from: NumberKind,
    _ right: Term,
    _ to: NumberKind,
    _ range: Range<Int>
  ) -> Term? {
    let kind = NumberKind.common(from, to)
    if kind == .float || sign == .divide {
      let arguments = [convert(left, to: .float), convert(right, to: .float)]
      return make(.floats(floatOperator(sign)), arguments, .float, range)
    }
    if sign == .multiply {
      let scale = from.scale + to.scale
      guard scale <= ColumnType.maximumScale else {
        fault(
          .decimalScale,
          range,
          "the product of \(left.type) and \(right.type) has scale \(scale)",
          expected: "at most \(ColumnType.maximumScale)",
          hint: "round one of them first, or cast to float"
        )
        return nil
      }
      let type: ColumnType = kind == .int ? .int : .decimal(scale: scale)
      return make(.words(.multiply), [left, right], type, range)
    }
    let arguments = [convert(left, to: kind), convert(right, to: kind)]
    return make(.words(wordOperator(sign)), arguments, kind.type, range)
  }

  /// Arithmetic with timestamps and durations; nil if the types have none.
  private mutating func times(
    _ sign: BinaryOperator,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    switch (left.type, sign, right.type) {
    case (.timestamp, .add, .duration):
      return make(.shiftTime(isNegated: false), [left, right], .timestamp, range)
    case (.duration, .add, .timestamp):
      return make(.shiftTime(isNegated: false), [right, left], .timestamp, range)
    case (.timestamp, .subtract, .duration):
      return make(.shiftTime(isNegated: true), [left, right], .timestamp, range)
    case (.timestamp, .subtract, .timestamp):
      return make(.words(.subtract), [left, right], .duration, range)
    case (.duration, .add, .duration), (.duration, .subtract, .duration),
      (.duration, .remainder, .duration):
      return make(.words(wordOperator(sign)), [left, right], .duration, range)
    case (.duration, .divide, .duration):
      let arguments = [wordAsFloat(left), wordAsFloat(right)]
      return make(.floats(.divide), arguments, .float, range)
    case (.duration, .multiply, .int), (.int, .multiply, .duration):
      return make(.words(.multiply), [left, right], .duration, range)
    case (.duration, .multiply, .float), (.duration, .multiply, .decimal),
      (.duration, .divide, .int), (.duration, .divide, .float), (.duration, .divide, .decimal):
      return scaled(sign, left, right, range)
    case (.float, .multiply, .duration), (.decimal, .multiply, .duration):
      return scaled(sign, right, left, range)
    default: return nil
    }
  }

  private func wordAsFloat(_ term: Term) -> Term {
    make(.wordToFloat(divisor: 1), [term], .float, term.range)
  }

  /// A duration times or divided by a number, rounded to microseconds.
  private func scaled(
    _ sign: BinaryOperator,
    _ duration: Term,
    _ number: Term,
    _ range: Range<Int>
  ) -> Term {
    let arguments = [wordAsFloat(duration), convert(number, to: .float)]
    let product = make(.floats(floatOperator(sign)), arguments, .float, range)
    return make(.floatToWord(factor: 1, failure: .overflow), [product], .duration, range)
  }

  private func wordOperator(_ sign: BinaryOperator) -> WordOperator {
    switch sign {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .remainder: .remainder
    default: preconditionFailure("'\(sign.rawValue)' on words")
    }
  }

  private func floatOperator(_ sign: BinaryOperator) -> FloatOperator {
    switch sign {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .remainder: .remainder
    default: preconditionFailure("'\(sign.rawValue)' on floats")
    }
  }
}
