import Testing
import WeirColumns
import WeirCore

@Suite struct RunningOperatorTests {
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.sum, argument: 4, argumentType: .decimal(scale: 2), name: "sum"),
    AggregateSpec(.maximum, argument: 6, argumentType: .string, name: "greatest"),
  ]

  @Test(arguments: [[0], [], [1, 0]]) func `totals of changed keys come once per batch`(
    keys: [Int]
  ) throws {
    var input = RandomInput(seed: 7)
    let probe = OperatorProbe(
      RunningOperator(
        WindowSpec(.running),
        Self.aggregates,
        keyColumns: keys,
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "subject"
      )
    )
    probe.maximumRows = 2
    var kept: [(key: [TestValue?], row: TestRow)] = []
    var expected: [String] = []
    for step in input.steps(30) {
      guard case .rows(let rows) = step else { continue }
      try probe.process(rows)
      var changed: [[TestValue?]] = []
      for row in rows {
        let key = keys.map { row.values[$0] }
        kept.append((key, row))
        if !changed.contains(key) { changed.append(key) }
      }
      for key in changed.sorted(by: WindowModel.precedes) {
        let rows = kept.filter { $0.key == key }.map(\.row)
        let values = Self.aggregates.map { AggregateModel.result($0, rows) }
        let time = rows.map(\.time).max() ?? 0
        expected.append(rendered(key + values + [.word(time)]))
      }
    }
    #expect(probe.onTime == expected)
    #expect(probe.late.isEmpty)
  }
}
