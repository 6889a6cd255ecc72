import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Barriers as an instance with several inputs sees them.
@Suite struct AlignmentTests {
  private static let schema = Schema([Field("n", .int), Field("t", .timestamp)], eventTime: 1)
  private static let now = Moment(
    instant: Instant(nanoseconds: 0),
    wall: WallTime(microseconds: 0)
  )

  /// A sink that reads two sources, stepped by hand.
  private struct Sink {
    var node: InstanceNode
    var effects: [InstanceEffect] = []
    private let job: JobPlan
    private var sequences: [UInt64] = [0, 0]

    init(_ delivery: Delivery = .exactlyOnce) throws {
      var builder = PlanBuilder()
      let left = builder.source("a", schema)
      let right = builder.source("b", schema)
      builder.sink("out", from: [left, right], delivery: delivery)
      job = builder.plan()
      node = InstanceNode(InstanceID("out", 0), job: job, partitions: [], pool: BatchPool())
      try step(.rewindOrdered(Rewind(round: Round(1), generation: Generation(1))))
      try step(.restored(Round(1)))
      try step(.started(Round(1)))
      for channel in 0...1 { try receive(.hello, on: channel) }
    }

    mutating func step(_ event: InstanceEvent) throws {
      effects.removeAll()
      try node.handle(event, at: now, into: &effects)
    }

    mutating func receive(_ kind: FrameKind, on channel: Int, epoch: UInt64 = 0) throws {
      var header = FrameHeader(kind, job.channels[channel].id, Generation(1))
      header.sequence = sequences[channel]
      header.epoch = Epoch(epoch)
      sequences[channel] += 1
      let hello = Hello(
        plan: job.fingerprint,
        schema: schema.fingerprint,
        keyGroups: UInt32(job.keyGroups)
      )
      try step(.frameReceived(Frame(header, hello: kind == .hello ? hello : nil)))
    }

    /// Turns until there is nothing to do; the epochs that were to be prepared, in order.
    mutating func prepared() throws -> [UInt64] {
      var epochs: [UInt64] = []
      for _ in 0..<8 {
        try step(.turned)
        for case .prepare(let epoch) in effects { epochs.append(epoch.number) }
      }
      return epochs
    }

    /// The outputs of the snapshot reported in the last step; nil: there was no report.
    var reported: [String]? {
      for case .report(.snapshotted(let snapshot)) in effects {
        return snapshot.outputs.map(\.text)
      }
      return nil
    }
  }

  @Test func `a channel that has delivered its barrier is held back until all have`() throws {
    var sink = try Sink()
    try sink.receive(.barrier, on: 0, epoch: 1)
    try sink.receive(.end, on: 0)
    #expect(try sink.prepared() == [])
    #expect(sink.node.epochProgress == EpochProgress(epoch: Epoch(1), step: .alignment))
    try sink.receive(.barrier, on: 1, epoch: 1)
    #expect(try sink.prepared() == [1])
  }

  @Test func `a newer barrier ends an older alignment`() throws {
    var sink = try Sink()
    try sink.receive(.barrier, on: 0, epoch: 1)
    #expect(try sink.prepared() == [])
    try sink.receive(.barrier, on: 1, epoch: 2)
    #expect(try sink.prepared() == [])
    try sink.receive(.barrier, on: 0, epoch: 2)
    #expect(try sink.prepared() == [2])
  }

  @Test func `barriers of an epoch that was aborted say nothing`() throws {
    var sink = try Sink()
    try sink.receive(.barrier, on: 0, epoch: 1)
    #expect(try sink.prepared() == [])
    try sink.step(.aborted(Epoch(1)))
    try sink.receive(.barrier, on: 1, epoch: 1)
    #expect(try sink.prepared() == [])
    for channel in 0...1 { try sink.receive(.barrier, on: channel, epoch: 2) }
    #expect(try sink.prepared() == [2])
  }

  @Test func `an epoch is not prepared while the one before may still fail`() throws {
    var sink = try Sink()
    for epoch in 1...2 as ClosedRange<UInt64> {
      for channel in 0...1 { try sink.receive(.barrier, on: channel, epoch: epoch) }
    }
    #expect(try sink.prepared() == [1])
    let first = PreparedOutput(epoch: Epoch(1), text: "first")
    try sink.step(.prepared(Epoch(1), [first]))
    #expect(sink.reported == ["first"])
    let second = PreparedOutput(epoch: Epoch(2), text: "second")
    try sink.step(.prepared(Epoch(2), [second]))
    #expect(sink.reported == ["first", "second"])
  }

  @Test func `at least once, an epoch is reported when its output is visible`() throws {
    var sink = try Sink(.atLeastOnce)
    for channel in 0...1 { try sink.receive(.barrier, on: channel, epoch: 1) }
    #expect(try sink.prepared() == [1])
    try sink.step(.prepared(Epoch(1), [PreparedOutput(epoch: Epoch(1), text: "part")]))
    #expect(sink.reported == nil)
    try sink.step(.committed(Epoch(1)))
    #expect(sink.reported == [])
  }
}
