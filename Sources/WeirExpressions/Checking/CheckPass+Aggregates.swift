import WeirColumns

extension CheckPass {
  /// Checks an aggregate and puts a column behind the scope's own in its place.
  mutating func aggregate(
    _ function: AggregateFunction,
    _ call: SyntaxCall,
    _ range: Range<Int>
  ) -> Term? {
    guard input != nil else {
      fault(
        .aggregateNotAllowed,
        call.nameRange,
        "the aggregate '\(call.name)' cannot stand here",
        hint: "aggregates belong into 'aggregate'"
      )
      return nil
    }
    guard !isInsideAggregate else {
      fault(
        .nestedAggregate,
        call.nameRange,
        "the aggregate '\(call.name)' stands inside another",
        hint: "aggregate in two operators, one after the other"
      )
      return nil
    }
    isInsideAggregate = true
    defer { isInsideAggregate = false }
    let least = function == .count ? 0 : 1
    let isCounted = counts(call, least...1)
    let argument = call.arguments.first.map { term($0) }
    let filter = call.filter.map { node in
      term(node).flatMap { condition($0, "the filter of '\(call.name)'") }
    }
    guard isCounted, argument.map({ $0 != nil }) ?? true, filter.map({ $0 != nil }) ?? true else {
      return nil
    }
    return collect(function, call, argument ?? nil, filter ?? nil, range)
  }

  private mutating func collect(
    _ function: AggregateFunction,
    _ call: SyntaxCall,
    _ argument: Term?,
    _ filter: Term?,
    _ range: Range<Int>
  ) -> Term? {
    if let argument, argument.isUntypedNull {
      checkResult(argument, false)
      return nil
    }
    guard let type = function.resultType(argument?.type ?? .int) else {
      let type = argument?.type ?? .int
      fault(
        .argumentType,
        argument?.range ?? range,
        "'\(call.name)' does not take a \(type)",
        expected: FunctionCatalogue.entry(named: call.name)?.signatures.joined(separator: "; ")
      )
      return nil
    }
    let found = AggregateCall(
      function: function,
      argument: argument.map { TypedExpression($0.node, text: call.arguments[0].description) },
      filter: filter.map { TypedExpression($0.node, text: call.filter?.description ?? "") },
      type: type,
      range: range
    )
    var position = calls.firstIndex { $0.isSame(as: found) }
    if position == nil {
      position = calls.count
      calls.append(found)
    }
    let index = columns.columnCount + (position ?? 0)
    return Term(node: .column(index, type), range: range)
  }
}
