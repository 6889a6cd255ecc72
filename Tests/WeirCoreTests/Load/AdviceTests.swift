import Testing
import WeirCore

/// The DS2 model over runs that are put together in a few words.
@Suite struct AdviceTests {
  /// A stage whose processes took so many rows in ten seconds, and were at work for part of them.
  private func stage(
    _ name: String,
    _ kind: String = "operator",
    processes: Int = 1,
    rows: UInt64,
    busy: Double,
    waiting: Double = 0,
    rowsIn: UInt64? = nil,
    rowsOut: UInt64? = nil,
    change: (inout StageMeasure) -> Void = { _ in }
  ) -> StageMeasure {
    var measure = StageMeasure(name, kind: kind, processes: processes)
    measure.rows = rows
    measure.taken = rows
    let all = Double(processes) * 10e9
    measure.time = JobStatus.TimeSpent(
      busy: Int64(busy * all),
      backpressured: Int64(waiting * all),
      idle: Int64((1 - busy - waiting) * all)
    )
    measure.counters.rowsIn = rowsIn ?? rows
    measure.counters.rowsOut = rowsOut ?? rows
    measure.results = 1
    measure.scaling = ScaleLimit(128, .keyGroups)
    if kind == "source" { measure.isBounded = true }
    change(&measure)
    return measure
  }

  /// An unpaced source that could read 100,000 rows a second, and is held back.
  private func payments(_ change: (inout StageMeasure) -> Void = { _ in }) -> StageMeasure {
    stage("payments", "source", rows: 400_000, busy: 0.4, waiting: 0.6, change: change)
  }

  private let arrows = [
    StageArrow(from: "payments", to: "totals"), StageArrow(from: "totals", to: "alerts"),
  ]

  private func advice(
    _ measures: [StageMeasure],
    _ arrows: [StageArrow]? = nil,
    cores: Double = 16,
    idle: Double? = 16
  ) -> Advice {
    Advice(
      measures,
      arrows ?? self.arrows,
      on: JobStatus.Machine(cores: cores, idleCores: idle)
    )
  }

  // MARK: The model

  @Test func `an operator gets the processes that keep up with a source that reads freely`() {
    // It takes 40,000 rows for each second at work, of 100,000 that could come.
    let advice = advice([
      payments(), stage("totals", rows: 400_000, busy: 1, rowsOut: 4000),
      stage("alerts", "sink", rows: 4000, busy: 0.01),
    ])
    #expect(advice.stages.map(\.name) == ["payments", "totals", "alerts"])
    #expect(advice.stages.map(\.wanted) == [1, 3, 1])
    #expect(advice.stages.map(\.advised) == [1, 3, 1])
    #expect(advice.stages.map(\.targetRowsPerSecond) == [100_000, 100_000, 1000])
    #expect(advice.stages[1].trueRowsPerSecond == 40_000)
    #expect(advice.stages[0].goal == .fastest)
    #expect(advice.stages[1].limit == nil)
    #expect(advice.coresWanted == 1 + 2.5 + 0.025)
    #expect(advice.changes.map(\.name) == ["totals"])
    #expect(!advice.isTooShort)
    #expect(advice.seconds == 10)
  }

  @Test(arguments: [
    // Rows a second that are to come, true rate 40,000 a process, wanted with a fifth to spare.
    (10_000.0, 1), (32_000, 1), (33_000, 2), (64_000, 2), (65_000, 3), (100_000, 4), (800_000, 25),
  ])
  func `where rows come at a rate, a fifth is to spare`(_ rate: Double, _ processes: Int) {
    let advice = advice([
      payments { $0.pace = rate }, stage("totals", rows: 400_000, busy: 1, rowsOut: 0),
    ])
    #expect(advice.stages[0].goal == .rate)
    #expect(advice.stages[1].targetRowsPerSecond == rate)
    #expect(advice.stages[1].wanted == processes)
    // A source with a rate is scaled like others: it reads 100,000 rows for each second at work.
    #expect(advice.stages[0].wanted == Int((rate / 80_000).rounded(.up)))
  }

  @Test func `of processes that are not needed fewer are advised`() {
    let advice = advice([
      payments { $0.pace = 40_000 },
      stage("totals", processes: 8, rows: 400_000, busy: 0.1, rowsOut: 0),
    ])
    // 50,000 rows for each second at work.
    #expect(advice.stages[1].wanted == 1)
    #expect(advice.changes.map(\.advised) == [1])
  }

  @Test func `what comes is the target of a source that has no end and waits for it`() {
    let follows = stage("payments", "source", rows: 50_000, busy: 0.1) { $0.isBounded = false }
    let totals = stage("totals", rows: 50_000, busy: 0.9, rowsOut: 0)
    let arrival = advice([follows, totals])
    #expect(arrival.stages[0].goal == .arrival)
    #expect(arrival.stages[1].targetRowsPerSecond == 5000)
    #expect(arrival.stages[1].wanted == 2)
    // One that is held back reads as fast as it can when it is not.
    let behind = stage("payments", "source", rows: 50_000, busy: 0.1, waiting: 0.9) {
      $0.isBounded = false
    }
    let catchingUp = advice([behind, totals])
    #expect(catchingUp.stages[0].goal == .fastest)
    #expect(catchingUp.stages[1].targetRowsPerSecond == 50_000)
  }

  @Test func `targets go through the graph by what each stage makes of a row`() {
    // Half of the rows are filtered at the sender, one of ten of the others is late.
    var totals = stage("totals", rows: 200_000, busy: 1, rowsIn: 400_000, rowsOut: 100_000)
    totals.counters.late = 20_000
    totals.counters.updates = 60_000
    let advice = advice(
      [
        payments(), totals, stage("alerts", "sink", rows: 40_000, busy: 0.1),
        stage("late", "sink", rows: 20_000, busy: 0.1),
        stage("updates", "sink", rows: 60_000, busy: 0.1),
      ],
      [
        StageArrow(from: "payments", to: "totals"), StageArrow(from: "totals", to: "alerts"),
        StageArrow(from: "totals", .late, to: "late"),
        StageArrow(from: "totals", .updates, to: "updates"),
      ]
    )
    #expect(
      advice.stages.map { $0.targetRowsPerSecond?.rounded() }
        == [100_000, 50_000, 10_000, 5000, 15_000]
    )
    #expect(advice.stages[1].wanted == 3)
  }

  @Test func `work that is done at the sender passes the target on and gets no advice`() {
    var large = stage("large", processes: 0, rows: 0, busy: 0, rowsIn: 400_000, rowsOut: 100_000)
    large.host = "payments"
    let advice = advice(
      [payments(), large, stage("alerts", "sink", rows: 100_000, busy: 1)],
      [StageArrow(from: "payments", to: "large"), StageArrow(from: "large", to: "alerts")]
    )
    #expect(advice.stages.map(\.name) == ["payments", "alerts"])
    #expect(advice.stages[1].targetRowsPerSecond == 25_000)
    #expect(advice.stages[1].wanted == 3)
  }

  @Test func `a stage that reads several streams gets all of them`() {
    let slow = stage("refunds", "source", rows: 10_000, busy: 0.1) { $0.pace = 2000 }
    let advice = advice(
      [payments(), slow, stage("totals", rows: 410_000, busy: 1, rowsOut: 0)],
      [StageArrow(from: "payments", to: "totals"), StageArrow(from: "refunds", to: "totals")]
    )
    #expect(advice.stages[2].targetRowsPerSecond == 102_000)
  }

  // MARK: Limits

  @Test(arguments: [
    ScaleLimit(1, .noKey), ScaleLimit(2, .keyGroups), ScaleLimit(2, .partitions),
    ScaleLimit(1, .oneWriter),
  ])
  func `no more are advised than a stage may have`(_ limit: ScaleLimit) {
    let totals = stage("totals", rows: 400_000, busy: 1, rowsOut: 0) { $0.scaling = limit }
    let stage = advice([payments(), totals]).stages[1]
    #expect(stage.wanted == 3)
    #expect(stage.advised == limit.most)
    #expect(stage.limit == limit.reason)
    #expect(stage.most == limit.most)
  }

  @Test(arguments: [
    // Share of the key, processes now, advised: 40,000 of 100,000 rows a second fit one process.
    (0.9, 1, 1), (0.9, 4, 4), (0.55, 1, 1), (0.45, 1, 2), (0.45, 2, 2), (0.43, 1, 2),
    (0.40, 1, 3), (0.2, 1, 3),
  ])
  func `a key with more rows than a process takes bounds what is advised`(
    _ share: Double,
    _ processes: Int,
    _ advised: Int
  ) {
    let totals = stage(
      "totals",
      processes: processes,
      rows: 400_000,
      busy: 1 / Double(processes),
      rowsOut: 0
    ) { $0.hottest = LoadFixture.hot(share).keys[0] }
    let stage = advice([payments(), totals]).stages[1]
    #expect(stage.wanted == 3)
    #expect(stage.advised == advised)
    let isBound = share * 2.5 > 1.05
    #expect(stage.limit == (isBound ? .hotKey : nil))
    #expect(stage.hotKey?.share == (isBound ? share : nil))
    #expect(stage.most == (isBound ? Int(1 / share) : nil))
  }

  @Test func `processes without a core are given to those that need them most`() {
    func advised(_ idle: Double?) -> [Int] {
      advice(
        [
          payments(), stage("a", rows: 400_000, busy: 1, rowsOut: 0),
          stage("b", rows: 400_000, busy: 0.8, rowsOut: 0),
        ],
        [StageArrow(from: "payments", to: "a"), StageArrow(from: "payments", to: "b")],
        idle: idle
      ).stages.map(\.advised)
    }
    #expect(advised(nil) == [1, 3, 2])
    #expect(advised(3) == [1, 3, 2])
    #expect(advised(2.4) == [1, 3, 1])
    #expect(advised(1.2) == [1, 2, 1])
    #expect(advised(0.3) == [1, 1, 1])
    let none = advice([payments(), stage("totals", rows: 400_000, busy: 1)], idle: 0.1)
    #expect(none.stages[1].limit == .cores)
    #expect(none.stages[1].wanted == 3)
    #expect(none.changes == [])
  }

  // MARK: Doubts

  @Test func `of a stage without rows nothing follows, nor of those behind it`() {
    let advice = advice([
      payments(), stage("totals", rows: 0, busy: 0), stage("alerts", "sink", rows: 0, busy: 0),
    ])
    #expect(advice.stages.map(\.doubt) == [nil, .noRows, .noRows])
    #expect(advice.stages.map(\.advised) == [1, 1, 1])
    #expect(advice.stages[1].wanted == nil)
    #expect(advice.coresWanted == 1)
  }

  @Test func `a window that has not fired is said to`() {
    let totals = stage("totals", rows: 400_000, busy: 1, rowsOut: 0) {
      $0.isKeyed = true
      $0.results = 0
    }
    let stage = advice([payments(), totals]).stages[1]
    #expect(stage.doubt == .noResults)
    #expect(stage.wanted == 3)
  }

  @Test func `a measurement that is too short, or of other processes, is said to be`() {
    var short = payments()
    short.time = JobStatus.TimeSpent(busy: 1_000_000_000, backpressured: 1_500_000_000)
    #expect(advice([short]).isTooShort)
    let replaced = stage("totals", processes: 2, rows: 400_000, busy: 1) { $0.isWhole = false }
    let advice = advice([payments(), replaced])
    #expect(advice.isTooShort)
    #expect(advice.stages[1].doubt == .replaced)
    #expect(advice.stages[1].advised == 2)
    #expect(self.advice([]).isTooShort)
  }

  @Test func `what has finished brings nothing and needs nothing`() {
    let done = payments { $0.hasFinished = true }
    let totals = stage("totals", rows: 400_000, busy: 1)
    let advice = advice([done, totals])
    #expect(advice.stages.map(\.doubt) == [.finished, .noRows])
    #expect(advice.changes == [])
  }
}
