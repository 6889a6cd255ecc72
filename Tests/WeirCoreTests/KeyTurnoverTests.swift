import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Tables of keys that grow over many segments while keys come and go.
@Suite struct KeyTurnoverTests {
  private static func make(keyGroups: Int) -> WindowOperator {
    WindowOperator(
      WindowSpec(.tumbling(size: 10)),
      [AggregateSpec(.count, name: "rows")],
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: keyGroups,
      operatorName: "subject"
    )
  }

  @Test(arguments: [1, 3]) func `keys come and go by the thousands, and each is found`(
    keyGroups: Int
  ) throws {
    let probe = OperatorProbe(Self.make(keyGroups: keyGroups))
    var random = SeededRandom(seed: UInt64(keyGroups))
    var expected: [String] = []
    for round in 0..<Int64(8) {
      // Few keys, then many, of which some were there before.
      let keys: Int64 = [100, 4000, 700, 3000][Int(round % 4)]
      var counts: [String: Int] = [:]
      let rows = (0..<3000).map { _ in
        let key = "key \(round * 500 + random.integer(0...keys))"
        counts[key, default: 0] += 1
        let values: [TestValue?] = [
          .text(key), .word(1), .word(round * 10), .word(1), nil, nil, nil, nil, nil, nil,
        ]
        return TestRow(values: values)
      }
      try probe.process(rows)
      probe.subject.checkInvariants()
      try probe.advance(to: round * 10 + 10)
      probe.subject.checkInvariants()
      let ends = "\(round * 10) \(round * 10 + 10)"
      expected += counts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map {
        "'\($0)' \(ends) \(counts[$0] ?? 0) \(round * 10 + 9)"
      }
    }
    #expect(probe.onTime == expected)
    try probe.advance(to: .max)
    #expect(probe.subject.keyCount == 0)
  }
}
