import WeirColumns

extension CheckPass {
  // MARK: Numbers

  mutating func absolute(_ call: SyntaxCall, _ term: Term, _ range: Range<Int>) -> Term? {
    switch term.type {
    case .int, .decimal, .duration: return make(.absoluteWord, [term], term.type, range)
    case .float: return make(.absoluteFloat, [term], .float, range)
    default: return notNumber(call, term)
    }
  }

  /// Cuts a number to whole ones, or to so many digits if it rounds.
  mutating func whole(
    _ rounding: Rounding,
    _ digits: Int,
    _ call: SyntaxCall,
    _ term: Term,
    _ range: Range<Int>
  ) -> Term? {
    switch term.type {
    case .int: return Term(node: term.node, range: range)
    case .float:
      return make(.roundFloat(rounding, digits: digits), [term], .float, range)
    case .decimal(let scale):
      guard digits < scale else { return Term(node: term.node, range: range) }
      let divisor = scaleFactor(scale - digits)
      return make(.scaleDown(rounding, by: divisor), [term], .decimal(scale: digits), range)
    default: return notNumber(call, term)
    }
  }

  mutating func round(_ call: SyntaxCall, _ terms: [Term], _ range: Range<Int>) -> Term? {
    var digits = 0
    if terms.count > 1 {
      guard let number = constantInt(terms[1], 0...18, "the number of digits") else { return nil }
      digits = number
    }
    return whole(.halfAwayFromZero, digits, call, terms[0].typed(.int), range)
  }

  mutating func quotient(
    _ call: SyntaxCall,
    _ left: Term,
    _ right: Term,
    _ range: Range<Int>
  ) -> Term? {
    let left = left.typed(right.isUntypedNull ? .int : right.type)
    let right = right.typed(left.type)
    if let from = NumberKind(left.type), let to = NumberKind(right.type) {
      let kind = NumberKind.common(from, to)
      guard kind != .float else { return notNumber(call, from == .float ? left : right) }
      let arguments = [convert(left, to: kind), convert(right, to: kind)]
      return make(.words(.quotient), arguments, .int, range)
    }
    if left.type == .duration, right.type == .duration {
      return make(.words(.quotient), [left, right], .int, range)
    }
    if left.type == .duration, right.type == .int {
      return make(.words(.quotient), [left, right], .duration, range)
    }
    return notNumber(call, left.type == .duration || left.type == .int ? right : left)
  }

  mutating func extremum(
    _ isLeast: Bool,
    _ call: SyntaxCall,
    _ terms: [Term],
    _ range: Range<Int>
  ) -> Term? {
    guard let terms = unify(terms, "the arguments of '\(call.name)'") else { return nil }
    let type: ColumnType = terms[0].isUntypedNull ? .int : terms[0].type
    let typed = terms.map { $0.typed(type) }
    switch type {
    case .int, .decimal, .timestamp, .duration, .float:
      let operation: Operation =
        type == .float
        ? .floats(isLeast ? .least : .greatest) : .words(isLeast ? .least : .greatest)
      var result = typed[0]
      for term in typed.dropFirst() { result = make(operation, [result, term], type, range) }
      return Term(node: result.node, range: range)
    default: return notNumber(call, typed[0])
    }
  }

  private mutating func notNumber(_ call: SyntaxCall, _ term: Term) -> Term? {
    fault(
      .argumentType,
      term.range,
      "'\(call.name)' does not take a \(term.type) here",
      expected: FunctionCatalogue.entry(named: call.name)?.signatures.joined(separator: "; "),
      hint: "use cast to change the type"
    )
    return nil
  }

  // MARK: Time

  /// The unit of a name, if it is one of `allowed`, else a fault.
  private mutating func unit(
    _ name: String,
    _ range: Range<Int>,
    among allowed: [TimeUnit]
  ) -> TimeUnit? {
    let name = name.lowercased()
    if let unit = allowed.first(where: { $0.rawValue == name }) { return unit }
    let names = allowed.map(\.rawValue)
    fault(
      .invalidArgument,
      range,
      "unknown unit '\(name)'",
      expected: names.joined(separator: ", "),
      nearest: NearestName.find(name, among: names)
    )
    return nil
  }

  /// The term if it is a timestamp, else a fault.
  private mutating func time(_ term: Term) -> Term? {
    let term = term.typed(.timestamp)
    guard term.type != .timestamp else { return term }
    fault(
      .argumentType,
      term.range,
      "a \(term.type) is not a time",
      expected: "a timestamp",
      hint: "use to_timestamp"
    )
    return nil
  }

  mutating func truncate(_ call: SyntaxCall, _ terms: [Term], _ range: Range<Int>) -> Term? {
    let time = self.time(terms[1])
    guard let name = constantText(terms[0], "the unit"),
      let unit = self.unit(name, terms[0].range, among: TimeUnit.truncating), let time
    else { return nil }
    return make(.truncateTime(unit), [time], .timestamp, range)
  }

  mutating func extract(
    _ name: String,
    _ nameRange: Range<Int>,
    _ operand: SyntaxNode,
    _ range: Range<Int>
  ) -> Term? {
    let time = term(operand).flatMap { self.time($0) }
    guard let unit = self.unit(name, nameRange, among: TimeUnit.allCases), let time else {
      return nil
    }
    return make(.extractTime(unit), [time], .int, range)
  }

  mutating func format(_ call: SyntaxCall, _ terms: [Term], _ range: Range<Int>) -> Term? {
    let time = self.time(terms[0])
    guard let text = constantText(terms[1], "the format"), let time else { return nil }
    guard let format = TimeFormat(Array(text.utf8)) else {
      fault(
        .invalidPattern,
        terms[1].range,
        "'\(text)' is not a format of time",
        expected: "text with the fields %Y %m %d %H %M %S %L %f %j %u %V %F %T %s %%"
      )
      return nil
    }
    return make(.formatTime(format), [time], .string, range)
  }

  mutating func toTimestamp(
    _ call: SyntaxCall,
    _ terms: [Term],
    _ range: Range<Int>
  ) -> Term? {
    let value = terms[0].typed(.int)
    if value.type == .string, terms.count == 1 {
      return make(.textToValue(failure: .invalidCast), [value], .timestamp, range)
    }
    guard value.type == .int else { return notNumber(call, value) }
    var name = "ms"
    if terms.count > 1 {
      guard let text = constantText(terms[1], "the unit") else { return nil }
      name = text
    }
    let operation: Operation
    switch name {
    case "s": operation = .wordToTime(factor: Microseconds.second, divisor: 1)
    case "ms": operation = .wordToTime(factor: Microseconds.millisecond, divisor: 1)
    case "us": operation = .wordToTime(factor: 1, divisor: 1)
    case "ns": operation = .wordToTime(factor: 1, divisor: 1000)
    default:
      fault(
        .invalidArgument,
        terms[1].range,
        "unknown unit '\(name)'",
        expected: "'s', 'ms', 'us' or 'ns'"
      )
      return nil
    }
    return make(operation, [value], .timestamp, range)
  }
}
