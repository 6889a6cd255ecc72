import Testing
import WeirColumns
import WeirCore

/// Hot keys of operators, from rows to what is told.
@Suite struct HotKeysTests {
  private static let start = Instant(nanoseconds: 1_000_000_000_000)

  private static func later(_ seconds: Int64) -> Instant {
    start.advanced(byNanoseconds: seconds * 1_000_000_000)
  }

  private func operators(_ key: [Int]) -> [any KeyedOperator] {
    let count = [AggregateSpec(.count, name: "rows")]
    let hour = Int64(3_600_000_000)
    return [
      WindowOperator(
        WindowSpec(.tumbling(size: hour)),
        count,
        keyColumns: key,
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "window"
      ),
      SessionOperator(
        WindowSpec(.session(gap: hour)),
        count,
        keyColumns: key,
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "session"
      ),
      RunningOperator(
        WindowSpec(.running),
        count,
        keyColumns: key,
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "running"
      ),
    ]
  }

  private func row(_ name: String?, _ number: Int64, at time: Int64) -> TestRow {
    var values = [TestValue?](repeating: nil, count: TestSchema.fields.fields.count)
    values[0] = name.map { .text($0) }
    values[1] = .word(number)
    values[2] = .word(time)
    return TestRow(values: values)
  }

  /// Batches in which nine of ten rows are of one key.
  private func feed(
    _ probe: OperatorProbe,
    hot: String?,
    rows: Int,
    time: Int64 = 1_000_000
  ) throws {
    var random = SeededRandom(seed: 5)
    for batch in 0..<rows / 1000 {
      try probe.process(
        (0..<1000).map { place in
          random.chance(90)
            ? row(hot, 7, at: time) : row("cold \(batch * 1000 + place)", 1, at: time)
        }
      )
    }
  }

  private func hottest(_ probe: OperatorProbe, at now: Instant = start) throws -> HotKeys.Key? {
    let report = try #require(probe.subject.hotKeys(at: now))
    return HotKeys(columns: ["k"], of: [(InstanceID("a", 0), report)]).keys.first
  }

  @Test(arguments: ["hot", "a key that is longer than a cell", nil])
  func `every keyed operator names the key that has nine of ten rows`(_ hot: String?) throws {
    for subject in operators([0, 1]) {
      let probe = OperatorProbe(subject)
      try feed(probe, hot: hot, rows: 20_000)
      let found = try #require(try hottest(probe))
      #expect(found.key == [hot ?? "null", "7"])
      #expect(abs(found.share - 0.9) <= found.error, "\(found)")
      #expect(found.error < 0.05)
    }
  }

  @Test func `an operator without a key has no hot keys`() throws {
    for subject in operators([]) {
      let probe = OperatorProbe(subject)
      try feed(probe, hot: "hot", rows: 2000)
      #expect(subject.hotKeys(at: Self.start) == nil)
    }
  }

  @Test func `a key that was told is known by name when its window has gone`() throws {
    let probe = OperatorProbe(operators([0])[0])
    try feed(probe, hot: "hot", rows: 10_000)
    #expect(try hottest(probe)?.key == ["hot"])
    try probe.advance(to: Watermark.end.microseconds)
    #expect(probe.subject.keyCount == 0)
    #expect(try hottest(probe)?.key == ["hot"])
  }

  @Test func `a key whose state has gone is not called by the name of another`() throws {
    let probe = OperatorProbe(operators([0])[0])
    try feed(probe, hot: "hot", rows: 10_000)
    try probe.advance(to: 7_200_000_000)
    // A key stays as long as the next window lives.
    try probe.process([row("other", 1, at: 7_300_000_000)])
    try probe.advance(to: 14_400_000_000)
    // Its slot is taken over.
    for number in 0..<1000 {
      try probe.process([row("other \(number)", 1, at: 15_000_000_000)])
    }
    #expect(probe.subject.keyCount <= 1001)
    let report = try #require(probe.subject.hotKeys(at: Self.start))
    #expect(report.keys == [])
    #expect(report.sampled > 200)
  }

  @Test func `what was hot is forgotten as time goes on`() throws {
    let probe = OperatorProbe(operators([0])[2])
    try feed(probe, hot: "first", rows: 20_000)
    #expect(try hottest(probe)?.key == ["first"])
    try feed(probe, hot: "second", rows: 20_000)
    #expect(try #require(try hottest(probe)).share < 0.6)
    #expect(try hottest(probe, at: Self.later(40)) != nil)
    try feed(probe, hot: "second", rows: 10_000)
    let found = try #require(try hottest(probe, at: Self.later(41)))
    #expect(found.key == ["second"])
    #expect(found.share > 0.8)
    // After a day without rows nothing is hot.
    #expect(try hottest(probe, at: Self.later(86_400)) == nil)
  }

  @Test func `long texts are cut between characters, and bytes are hexadecimal`() throws {
    let probe = OperatorProbe(operators([0])[2])
    let long = String(repeating: "ä", count: 40)
    try feed(probe, hot: "x" + long, rows: 10_000)
    #expect(try hottest(probe)?.key == ["x" + String(repeating: "ä", count: 31) + "…"])
  }

  // MARK: Several instances

  private func report(_ sampled: Double, _ keys: [(String, Double, Double)]) -> HotKeyReport {
    var report = HotKeyReport(sampled: sampled)
    report.keys = keys.map { HotKeyReport.Key([$0.0], least: $0.1, most: $0.2) }
    return report
  }

  @Test func `shares are of all rows of the operator`() {
    let keys = HotKeys(
      columns: ["card"],
      of: [
        (InstanceID("o", 0), report(30_000, [("a", 15_000, 15_000), ("b", 900, 900)])),
        (InstanceID("o", 1), report(10_000, [("c", 2000, 2200), ("d", 399, 400)])),
        (InstanceID("o", 2), report(0, [])),
      ]
    )
    #expect(keys.keys.map(\.key) == [["a"], ["c"], ["b"]])
    #expect(keys.keys.map(\.instance.index) == [0, 1, 0])
    #expect(keys.keys[0].share == 0.375)
    #expect(keys.keys[1].share == 0.0525)
    #expect(keys.columns == ["card"])
  }

  @Test func `from few rows nothing is concluded`() {
    #expect(HotKeys(columns: [], of: []).keys == [])
    let few = HotKeys(columns: [], of: [(InstanceID("o", 0), report(3, [("a", 1, 1)]))])
    #expect(few.keys == [])
    let many = HotKeys(columns: [], of: [(InstanceID("o", 0), report(300, [("a", 100, 100)]))])
    #expect(many.keys.count == 1)
  }

  @Test func `only the hottest are told`() {
    let keys = HotKeys(
      columns: [],
      of: (0..<4).map { instance in
        let keys = (0..<8).map { ("\(instance)-\($0)", 300.0 - Double($0), 300.0) }
        return (InstanceID("o", instance), report(2500, keys))
      }
    )
    #expect(keys.keys.count == Limits.hotKeysTold)
    #expect(keys.keys.map(\.instance.index) == [0, 1, 2, 3, 0, 1, 2, 3])
  }
}
