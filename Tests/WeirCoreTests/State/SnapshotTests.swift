import Testing
import WeirColumns
import WeirCore
import WeirExpressions
import WeirTesting

/// Operators that are restored from snapshots, beside such as never stop.
@Suite struct SnapshotTests {
  private static let count = AggregateSpec(.count, name: "rows")

  private static func spec(
    _ function: AggregateFunction,
    _ column: Int,
    filter: Int? = nil
  ) -> AggregateSpec {
    AggregateSpec(
      function,
      argument: column,
      argumentType: TestSchema.fields.fields[column].type,
      filter: filter,
      name: "\(function.rawValue)_\(column)"
    )
  }

  /// Every function over every type that it takes: many own bytes.
  private static var all: [AggregateSpec] {
    var specs = [count, AggregateSpec(.count, filter: 9, name: "filtered")]
    for function in AggregateFunction.allCases {
      for column in 3...8
      where function.resultType(TestSchema.fields.fields[column].type) != nil {
        specs.append(spec(function, column, filter: column % 3 == 0 ? 9 : nil))
      }
    }
    return specs
  }

  private static let some = [
    count, spec(.sum, 4), spec(.maximum, 6), spec(.countDistinct, 6), spec(.last, 6),
  ]

  private struct Case {
    var window: WindowSpec
    var keys = [0]
    var aggregates = SnapshotTests.some
    var having: Int64?
    var steps = 30

    func makeOperator() -> any KeyedOperator {
      switch window.shape {
      case .tumbling, .sliding:
        WindowOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 8,
          operatorName: "subject"
        )
      case .session:
        SessionOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 8,
          operatorName: "subject"
        )
      case .running:
        RunningOperator(
          window,
          aggregates,
          keyColumns: keys,
          input: TestSchema.fields,
          keyGroups: 8,
          operatorName: "subject"
        )
      }
    }
  }

  private func compare(_ test: Case, seed: UInt64) throws {
    for mode in [RestoringOperator.Mode.everyEvent(seed: seed), .slices(seed: seed)] {
      let restoring = RestoringOperator(mode, test.makeOperator)
      let probes = [OperatorProbe(test.makeOperator()), OperatorProbe(restoring)]
      for probe in probes {
        if let least = test.having {
          let column = test.keys.count + (test.window.shape == .running ? 0 : 2)
          probe.subject.having = LeastFilter(column: column, least: least)
        }
        probe.maximumRows = seed % 2 == 0 ? 3 : 8192
        var input = RandomInput(seed: seed)
        input.keys = 20
        for (number, step) in input.steps(test.steps).enumerated() {
          switch step {
          case .rows(let rows): try probe.process(rows)
          case .watermark(let time): try probe.advance(to: time)
          }
          if test.window.early, number % 3 == 0 { try probe.requestEarly() }
        }
      }
      #expect(probes[0].onTime == probes[1].onTime, "\(mode)")
      #expect(probes[0].updates == probes[1].updates, "\(mode)")
      #expect(probes[0].early == probes[1].early, "\(mode)")
      #expect(probes[0].late == probes[1].late, "\(mode)")
      #expect(!probes[0].onTime.isEmpty)
      guard case .everyEvent = mode else { continue }
      #expect(restoring.restores > 2 && restoring.changes > 2, "\(mode)")
    }
  }

  @Test(arguments: 0..<3) func `tumbling windows go on as if they had not stopped`(
    seed: UInt64
  ) throws {
    try compare(Case(window: WindowSpec(.tumbling(size: 20))), seed: seed)
    try compare(
      Case(window: WindowSpec(.tumbling(size: 20, offset: 3), allowedLateness: 30, early: true)),
      seed: seed + 100
    )
  }

  @Test(arguments: 0..<3) func `sliding windows go on as if they had not stopped`(
    seed: UInt64
  ) throws {
    try compare(Case(window: WindowSpec(.sliding(size: 50, every: 10))), seed: seed)
    try compare(
      Case(window: WindowSpec(.sliding(size: 50, every: 10), allowedLateness: 25), having: 3),
      seed: seed + 100
    )
    try compare(
      Case(window: WindowSpec(.sliding(size: 30, every: 10), early: true), having: -4),
      seed: seed + 200
    )
  }

  @Test(arguments: 0..<2) func `running totals go on as if they had not stopped`(
    seed: UInt64
  ) throws {
    try compare(Case(window: WindowSpec(.running)), seed: seed)
    try compare(Case(window: WindowSpec(.running), having: 3), seed: seed + 100)
    try compare(
      Case(window: WindowSpec(.running), keys: [0, 6], aggregates: Self.all, steps: 16),
      seed: seed + 200
    )
  }

  @Test(arguments: 0..<3) func `sessions go on as if they had not stopped`(
    seed: UInt64
  ) throws {
    try compare(Case(window: WindowSpec(.session(gap: 12))), seed: seed)
    try compare(
      Case(window: WindowSpec(.session(gap: 8), allowedLateness: 25, early: true), having: -4),
      seed: seed + 100
    )
    try compare(
      Case(window: WindowSpec(.session(gap: 12)), aggregates: Self.all, steps: 16),
      seed: seed + 200
    )
  }

  @Test(arguments: 0..<3) func `every aggregate comes back`(seed: UInt64) throws {
    try compare(
      Case(window: WindowSpec(.tumbling(size: 25)), aggregates: Self.all, steps: 16),
      seed: seed
    )
    try compare(
      Case(window: WindowSpec(.sliding(size: 50, every: 10)), aggregates: Self.all, steps: 16),
      seed: seed + 100
    )
  }

  @Test(arguments: 0..<2) func `composite, numeric and absent keys come back`(seed: UInt64) throws {
    for keys in [[], [1], [0, 1], [5, 8], [0, 6]] {
      try compare(
        Case(window: WindowSpec(.sliding(size: 30, every: 10)), keys: keys, steps: 16),
        seed: seed
      )
    }
  }
}
