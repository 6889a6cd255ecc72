import WeirColumns
import WeirExpressions

/// A value of the row-at-a-time interpreter that kernels are tested against.
enum ModelValue: Equatable {
  case mark(RowMark)
  case bool(Bool)
  /// An int has scale 0.
  case number(Int128, scale: Int)
  case float(Double)
  case text(String)
  case time(Int64)
  case duration(Int64)

  init(_ constant: Constant) {
    guard constant.mark == .value else {
      self = .mark(constant.mark)
      return
    }
    switch constant.type {
    case .bool: self = .bool(constant.word != 0)
    case .int: self = .number(Int128(constant.word), scale: 0)
    case .decimal(let scale): self = .number(Int128(constant.word), scale: scale)
    case .float: self = .float(constant.float)
    case .timestamp: self = .time(constant.word)
    case .duration: self = .duration(constant.word)
    default: self = .text(constant.text)
    }
  }

  var mark: RowMark? {
    guard case .mark(let mark) = self else { return nil }
    return mark
  }

  var isTrue: Bool { self == .bool(true) }

  var isError: Bool { mark.map { $0.rawValue >= RowMark.firstError } ?? false }

  /// The value as a float, as the language converts it.
  var double: Double {
    switch self {
    case .number(let value, let scale): Double(Int64(value)) / Double(Model.power(scale))
    case .float(let value): value
    default: preconditionFailure("\(self) as a float")
    }
  }
}

/// Evaluates the tree of an expression for one row, the plain way.
struct Model {
  var row: [String: ModelValue]

  static func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { value, _ in value * 10 }
  }

  func value(_ node: SyntaxNode) -> ModelValue {
    switch node.kind {
    case .literal(let literal): Self.literal(literal)
    case .column(let name): row[name] ?? .mark(.invalidArgument)
    case .not(let operand): strict([operand]) { .bool(!$0[0].isTrue) }
    case .negative(let operand): strict([operand]) { Self.negative($0[0]) }
    case .binary(.and, let left, let right): Self.and(value(left), value(right))
    case .binary(.or, let left, let right):
      Self.not(Self.and(Self.not(value(left)), Self.not(value(right))))
    case .binary(let sign, let left, let right):
      strict([left, right]) { Self.binary(sign, $0[0], $0[1]) }
    case .isNull(let operand, let isNegated): isNull(operand, isNegated)
    case .between(let operand, let low, let high, let isNegated):
      between(operand, low, high, isNegated)
    case .inList(let operand, let items, let isNegated): inList(operand, items, isNegated)
    case .choice(let subject, let branches, let otherwise):
      choice(subject, branches, otherwise)
    case .call(let call): self.call(call)
    case .like, .cast, .extract, .missing: preconditionFailure("not in the model: \(node)")
    }
  }

  private func strict(
    _ nodes: [SyntaxNode],
    _ body: ([ModelValue]) -> ModelValue
  ) -> ModelValue {
    let values = nodes.map { value($0) }
    let marks = values.compactMap(\.mark)
    if let worst = marks.max(by: { $0.rawValue < $1.rawValue }) { return .mark(worst) }
    return body(values)
  }

  private static func literal(_ literal: Literal) -> ModelValue {
    switch literal {
    case .null: .mark(.null)
    case .bool(let value): .bool(value)
    case .int(let value): .number(Int128(value), scale: 0)
    case .decimal(let value, let scale): .number(Int128(value), scale: scale)
    case .float(let value): .float(value)
    case .text(let text): .text(text)
    case .timestamp(let time): .time(time)
    case .duration(let duration): .duration(duration)
    }
  }

  // MARK: Logic

  static func and(_ left: ModelValue, _ right: ModelValue) -> ModelValue {
    if left == .bool(false) || right == .bool(false) { return .bool(false) }
    let marks = [left, right].compactMap(\.mark)
    return marks.max { $0.rawValue < $1.rawValue }.map { .mark($0) } ?? .bool(true)
  }

  static func not(_ value: ModelValue) -> ModelValue {
    value.mark == nil ? .bool(!value.isTrue) : value
  }

  private func isNull(_ operand: SyntaxNode, _ isNegated: Bool) -> ModelValue {
    let value = value(operand)
    return value.isError ? value : .bool((value.mark == .null) != isNegated)
  }

  private func between(
    _ operand: SyntaxNode,
    _ low: SyntaxNode,
    _ high: SyntaxNode,
    _ isNegated: Bool
  ) -> ModelValue {
    let above = strict([operand, low]) { Self.binary(.greaterOrEqual, $0[0], $0[1]) }
    let below = strict([operand, high]) { Self.binary(.lessOrEqual, $0[0], $0[1]) }
    let both = Self.and(above, below)
    return isNegated ? Self.not(both) : both
  }

  private func inList(
    _ operand: SyntaxNode,
    _ items: [SyntaxNode],
    _ isNegated: Bool
  ) -> ModelValue {
    var isNone: ModelValue = .bool(true)
    for item in items {
      let differs = strict([operand, item]) { Self.binary(.unequal, $0[0], $0[1]) }
      isNone = Self.and(isNone, differs)
    }
    return isNegated ? isNone : Self.not(isNone)
  }

  private func choice(
    _ subject: SyntaxNode?,
    _ branches: [SyntaxBranch],
    _ otherwise: SyntaxNode?
  ) -> ModelValue {
    for branch in branches {
      let condition =
        subject.map { subject in
          strict([subject, branch.condition]) { Self.binary(.equal, $0[0], $0[1]) }
        } ?? value(branch.condition)
      if condition.isError { return condition }
      if condition.isTrue { return value(branch.result) }
    }
    return otherwise.map { value($0) } ?? .mark(.null)
  }

  // MARK: Operators

  static func negative(_ value: ModelValue) -> ModelValue {
    switch value {
    case .number(let word, let scale): fit(-word, scale)
    case .float(let value): .float(-value)
    case .duration(let duration): span(-Int128(duration))
    default: preconditionFailure("-\(value)")
    }
  }

  static func fit(_ word: Int128, _ scale: Int) -> ModelValue {
    Int64(exactly: word) == nil ? .mark(.overflow) : .number(word, scale: scale)
  }

  static func span(_ microseconds: Int128) -> ModelValue {
    Int64(exactly: microseconds).map { .duration($0) } ?? .mark(.overflow)
  }

  static func finite(_ value: Double) -> ModelValue {
    value.isFinite ? .float(value) : .mark(.notFinite)
  }

  static func binary(
    _ sign: BinaryOperator,
    _ left: ModelValue,
    _ right: ModelValue
  ) -> ModelValue {
    switch sign {
    case .equal: .bool(order(left, right) == 0)
    case .unequal: .bool(order(left, right) != 0)
    case .less: .bool(order(left, right) < 0)
    case .lessOrEqual: .bool(order(left, right) <= 0)
    case .greater: .bool(order(left, right) > 0)
    case .greaterOrEqual: .bool(order(left, right) >= 0)
    default: arithmetic(sign, left, right)
    }
  }

  /// Negative, zero or positive.
  private static func order(_ left: ModelValue, _ right: ModelValue) -> Int {
    switch (left, right) {
    case (.number(let first, let from), .number(let second, let to)):
      let scale = max(from, to)
      return compare(first * power(scale - from), second * power(scale - to))
    case (.text(let first), .text(let second)):
      let left = Array(first.utf8)
      let right = Array(second.utf8)
      return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    case (.bool(let first), .bool(let second)): return compare(first ? 1 : 0, second ? 1 : 0)
    case (.time(let first), .time(let second)): return compare(first, second)
    case (.duration(let first), .duration(let second)): return compare(first, second)
    default: return compare(left.double, right.double)
    }
  }

  private static func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
    left < right ? -1 : left > right ? 1 : 0
  }

  private static func arithmetic(
    _ sign: BinaryOperator,
    _ left: ModelValue,
    _ right: ModelValue
  ) -> ModelValue {
    switch (left, sign, right) {
    case (.text(let first), .join, .text(let second)): return .text(first + second)
    case (.time(let time), _, .duration(let duration)):
      let sum = Int128(time) + (sign == .add ? Int128(duration) : -Int128(duration))
      let isIn = sum >= -62_135_596_800_000_000 && sum <= 253_402_300_799_999_999
      return isIn ? .time(Int64(sum)) : .mark(.outOfRange)
    case (.time(let first), .subtract, .time(let second)):
      return span(Int128(first) - Int128(second))
    case (.duration(let first), .add, .duration(let second)):
      return span(Int128(first) + Int128(second))
    case (.duration(let first), .subtract, .duration(let second)):
      return span(Int128(first) - Int128(second))
    case (.duration(let first), .multiply, .number(let second, 0)):
      return span(Int128(first) * second)
    case (.number(let first, let from), _, .number(let second, let to)) where sign != .divide:
      return numbers(sign, first, from, second, to)
    default: return floats(sign, left.double, right.double)
    }
  }

  private static func numbers(
    _ sign: BinaryOperator,
    _ first: Int128,
    _ from: Int,
    _ second: Int128,
    _ to: Int
  ) -> ModelValue {
    if sign == .multiply { return fit(first * second, from + to) }
    let scale = max(from, to)
    let left = first * power(scale - from)
    let right = second * power(scale - to)
    if Int64(exactly: left) == nil || Int64(exactly: right) == nil { return .mark(.overflow) }
    switch sign {
    case .add: return fit(left + right, scale)
    case .subtract: return fit(left - right, scale)
    default: return right == 0 ? .mark(.divisionByZero) : .number(left % right, scale: scale)
    }
  }

  private static func floats(
    _ sign: BinaryOperator,
    _ left: Double,
    _ right: Double
  ) -> ModelValue {
    switch sign {
    case .add: finite(left + right)
    case .subtract: finite(left - right)
    case .multiply: finite(left * right)
    case .divide: right == 0 ? .mark(.divisionByZero) : finite(left / right)
    default:
      right == 0
        ? .mark(.divisionByZero) : finite(left.truncatingRemainder(dividingBy: right))
    }
  }
}
