import Testing
import WeirColumns
import WeirExpressions

@Suite struct EvaluatorTests {
  private func ints(_ values: [Int64?]) -> Fixture {
    let rows = values.map { value in
      [value.map { Constant(.int, word: $0) } ?? Constant(.int, mark: .null)]
    }
    return Fixture([Field("x", .int)], rows)
  }

  @Test func `a bare column is not copied`() throws {
    let fixture = ints([1, nil, 3])
    let expression = try check("x", fixture.schema)
    let column = ExpressionEvaluator(expression).evaluate(fixture.batch.columns, count: 3)
    #expect(column === fixture.batch.columns[0])
    #expect(expression.bareColumn == 0)
  }

  @Test func `columns used, constness and text are told`() throws {
    let schema = Schema([Field("a", .int), Field("b", .int), Field("c", .string)])
    let expression = try check("b>1 AND (a)+b<7", schema)
    #expect(expression.columnsUsed == [0, 1])
    #expect(expression.text == "b > 1 and a + b < 7")
    #expect(!expression.isConstant)
    let constant = try check("lower('ABC') || 'd'", schema)
    #expect(constant.isConstant)
    #expect(constant.constant?.description == "'abcd'")
    let decided = try check("a = 1 and false", schema)
    #expect(decided.constant?.description == "false")
  }

  @Test func `names may stand for columns and for expressions`() throws {
    let schema = Schema([Field("x", .int)])
    var scope = ColumnScope(schema)
    scope.bind("ex", column: 0, type: .int)
    var faults: [ExpressionFault] = []
    let double = try #require(Checker(scope).check("ex * 2", faults: &faults))
    scope.bind("double", double)
    let sum = try #require(Checker(scope).check("double + x", faults: &faults))
    #expect(sum.columnsUsed == [0])
    #expect(ints([5, nil]).values(ExpressionEvaluator(sum)).map(\.description) == ["15", "null"])
    #expect(Checker(scope).check("dubble", faults: &faults) == nil)
    #expect(faults.first?.nearest == "double")
  }

  @Test func `an evaluator serves batches of any size, with marks and without`() throws {
    let expression = try check(
      "case when x > 2 then 'more' || cast(x as string) else 'few' end",
      Schema([Field("x", .int)])
    )
    let evaluator = ExpressionEvaluator(expression)
    for values: [Int64?] in [[1, 2, 3], [nil, 9], [], [3], Array(repeating: 7, count: 1000), [1]] {
      let wanted = values.map { value in
        guard let value, value > 2 else { return "'few'" }
        return "'more\(value)'"
      }
      #expect(ints(values).values(evaluator).map(\.description) == wanted)
    }
  }

  @Test func `marks come and go with the batch`() throws {
    let evaluator = ExpressionEvaluator(try check("div(12, x)", Schema([Field("x", .int)])))
    #expect(ints([3, 0]).values(evaluator).map(\.mark) == [.value, .divisionByZero])
    #expect(ints([3, 4]).values(evaluator).map(\.description) == ["4", "3"])
    #expect(!evaluator.evaluate(ints([3, 4]).batch.columns, count: 2).hasMarks)
  }

  @Test func `constants reach every row`() throws {
    let fixture = ints([1, 2, 3])
    #expect(try fixture.values("'a' || 'b'").map(\.description) == ["'ab'", "'ab'", "'ab'"])
    #expect(
      try fixture.values("cast(null as float)").map(\.description) == ["null", "null", "null"]
    )
    #expect(
      try fixture.values("1 / 0").map(\.mark) == [RowMark](repeating: .divisionByZero, count: 3)
    )
  }

  @Test func `overflow in one row marks that row alone`() throws {
    let fixture = ints([.max, 1, nil, .min])
    #expect(
      try fixture.values("x + 1").map(\.description)
        == ["error: the result does not fit its type", "2", "null", "-9223372036854775807"]
    )
    #expect(
      try fixture.values("-x").map(\.description)
        == [
          "-9223372036854775807", "-1", "null", "error: the result does not fit its type",
        ]
    )
  }

  @Test func `selected rows are what a filter keeps`() throws {
    let fixture = ints([5, nil, 1, 9])
    let expression = try check("x > 4", fixture.schema)
    let buffer = SelectionBuffer(capacity: 4)
    var rows = buffer.all(4)
    rows.keep(where: ExpressionEvaluator(expression).evaluate(fixture.batch, rows: rows))
    #expect((0..<rows.count).map { rows.indices[$0] } == [0, 3])
  }

  @Test func `a selection changes no result of the rows it holds`() throws {
    let texts = ["a1", "b", "", "c22", "d"]
    let fixture = Fixture([Field("s", .string)], texts.map { [Constant(text: $0)] })
    for text in ["regexp_like(s, '[0-9]')", "coalesce(regexp_extract(s, '[0-9]+'), 'none')"] {
      let evaluator = ExpressionEvaluator(try check(text, fixture.schema))
      let all = fixture.values(evaluator)
      let buffer = SelectionBuffer(capacity: 5)
      var rows = buffer.all(5)
      buffer.indices[0] = 0
      buffer.indices[1] = 3
      buffer.indices[2] = 4
      rows.count = 3
      let column = evaluator.evaluate(fixture.batch, rows: rows)
      #expect([0, 3, 4].map { Constant(column, row: $0) } == [all[0], all[3], all[4]])
      #expect(fixture.values(evaluator) == all)
    }
  }
}
