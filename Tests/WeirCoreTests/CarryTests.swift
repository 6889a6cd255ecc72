import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Counts beyond 16 bits and sums beyond 64, which panes keep apart from what fits.
@Suite struct CarryTests {
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.count, argument: 3, argumentType: .int, name: "values"),
    AggregateSpec(.sum, argument: 3, argumentType: .int, name: "sum"),
    AggregateSpec(.average, argument: 3, argumentType: .int, name: "average"),
    AggregateSpec(.maximum, argument: 3, argumentType: .int, name: "greatest"),
  ]

  private static func make(_ shape: WindowSpec.Shape, lateness: Int64 = 0) -> any KeyedOperator {
    WindowOperator(
      WindowSpec(shape, allowedLateness: lateness),
      aggregates,
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: 8,
      operatorName: "subject"
    )
  }

  /// The operator alone, and one that is stopped after every event.
  private static func probes(
    _ shape: WindowSpec.Shape,
    lateness: Int64 = 0
  ) -> [OperatorProbe] {
    [
      OperatorProbe(make(shape, lateness: lateness)),
      OperatorProbe(RestoringOperator(.everyEvent(seed: 1)) { make(shape, lateness: lateness) }),
      OperatorProbe(RestoringOperator(.slices(seed: 2)) { make(shape, lateness: lateness) }),
    ]
  }

  private static func row(_ key: String, _ time: Int64, _ x: Int64?) -> TestRow {
    TestRow(values: [
      .text(key), .word(1), .word(time), x.map { .word($0) }, nil, nil, nil, nil, nil, nil,
    ])
  }

  /// 6554 rows of 'a' and 6553 of 'b', half of them with the value 2.
  private static func many() -> Batch {
    TestSchema.batch((0..<13_107).map { row($0 % 2 == 0 ? "a" : "b", 3, $0 % 4 < 2 ? 2 : nil) })
  }

  private static func fill(_ probe: OperatorProbe, _ batch: Batch) throws {
    for _ in 0..<10 { try probe.process(batch) }
  }

  @Test func `a key of more than 65,535 rows in a tumbling window is counted whole`() throws {
    let many = Self.many()
    for probe in Self.probes(.tumbling(size: 10)) {
      try Self.fill(probe, many)
      // 'a' has 65,540 rows, 'b' 65,530; six more bring 'b' over.
      try probe.process((0..<7).map { Self.row($0 < 6 ? "b" : "a", 4, 2) })
      try probe.process([Self.row("c", 4, 2)])
      try probe.advance(to: .max)
      #expect(
        probe.onTime == [
          "'a' 0 10 65541 32771 65542 2.0 2 9", "'b' 0 10 65536 32776 65552 2.0 2 9",
          "'c' 0 10 1 1 2 2.0 2 9",
        ]
      )
    }
  }

  @Test func `a full count and the next one are told apart`() throws {
    let many = Self.many()
    for (fills, extra, expected) in [
      (1, 5, 65_535), (1, 6, 65_536), (2, 10, 131_070), (2, 11, 131_071),
    ] {
      let probe = OperatorProbe(Self.make(.tumbling(size: 10)))
      for _ in 0..<fills { try Self.fill(probe, many) }
      try probe.process((0..<extra).map { _ in Self.row("b", 4, nil) })
      try probe.advance(to: .max)
      #expect(
        probe.onTime.last == "'b' 0 10 \(expected) \(fills * 32_770) \(fills * 65_540) 2.0 2 9"
      )
      #expect(probe.subject.keyCount == 0)
    }
  }

  @Test func `counts with carries come and go with the panes of a sliding window`() throws {
    let many = Self.many()
    for probe in Self.probes(.sliding(size: 20, every: 10)) {
      try Self.fill(probe, many)
      try probe.process([Self.row("a", 13, 32_773), Self.row("b", 25, 7)])
      try probe.advance(to: .max)
      #expect(
        probe.onTime == [
          "'a' -10 10 65540 32770 65540 2.0 2 9", "'b' -10 10 65530 32770 65540 2.0 2 9",
          "'a' 0 20 65541 32771 98313 3.0 32773 19", "'b' 0 20 65530 32770 65540 2.0 2 19",
          "'a' 10 30 1 1 32773 32773.0 32773 29", "'b' 10 30 1 1 7 7.0 7 29",
          "'b' 20 40 1 1 7 7.0 7 39",
        ]
      )
    }
  }

  @Test func `late rows change counts that have carries`() throws {
    let many = Self.many()
    for probe in Self.probes(.tumbling(size: 10), lateness: 50) {
      try Self.fill(probe, many)
      try probe.advance(to: 12)
      try probe.process([Self.row("a", 4, 32_773)])
      #expect(probe.updates == ["'a' 0 10 65541 32771 98313 3.0 32773 1 0 9"])
      try probe.advance(to: .max)
    }
  }

  @Test func `sums that leave 64 bits and come back are exact`() throws {
    let far: [Int64] = [.max, .max, .max, .min, .min, .min, .min, .max, 5]
    for shape in [WindowSpec.Shape.tumbling(size: 10), .sliding(size: 10, every: 5)] {
      for probe in Self.probes(shape) {
        for x in far { try probe.process([Self.row("k", 6, x), Self.row("l", 6, -(x / 2))]) }
        try probe.advance(to: .max)
        let sums = probe.onTime.map { $0.split(separator: " ").map(String.init)[5] }
        let expected = ["1", "\(far.reduce(Int128(0)) { $0 - Int128($1 / 2) })"]
        #expect(sums == Array(repeating: expected, count: sums.count / 2).flatMap { $0 })
        #expect(sums.count == (shape == .tumbling(size: 10) ? 2 : 4))
      }
    }
  }

  @Test func `a sum that stays outside of 64 bits is an error, and its average is not`() throws {
    let probe = OperatorProbe(Self.make(.tumbling(size: 10)))
    for _ in 0..<3 { try probe.process([Self.row("k", 6, .min)]) }
    let error = #expect(throws: WeirError.self) { try probe.advance(to: .max) }
    #expect(error?.code == "E511" && error?.message.contains("'sum'") == true)
    let average = OperatorProbe(
      WindowOperator(
        WindowSpec(.tumbling(size: 10)),
        [Self.aggregates[3]],
        keyColumns: [0],
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "subject"
      )
    )
    for _ in 0..<3 { try average.process([Self.row("k", 6, .min)]) }
    try average.advance(to: .max)
    #expect(average.onTime == ["'k' 0 10 -9.223372036854776e+18 9"])
  }
}
