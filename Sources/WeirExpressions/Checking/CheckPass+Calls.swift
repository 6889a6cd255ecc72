import WeirColumns

extension CheckPass {
  mutating func call(_ call: SyntaxCall, _ range: Range<Int>) -> Term? {
    guard let entry = FunctionCatalogue.entry(named: call.name), entry.isCallable else {
      unknown(call)
      return nil
    }
    switch entry.rule {
    case .later:
      fault(
        .notYet,
        call.nameRange,
        "'\(call.name)' is not available yet",
        hint: entry.summary
      )
      return nil
    case .aggregate(let function): return aggregate(function, call, range)
    default: break
    }
    if call.filter != nil {
      fault(
        .filterWithoutAggregate,
        call.nameRange,
        "'\(call.name)' is no aggregate and takes no filter",
        hint: "use case or if for a condition"
      )
    }
    let terms = call.arguments.map { term($0) }
    guard counts(call, entry.arguments), terms.allSatisfy({ $0 != nil }) else { return nil }
    return apply(entry.rule, call, terms.compactMap { $0 }, range)
  }

  private mutating func unknown(_ call: SyntaxCall) {
    let other = FunctionCatalogue.foreignNames.first { $0.0 == call.name }?.1
    fault(
      .unknownFunction,
      call.nameRange,
      "unknown function '\(call.name)'",
      nearest: other ?? NearestName.find(call.name, among: FunctionCatalogue.callableNames)
    )
  }

  /// Whether the number of arguments is right, else a fault.
  mutating func counts(_ call: SyntaxCall, _ allowed: ClosedRange<Int>) -> Bool {
    guard !allowed.contains(call.arguments.count) else { return true }
    let expected =
      allowed.upperBound == .max
      ? "at least \(allowed.lowerBound)"
      : allowed.lowerBound == allowed.upperBound
        ? "\(allowed.lowerBound)" : "\(allowed.lowerBound) to \(allowed.upperBound)"
    fault(
      .argumentCount,
      call.nameRange,
      "'\(call.name)' has \(call.arguments.count) arguments",
      expected: expected,
      hint: FunctionCatalogue.entry(named: call.name)?.signatures.joined(separator: "; ")
    )
    return false
  }

  private mutating func apply(
    _ rule: CallRule,
    _ call: SyntaxCall,
    _ terms: [Term],
    _ range: Range<Int>
  ) -> Term? {
    switch rule {
    case .signatures(let signatures): return match(signatures, call, terms, range)
    case .absolute: return absolute(call, terms[0].typed(.int), range)
    case .round: return round(call, terms, range)
    case .wholeNumber(let rounding): return whole(rounding, 0, call, terms[0].typed(.int), range)
    case .remainder: return arithmetic(.remainder, terms[0], terms[1], range)
    case .quotient: return quotient(call, terms[0], terms[1], range)
    case .extremum(let isLeast): return extremum(isLeast, call, terms, range)
    case .coalesce: return coalesce(terms, range)
    case .nullIf: return nullif(terms[0], terms[1], range)
    case .condition:
      guard let condition = condition(terms[0], "the condition of 'if'"),
        let results = unify(Array(terms[1...]), "the results of 'if'")
      else { return nil }
      return choose([condition], results, range)
    case .concat: return joined(terms, range)
    case .truncateTime: return truncate(call, terms, range)
    case .formatTime: return format(call, terms, range)
    case .toTimestamp: return toTimestamp(call, terms, range)
    case .matches:
      guard let pattern = pattern(terms[1]), let text = text(terms[0], "the text") else {
        return nil
      }
      return make(.matches(pattern: pattern), [text], .bool, range)
    case .extractMatch: return extractMatch(terms, range)
    case .aggregate, .later, .grammar: preconditionFailure("'\(call.name)' is not applied")
    }
  }

  // MARK: Fixed signatures

  private mutating func match(
    _ signatures: [CallSignature],
    _ call: SyntaxCall,
    _ terms: [Term],
    _ range: Range<Int>
  ) -> Term? {
    for signature in signatures {
      guard let arguments = fit(terms, signature) else { continue }
      return make(signature.operation, arguments, signature.result, range)
    }
    let place = terms.indices.first { index in
      !signatures.contains {
        $0.parameters.count > index && takes($0.parameters[index], terms[index])
      }
    }
    let term = terms[place ?? 0]
    fault(
      .argumentType,
      term.range,
      "'\(call.name)' does not take a \(term.type) here",
      expected: FunctionCatalogue.entry(named: call.name)?.signatures.joined(separator: "; "),
      hint: "use cast to change the type"
    )
    return nil
  }

  private func fit(_ terms: [Term], _ signature: CallSignature) -> [Term]? {
    let least = signature.parameters.count - signature.optional
    guard terms.count >= least, terms.count <= signature.parameters.count else { return nil }
    var arguments: [Term] = []
    for (term, type) in zip(terms, signature.parameters) {
      guard takes(type, term) else { return nil }
      let typed = term.typed(type)
      arguments.append(NumberKind(type).map { convert(typed, to: $0) } ?? typed)
    }
    return arguments
  }

  /// Whether a parameter takes a term: ints and decimals become floats where those are wanted.
  private func takes(_ type: ColumnType, _ term: Term) -> Bool {
    term.isUntypedNull || term.type == type || type == .float && NumberKind(term.type) != nil
  }

  // MARK: Constants that select what a function does

  /// The text of an argument that must be a literal text, or a fault.
  mutating func constantText(_ term: Term, _ place: String) -> String? {
    if let constant = term.node.constant, constant.type == .string, constant.mark == .value {
      return constant.text
    }
    fault(
      .notConstant,
      term.range,
      "\(place) is not a constant text",
      expected: "text in single quotes"
    )
    return nil
  }

  /// The value of an argument that must be a literal whole number within a range, or a fault.
  mutating func constantInt(
    _ term: Term,
    _ allowed: ClosedRange<Int64>,
    _ place: String
  ) -> Int? {
    if let constant = term.node.constant, constant.type == .int, constant.mark == .value,
      allowed.contains(constant.word)
    {
      return Int(constant.word)
    }
    fault(
      .notConstant,
      term.range,
      "\(place) is not a constant of its range",
      expected: "a whole number from \(allowed.lowerBound) to \(allowed.upperBound)"
    )
    return nil
  }

  private mutating func pattern(_ term: Term) -> String? {
    guard let text = constantText(term, "the pattern") else { return nil }
    guard PatternKernels.compile(text) == nil else { return text }
    fault(
      .invalidPattern,
      term.range,
      "'\(text)' is not a regular expression",
      hint: "brackets must be closed, and characters such as ( + * ? escaped by a backslash"
    )
    return nil
  }

  private mutating func extractMatch(_ terms: [Term], _ range: Range<Int>) -> Term? {
    let text = text(terms[0], "the text")
    guard let pattern = pattern(terms[1]), let text else { return nil }
    var group = 0
    if terms.count > 2 {
      let groups = PatternKernels.groupCount(pattern)
      let allowed = 0...Int64(groups)
      guard let number = constantInt(terms[2], allowed, "the number of the group") else {
        return nil
      }
      group = number
    }
    return make(.extractMatch(pattern: pattern, group: group), [text], .string, range)
  }
}
