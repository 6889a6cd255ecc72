import Testing
import WeirColumns
import WeirTesting

@testable import WeirCore

/// A sender that adds rows up for a keyed operator: when it does, and in whose name.
@Suite struct CombineNodeTests {
  private static let schema = Schema(
    [Field("k", .string), Field("n", .int), Field("t", .timestamp)],
    eventTime: 2
  )

  /// Rows from a source to windows of 10 us in two processes.
  private static func job(_ combine: CombineMode) -> JobPlan {
    var builder = PlanBuilder()
    let input = builder.source("s", schema, lag: 0)
    let windows = builder.window(
      "w",
      from: [input],
      key: ["k"],
      WindowSpec(.tumbling(size: 10)),
      [AggregateSpec(.sum, argument: 1, argumentType: .int, name: "sum")],
      processes: 2
    )
    builder.sink("out", from: [windows])
    var job = builder.plan()
    guard case .keyed(var plan) = job.stages[1].role else { preconditionFailure("no windows") }
    plan.combine = combine
    job.stages[1].role = .keyed(plan)
    return job
  }

  /// The source, and what it has sent.
  private struct Sender {
    var node: InstanceNode
    let job: JobPlan
    let memory = MarkMemory()
    var sent: [Frame] = []
    private var time: Int64 = 0

    init(_ combine: CombineMode = .always, care: WorkCare = .usual) throws {
      job = CombineNodeTests.job(combine)
      node = InstanceNode(
        InstanceID("s", 0),
        job: job,
        partitions: [PartitionID(0)],
        pool: BatchPool(),
        memory: memory
      )
      let rewind = Rewind(round: Round(1), generation: Generation(1), care: care)
      try handle(.rewindOrdered(rewind))
      try handle(.restored(Round(1)))
      try handle(.started(Round(1)))
    }

    mutating func handle(_ event: InstanceEvent) throws {
      time += 100_000_000
      let now = Moment(
        instant: Instant(nanoseconds: time),
        wall: WallTime(microseconds: time / 1000)
      )
      var effects: [InstanceEffect] = []
      try node.handle(event, at: now, into: &effects)
      for case .send(let frame) in effects { sent.append(frame) }
    }

    /// Credit for a channel, from a receiver that is so far.
    mutating func grant(_ channel: UInt32, saying watermark: Watermark) throws {
      var header = FrameHeader(.credit, ChannelID(channel), Generation(1))
      header.allowance = 1 << 30
      header.acknowledged = 1
      header.watermark = watermark
      try handle(.frameReceived(Frame(header)))
    }

    /// Reads rows, each a key, a number and a time.
    mutating func read(_ rows: [(String, Int64, Int64)]) throws {
      sent = []
      try handle(.turned)
      let batch = Batch.of(
        CombineNodeTests.schema,
        rows.map { [.text($0.0), .int($0.1), .int($0.2)] }
      )
      try handle(.rowsRead(SourceRows(origin: .partition(PartitionID(0)), batch: batch)))
      try handle(.turned)
    }

    /// What was sent: of rows their numbers, of partial aggregates `rows=sum` from where their pane
    /// begins; sorted.
    var said: [String] {
      sent.filter { $0.header.kind == .batch }.flatMap { frame in
        (frame.batch?.values ?? []).map { row in
          frame.header.schema == CombineNodeTests.schema.fingerprint
            ? "\(row[1])" : "\(row[2])=\(row[3]) from \(row[1])"
        }
      }.sorted()
    }
  }

  @Test func `rows are added up once all receivers have said how far they are`() throws {
    var sender = try Sender()
    try sender.grant(0, saying: .leastSaid)
    try sender.grant(1, saying: .start)
    try sender.read([("a", 1, 5), ("a", 2, 6), ("b", 3, 7), ("a", 4, 12)])
    #expect(sender.said == ["1", "2", "3", "4"])
    try sender.grant(1, saying: .leastSaid)
    try sender.read([("a", 5, 13), ("b", 7, 13), ("a", 8, 14), ("a", 6, 25)])
    #expect(sender.said == ["1=6 from 20", "1=7 from 10", "2=13 from 10"])
    #expect(sender.node.counters[1].rowsIn == 8)
    #expect(sender.node.outputs.sent.reduce(0) { $0 + $1.rows } == 8)
  }

  @Test func `a row for a window that some receiver may have fired is sent as it is`() throws {
    var sender = try Sender()
    try sender.grant(0, saying: .leastSaid)
    try sender.grant(1, saying: Watermark(microseconds: 20))
    // 15 is on time for its source, and late for whoever is at 20.
    try sender.read([("a", 1, 15), ("a", 2, 22), ("a", 3, 23)])
    #expect(sender.said == ["1", "2=5 from 20"])
    // The source itself is at 23 now, and at 41 behind this row.
    try sender.read([("a", 4, 41), ("a", 5, 42), ("a", 6, 29), ("a", 7, 19)])
    #expect(sender.said == ["2=9 from 40", "6", "7"])
    let late = sender.sent.compactMap(\.batch).filter(\.hasStamps)
    #expect(late.reduce(0) { $0 + $1.count } == 2)
  }

  @Test func `nothing is added up if it is not wanted, or by whoever looks at single rows`() throws
  {
    for (mode, care) in [(CombineMode.never, WorkCare.usual), (.always, .recording)] {
      var sender = try Sender(mode, care: care)
      try sender.grant(0, saying: .leastSaid)
      try sender.grant(1, saying: .leastSaid)
      try sender.read([("a", 1, 5), ("a", 2, 6)])
      #expect(sender.said == ["1", "2"], "\(mode), \(care)")
    }
  }

  @Test func `rows are added up in the name of the operator that they are for`() throws {
    var sender = try Sender()
    try sender.grant(0, saying: .leastSaid)
    try sender.grant(1, saying: .leastSaid)
    let memory = sender.memory
    var marks: [WorkMark] = []
    sender.node.rowGuard.trap = { stage, _, _, _ in
      if stage == 1, let mark = memory.mark { marks.append(mark) }
    }
    try sender.read([("a", 1, 5), ("a", 2, 6)])
    // Once for the work that was pushed up, once for adding up; whoever dies leaves that mark.
    #expect(marks == Array(repeating: WorkMark(stage: 1, rows: 2, position: 2), count: 2))
    #expect(memory.mark == nil)
  }

  // MARK: Receivers

  /// What `w/0` says in its first credit.
  private func said(care: WorkCare = .usual, quarantine: Bool = false) throws -> Watermark? {
    let job = Self.job(.auto)
    var node = InstanceNode(
      InstanceID("w", 0),
      job: job,
      partitions: [],
      pool: BatchPool(),
      memory: MarkMemory()
    )
    let row = QuarantinedRow(stage: "w", fingerprint: 1, reason: "it did")
    let rewind = Rewind(
      round: Round(1),
      generation: Generation(1),
      care: care,
      quarantine: quarantine ? [row] : []
    )
    var effects: [InstanceEffect] = []
    let now = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
    var header = FrameHeader(.hello, ChannelID(0), Generation(1))
    header.schema = Self.schema.fingerprint
    let hello = Hello(
      plan: job.fingerprint,
      schema: Self.schema.fingerprint,
      keyGroups: UInt32(job.keyGroups)
    )
    for event: InstanceEvent in [
      .rewindOrdered(rewind), .restored(Round(1)), .started(Round(1)),
      .frameReceived(Frame(header, hello: hello)),
    ] {
      try node.handle(event, at: now, into: &effects)
    }
    for case .send(let frame) in effects where frame.header.kind == .credit {
      return frame.header.watermark
    }
    return nil
  }

  @Test func `an operator asks for rows while each of them has to be seen`() throws {
    #expect(try said() == .leastSaid)
    #expect(try said(care: .recording) == .start)
    #expect(try said(care: .careful) == .start)
    #expect(try said(quarantine: true) == .start)
  }
}
