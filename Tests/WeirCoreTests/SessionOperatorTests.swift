import Testing
import WeirColumns
import WeirCore

@Suite struct SessionOperatorTests {
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.sum, argument: 4, argumentType: .decimal(scale: 2), name: "sum"),
    AggregateSpec(.minimum, argument: 6, argumentType: .string, name: "least"),
    AggregateSpec(.countDistinct, argument: 6, argumentType: .string, name: "different"),
    AggregateSpec(.last, argument: 3, argumentType: .int, name: "last"),
  ]

  private func makeOperator(
    gap: Int64,
    lateness: Int64 = 0,
    keys: [Int] = [0],
    early: Bool = false
  ) -> SessionOperator {
    SessionOperator(
      WindowSpec(.session(gap: gap), allowedLateness: lateness, early: early),
      Self.aggregates,
      keyColumns: keys,
      input: TestSchema.fields,
      keyGroups: 8,
      operatorName: "subject"
    )
  }

  private func compare(
    gap: Int64,
    lateness: Int64,
    keys: [Int] = [0],
    stamps: Int = 10,
    seed: UInt64,
    least: Int64? = nil
  ) throws {
    var input = RandomInput(seed: seed)
    input.disorder = 20
    input.stamps = stamps
    var model = SessionModel(
      gap: gap,
      lateness: lateness,
      keys: keys,
      aggregates: Self.aggregates
    )
    let probe = OperatorProbe(makeOperator(gap: gap, lateness: lateness, keys: keys))
    if let least {
      probe.subject.having = LeastFilter(column: keys.count + 2, least: least)
      model.having = { least >= 0 ? $0 >= least : $0 < -least }
    }
    probe.maximumRows = seed % 2 == 0 ? 3 : 8192
    for step in input.steps(60) {
      switch step {
      case .rows(let rows):
        try probe.process(rows)
        model.process(rows)
      case .watermark(let time):
        try probe.advance(to: time)
        model.advance(to: time)
      }
    }
    #expect(probe.onTime == model.onTime, "seed \(seed)")
    #expect(probe.updates == model.updates, "seed \(seed)")
    #expect(probe.late == model.late, "seed \(seed)")
    #expect(!probe.onTime.isEmpty && probe.subject.keyCount == 0)
  }

  @Test(arguments: 0..<10) func `sessions agree with the model`(seed: UInt64) throws {
    try compare(gap: 5, lateness: 0, seed: seed)
    try compare(gap: 12, lateness: 0, keys: [], seed: seed + 100)
    try compare(gap: 30, lateness: 0, keys: [0, 1], seed: seed + 200)
    try compare(gap: 30, lateness: 0, stamps: 60, seed: seed + 300)
  }

  @Test(arguments: 0..<10) func `late rows change fired sessions as in the model`(
    seed: UInt64
  ) throws {
    try compare(gap: 3, lateness: 30, seed: seed)
    try compare(gap: 8, lateness: 15, seed: seed + 100)
    try compare(gap: 8, lateness: 15, seed: seed + 200, least: 2)
    try compare(gap: 8, lateness: 15, seed: seed + 300, least: -3)
    try compare(gap: 20, lateness: 15, stamps: 60, seed: seed + 400)
    try compare(gap: 20, lateness: 15, stamps: 60, seed: seed + 500, least: 2)
  }

  private func rows(_ times: [Int64]) -> [TestRow] {
    var input = RandomInput(seed: 1)
    return times.map { time in
      var row = input.row(time: time)
      row.values[0] = .text("k")
      return row
    }
  }

  @Test func `two events exactly one gap apart are one session, one more and they are two`() throws
  {
    let probe = OperatorProbe(makeOperator(gap: 10))
    try probe.process(rows([0, 10, 21]))
    try probe.advance(to: 20)
    #expect(probe.onTime.isEmpty)
    try probe.advance(to: 21)
    #expect(probe.onTime.map { String($0.prefix(11)) } == ["'k' 0 20 2 "])
    try probe.advance(to: .max)
    #expect(probe.onTime.count == 2)
  }

  @Test func `an event is late by its own time, though it would extend an open session`() throws {
    let probe = OperatorProbe(makeOperator(gap: 10))
    try probe.process(rows([50]))
    try probe.advance(to: 52)
    // 41 + 10 < 52: late, though only nine before 50; 42 + 10 is not behind 52.
    try probe.process(rows([41, 42]))
    #expect(probe.late == ["41 11"])
    try probe.advance(to: .max)
    #expect(probe.onTime.map { String($0.prefix(11)) } == ["'k' 42 60 2"])
  }

  @Test func `a row joins no session that was over at its stamp, fired or not`() throws {
    for watermark: Int64 in [0, 12, 19] {
      let probe = OperatorProbe(makeOperator(gap: 10))
      try probe.process(rows([8]))
      try probe.advance(to: watermark)
      var stamped = rows([16, 30])
      stamped[0].stamp = 25
      try probe.process(stamped)
      try probe.advance(to: .max)
      let results = probe.onTime.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
      #expect(results == ["'k' 8 18 1", "'k' 16 26 1", "'k' 30 40 1"])
    }
  }

  @Test func `one row joins all the sessions that it reaches`() throws {
    let subject = makeOperator(gap: 10)
    let probe = OperatorProbe(subject)
    var stamped = rows([1, 5, 9, 10])
    // Each comes when a session that ended with an earlier row would just be over.
    for index in 0..<3 { stamped[index].stamp = stamped[index].time + 10 }
    try probe.process(Array(stamped[..<3]))
    #expect(subject.sessionCount == 3)
    try probe.process(Array(stamped[3...]))
    #expect(subject.sessionCount == 1)
    try probe.advance(to: .max)
    let results = probe.onTime.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
    #expect(results == ["'k' 1 20 4"])
  }

  @Test func `a session that is merged away is taken back`() throws {
    let probe = OperatorProbe(makeOperator(gap: 10, lateness: 100))
    try probe.process(rows([0, 20]))
    try probe.advance(to: 31)
    #expect(probe.onTime.count == 2)
    try probe.process(rows([10]))
    let starts = probe.updates.map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
    #expect(starts == ["'k' 0 10", "'k' 20 30", "'k' 0 30"])
  }

  @Test func `early results come of changed open sessions only`() throws {
    let probe = OperatorProbe(makeOperator(gap: 10, early: true))
    try probe.process(rows([0]))
    try probe.requestEarly()
    try probe.requestEarly()
    #expect(probe.early.count == 1)
    try probe.process(rows([5]))
    try probe.requestEarly()
    #expect(probe.early.count == 2)
  }
}
