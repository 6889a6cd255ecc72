import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Operators in the harness: in every mode they say the same.
@Suite struct OperatorHarnessTests {
  private static let events = Schema(
    [Field("k", .string), Field("n", .int), Field("t", .timestamp)],
    eventTime: 2
  )
  private static let count = AggregateSpec(.count, name: "rows")
  private static let sum = AggregateSpec(
    .sum,
    argument: 1,
    argumentType: .int,
    name: "total"
  )
  private static let last = AggregateSpec(
    .last,
    argument: 1,
    argumentType: .int,
    name: "latest"
  )

  private static func windows(
    _ shape: WindowSpec.Shape,
    sources: Int = 1,
    lateness: Int64 = 0,
    earlyEvery: Int64? = nil,
    having: String? = nil,
    batchRows: Int = 8
  ) -> JobPlan {
    var settings = BatchSettings()
    settings.rows = batchRows
    var builder = PlanBuilder(batch: settings)
    let inputs = (0..<sources).map { builder.source("s\($0)", events, lag: 5) }
    let windows = builder.window(
      "w",
      from: inputs,
      key: ["k"],
      WindowSpec(shape, allowedLateness: lateness, early: earlyEvery != nil),
      [count, sum, last],
      having: having,
      earlyEvery: earlyEvery
    )
    let late = builder.late(windows)
    builder.sink("out", from: [windows], processes: 2)
    if lateness > 0 || earlyEvery != nil {
      builder.sink("updates", from: [builder.updates(windows)])
    }
    builder.sink("late", from: [late])
    return builder.plan()
  }

  /// Rows in disorder, some far behind, some without a key, nine of ten with one key.
  private static func rows(_ count: Int, _ random: inout SeededRandom) -> [[Value]] {
    var now: Int64 = 0
    return (0..<count).map { number in
      now += random.integer64(0...6)
      let behind = random.chance(20) ? random.integer64(0...60) : random.integer64(0...5)
      let key: Value =
        random.chance(90) ? "hot" : random.element(of: [.null, "", "cold", "a long, long key"])
      return [key, .int(Int64(number)), .int(now - behind)]
    }
  }

  private func check(
    _ job: JobPlan,
    _ stage: String,
    rows counts: [Int],
    seed: UInt64,
    most: Int = 12,
    lag: Int64 = 5,
    comparing comparison: OperatorHarness.Comparison = .everything
  ) {
    var random = SeededRandom(seed: seed)
    let rows = counts.map { Self.rows($0, &random) }
    let harness = OperatorHarness(job, InstanceID(stage, 0), rows: rows, lag: lag)
    let faults = harness.check(comparison, random: &random, most: most)
    #expect(faults.isEmpty, "WEIR_SEED=\(seed): \(faults.joined(separator: "\n"))")
    #expect(!harness.run(harness.plainMode).rows.isEmpty)
  }

  @Test(arguments: SeededRandom.seeds(3))
  func `a tumbling window says the same however its few rows are cut`(seed: UInt64) {
    check(Self.windows(.tumbling(size: 10)), "w", rows: [7], seed: seed)
  }

  @Test(arguments: SeededRandom.seeds(4))
  func `a tumbling window says the same in every mode`(seed: UInt64) {
    check(Self.windows(.tumbling(size: 10), sources: 2), "w", rows: [30, 20], seed: seed)
  }

  /// The rows of each edge; which process of a sink gets them first is no matter.
  private static func sorted(_ outcome: OperatorHarness.Outcome) -> [EdgeIndex: [String]] {
    outcome.rows.mapValues { $0.map { "\($0)" }.sorted() }
  }

  @Test(arguments: SeededRandom.seeds(4), [0, 60] as [Int64])
  func `rows that were added up before say the same as rows`(seed: UInt64, lateness: Int64) {
    var random = SeededRandom(seed: seed)
    let rows = [Self.rows(40, &random), Self.rows(40, &random)]
    let job = Self.windows(.sliding(size: 20, every: 5), sources: 2, lateness: lateness)
    let harness = OperatorHarness(job, InstanceID("w", 0), rows: rows, lag: 5)
    let plain = harness.run(harness.plainMode)
    var mode = harness.plainMode
    mode.sizes = [[10, 20, 10], [15, 15, 10]]
    mode.order = [0, 1, 0, 1, 0, 1, 0, 1]
    let cut = harness.run(mode)
    mode.combines = true
    let combined = harness.run(mode)
    #expect(combined.faults.isEmpty)
    #expect(plain.combined == 0 && combined.combined > 20, "\(combined.combined) rows")
    #expect(Self.sorted(combined) == Self.sorted(cut) && combined.counters == cut.counters)
  }

  @Test(arguments: SeededRandom.seeds(4))
  func `a sliding window with a filter on its results says the same in every mode`(seed: UInt64) {
    let job = Self.windows(.sliding(size: 20, every: 5), sources: 2, having: "rows > 1")
    check(job, "w", rows: [25, 25], seed: seed)
  }

  @Test(arguments: SeededRandom.seeds(2))
  func `a window over three sources does not depend on their order`(seed: UInt64) {
    check(Self.windows(.tumbling(size: 15), sources: 3), "w", rows: [4, 4, 0], seed: seed)
  }

  @Test(arguments: SeededRandom.seeds(4), [0, 5, 60] as [Int64])
  func `sessions say the same in every mode`(seed: UInt64, lag: Int64) {
    for gap: Int64 in [4, 20] {
      check(
        Self.windows(.session(gap: gap), sources: 2),
        "w",
        rows: [25, 15],
        seed: seed,
        lag: lag
      )
    }
  }

  @Test(arguments: SeededRandom.seeds(3))
  func `sessions of three sources do not depend on their order`(seed: UInt64) {
    check(Self.windows(.session(gap: 12), sources: 3), "w", rows: [4, 4, 3], seed: seed, lag: 2)
  }

  @Test(arguments: SeededRandom.seeds(3))
  func `sessions with a filter on their results say the same in every mode`(seed: UInt64) {
    let job = Self.windows(.session(gap: 15), sources: 2, having: "rows > 1 and total > 20")
    check(job, "w", rows: [25, 25], seed: seed)
  }

  /// Which rows the first result of a session has, and which an update, depends on when they come.
  @Test(arguments: SeededRandom.seeds(3), ["rows > 1 and rows < 5", nil])
  func `what the updates of a window come to is the same in every mode`(
    seed: UInt64,
    having: String?
  ) {
    let shapes: [WindowSpec.Shape] = [
      .tumbling(size: 10), .sliding(size: 20, every: 5), .session(gap: 6), .session(gap: 20),
    ]
    for shape in shapes {
      let job = Self.windows(shape, sources: 2, lateness: 25, having: having)
      check(job, "w", rows: [30, 20], seed: seed, most: 6, comparing: Self.comparison(shape))
    }
  }

  @Test(arguments: SeededRandom.seeds(3))
  func `preliminary results change nothing else`(seed: UInt64) {
    let shapes: [WindowSpec.Shape] = [
      .tumbling(size: 10), .sliding(size: 20, every: 5), .session(gap: 15),
    ]
    for shape in shapes {
      check(
        Self.windows(shape, sources: 2, earlyEvery: 9000),
        "w",
        rows: [20, 20],
        seed: seed,
        most: 6
      )
      check(
        Self.windows(shape, sources: 2, lateness: 25, earlyEvery: 9000, having: "rows > 1"),
        "w",
        rows: [20, 20],
        seed: seed,
        most: 6,
        comparing: Self.comparison(shape)
      )
    }
  }

  /// What is compared of windows with allowed lateness.
  private static func comparison(_ shape: WindowSpec.Shape) -> OperatorHarness.Comparison {
    switch shape {
    case .tumbling, .sliding: .amended(columns: 3)
    case .session, .running: .settled(columns: 3)
    }
  }

  @Test func `preliminary results come while the harness runs`() {
    var random = SeededRandom(seed: 1)
    let job = Self.windows(.session(gap: 15), earlyEvery: 9000)
    let rows = Self.rows(40, &random)
    let harness = OperatorHarness(job, InstanceID("w", 0), rows: [rows], lag: 5)
    var mode = harness.plainMode
    mode.sizes = [Array(repeating: 1, count: 40)]
    mode.order = Array(repeating: 0, count: 41)
    #expect(harness.run(mode).rows[2]?.isEmpty == false)
  }

  @Test(arguments: SeededRandom.seeds(4), ["rows > 2", nil])
  func `the last totals of a running aggregate are the same in every mode`(
    seed: UInt64,
    having: String?
  ) {
    var settings = BatchSettings()
    settings.rows = 4
    var builder = PlanBuilder(batch: settings)
    let totals = builder.window(
      "totals",
      from: [builder.source("a", Self.events), builder.source("b", Self.events)],
      key: ["k"],
      WindowSpec(.running),
      [Self.count, Self.sum, Self.last],
      having: having
    )
    // Batches are dealt to several processes, which have no last row among them.
    builder.sink("out", from: [totals])
    check(
      builder.plan(),
      "totals",
      rows: [20, 13],
      seed: seed,
      comparing: .settled(columns: 1)
    )
  }

  @Test(arguments: SeededRandom.seeds(3))
  func `an operator without state says the same in every mode`(seed: UInt64) {
    var settings = BatchSettings()
    settings.rows = 4
    var builder = PlanBuilder(batch: settings)
    let inputs = [
      builder.source("a", Self.events, lag: 5), builder.source("b", Self.events, lag: 5),
    ]
    let kept = builder.stateless(
      "kept",
      from: inputs,
      where: "n % 3 <> 1 and k = 'hot'",
      columns: ["n", "t"]
    )
    builder.sink("out", from: [kept])
    check(builder.plan(), "kept", rows: [20, 13], seed: seed)
  }

  @Test func `a sink writes all rows of a union`() {
    var builder = PlanBuilder()
    let inputs = [builder.source("a", Self.events), builder.source("b", Self.events)]
    builder.sink("out", from: inputs)
    check(builder.plan(), "out", rows: [12, 9], seed: 1)
  }

  @Test func `updates are out before the watermark of their batch fires the next window`() {
    var builder = PlanBuilder()
    let windows = builder.window(
      "w",
      from: [builder.source("s", Self.events)],
      key: ["k"],
      WindowSpec(.tumbling(size: 10), allowedLateness: 100),
      [Self.count]
    )
    builder.sink("out", from: [windows])
    builder.sink("updates", from: [builder.updates(windows)])
    let rows: [[Value]] = [["a", 1, 1], ["a", 2, 40], ["a", 3, 2], ["a", 4, 80]]
    let harness = OperatorHarness(builder.plan(), InstanceID("w", 0), rows: [rows], lag: 0)
    var mode = harness.plainMode
    mode.sizes = [[2, 2]]
    mode.order = [0, 0, 0]
    let outcome = harness.run(mode)
    #expect(outcome.faults == [])
    #expect(outcome.rows[1]?.map { $0[2] } == [10, 50, 90])
    #expect(outcome.rows[2]?.map { Array($0[1...4]) } == [[0, 10, 2, true]])
  }

  @Test func `scarce credit congests the output`() {
    var random = SeededRandom(seed: 3)
    let rows = Self.rows(60, &random)
    let job = Self.windows(.tumbling(size: 10))
    let harness = OperatorHarness(job, InstanceID("w", 0), rows: [rows], lag: 5)
    var mode = harness.plainMode
    #expect(!harness.run(mode).wasCongested)
    mode.scarcity = 4
    #expect(harness.run(mode).wasCongested)
  }
}
