import Testing
import WeirColumns
import WeirExpressions

@Suite struct AggregateTests {
  private let input = Schema([
    Field("card", .string), Field("amount", .decimal(scale: 2)), Field("took", .duration),
    Field("rate", .float), Field("at", .timestamp), Field("count_of", .int),
  ])
  private let groups = Schema([Field("card", .string), Field("window_end", .timestamp)])

  private func check(
    _ text: String,
    _ calls: inout [AggregateCall]
  ) -> (TypedExpression?, [ExpressionFault]) {
    var faults: [ExpressionFault] = []
    let expression = Checker(ColumnScope(groups)).checkAggregates(
      text,
      over: ColumnScope(input),
      calls: &calls,
      faults: &faults
    )
    return (expression, faults)
  }

  @Test func `calls become columns behind those of the group`() throws {
    var calls: [AggregateCall] = []
    let (found, faults) = check("sum(amount) / count()", &calls)
    #expect(faults.isEmpty)
    let expression = try #require(found)
    #expect(expression.columnsUsed == [2, 3])
    #expect(expression.type == .float)
    #expect(calls.map(\.function) == [.sum, .count])
    #expect(calls.map(\.type) == [.decimal(scale: 2), .int])
    #expect(calls[0].argument?.columnsUsed == [1])
    #expect(calls[1].argument == nil)

    let fields = groups.fields + [Field("sum", .decimal(scale: 2)), Field("count", .int)]
    let row = [
      Constant(text: "c1"), Constant(.timestamp, word: 0), Constant(.decimal(scale: 2), word: 900),
      Constant(.int, word: 4),
    ]
    let values = Fixture(fields, [row]).values(ExpressionEvaluator(expression))
    #expect(values.map(\.description) == ["2.25"])
  }

  @Test func `equal calls are computed once, also across expressions`() throws {
    var calls: [AggregateCall] = []
    let (first, _) = check("count() filter (where amount > 5)", &calls)
    let (second, _) = check("count() * 2 + count() filter (where amount > 5)", &calls)
    #expect(calls.map(\.filter?.text) == ["amount > 5", nil])
    #expect(first?.bareColumn == 2)
    #expect(second?.columnsUsed == [2, 3])
  }

  @Test func `result types are those of the catalogue`() {
    let wanted: [(String, ColumnType)] = [
      ("count(card)", .int), ("sum(count_of)", .int), ("sum(amount)", .decimal(scale: 2)),
      ("sum(rate)", .float), ("sum(took)", .duration), ("avg(count_of)", .float),
      ("avg(took)", .duration), ("avg(amount)", .float), ("min(at)", .timestamp),
      ("max(card)", .string), ("first(card)", .string), ("last(amount)", .decimal(scale: 2)),
      ("stddev(amount)", .float), ("count_distinct(card)", .int),
      ("sum(amount * 2 + count_of)", .decimal(scale: 2)),
    ]
    for (text, type) in wanted {
      var calls: [AggregateCall] = []
      let (expression, faults) = check(text, &calls)
      #expect(faults.isEmpty, "\(text)")
      #expect(expression?.type == type, "\(text)")
      #expect(calls.first?.type == type, "\(text)")
    }
  }

  @Test func `faults of aggregates are told apart`() {
    let wanted: [(String, [FaultCode])] = [
      ("sum(count())", [.nestedAggregate]),
      ("amount + count()", [.columnOutsideAggregate]),
      ("sum(card)", [.argumentType]),
      ("sum(at)", [.argumentType]),
      ("sum()", [.argumentCount]),
      ("count(card, card)", [.argumentCount]),
      ("top(card, 5)", [.notYet]),
      ("count() filter (where card)", [.notCondition]),
      ("sum(amont)", [.unknownColumn]),
      ("sum(window_end)", [.unknownColumn]),
      ("sum(null)", [.untypedNull]),
      ("count() filter (card = 'a')", [.unexpectedToken]),
    ]
    for (text, codes) in wanted {
      var calls: [AggregateCall] = []
      let (expression, faults) = check(text, &calls)
      #expect(expression == nil, "\(text)")
      #expect(faults.map(\.code) == codes, "\(text): \(faults)")
      #expect(calls.isEmpty, "\(text)")
    }
  }
}
