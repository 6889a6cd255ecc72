import WeirColumns

extension CheckPass {
  mutating func choice(
    _ subject: SyntaxNode?,
    _ branches: [SyntaxBranch],
    _ otherwise: SyntaxNode?,
    _ range: Range<Int>
  ) -> Term? {
    let value = subject.map { term($0) }
    var conditions: [Term?] = []
    var results: [Term?] = []
    for branch in branches {
      conditions.append(branchCondition(branch.condition, subject: value))
      results.append(term(branch.result))
    }
    if let otherwise {
      results.append(term(otherwise))
    } else {
      results.append(Term(node: .constant(Constant(.bool, mark: .null)), range: range))
      results[results.count - 1]?.isUntypedNull = true
    }
    let soundConditions = conditions.compactMap { $0 }
    let soundResults = results.compactMap { $0 }
    guard soundConditions.count == branches.count, soundResults.count == branches.count + 1,
      let unified = unify(soundResults, "the results of 'case'")
    else { return nil }
    return choose(soundConditions, unified, range)
  }

  /// A `when`: a condition, or a value that the subject is compared with.
  private mutating func branchCondition(_ node: SyntaxNode, subject: Term??) -> Term? {
    guard let term = term(node) else { return nil }
    guard let subject else { return condition(term, "what follows 'when'") }
    guard let subject else { return nil }
    return compare(.equal, subject, term, term.range)
  }

  /// The first result whose condition is true; `results` has one more than `conditions`.
  func choose(_ conditions: [Term], _ results: [Term], _ range: Range<Int>) -> Term {
    let limit = BranchCode.maximumBranches
    guard conditions.count <= limit else {
      // What does not fit into one choice becomes the last result of another.
      let rest = choose(
        Array(conditions[limit...]),
        Array(results[limit...]),
        range
      )
      return choose(Array(conditions[..<limit]), Array(results[..<limit]) + [rest], range)
    }
    var arguments: [TypedNode] = []
    for (condition, result) in zip(conditions, results) {
      if folds, let constant = condition.node.constant, constant.mark.rawValue < RowMark.firstError
      {
        guard constant.mark == .value, constant.word != 0 else { continue }
        return finished(arguments, result, range)
      }
      arguments += [condition.node, result.node]
    }
    return finished(arguments, results[results.count - 1], range)
  }

  private func finished(_ arguments: [TypedNode], _ last: Term, _ range: Range<Int>) -> Term {
    guard !arguments.isEmpty else {
      return Term(node: last.node, range: range, isUntypedNull: last.isUntypedNull)
    }
    return Term(node: make(.choose, arguments + [last.node], last.type), range: range)
  }

  /// Brings terms to one type: numbers to the common kind, bare nulls to the type of the others.
  mutating func unify(_ terms: [Term], _ place: String) -> [Term]? {
    guard let first = terms.first(where: { !$0.isUntypedNull }) else { return terms }
    var kind = NumberKind(first.type)
    for term in terms where !term.isUntypedNull {
      if let known = kind, let other = NumberKind(term.type) {
        kind = .common(known, other)
      } else if term.type != first.type {
        fault(
          .mixedTypes,
          term.range,
          "\(place) are a \(first.type) and a \(term.type)",
          expected: "one type",
          hint: "use cast to bring them to one type"
        )
        return nil
      }
    }
    return terms.map { term in
      let typed = term.typed(kind?.type ?? first.type)
      return kind.map { convert(typed, to: $0) } ?? typed
    }
  }

  mutating func coalesce(_ terms: [Term], _ range: Range<Int>) -> Term? {
    guard let terms = unify(terms, "the arguments of coalesce") else { return nil }
    let conditions = terms.dropLast().map {
      make(.isNull(isNegated: true), [$0], .bool, $0.range)
    }
    var term = choose(conditions, terms, range)
    term.isUntypedNull = terms.allSatisfy(\.isUntypedNull)
    return term
  }

  mutating func nullif(_ value: Term, _ other: Term, _ range: Range<Int>) -> Term? {
    guard let isEqual = compare(.equal, value, other, range) else { return nil }
    let null = Term(node: .constant(Constant(value.type, mark: .null)), range: range)
    return choose([isEqual], [null, value], range)
  }
}
