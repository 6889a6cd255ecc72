import WeirColumns
import WeirTesting

@testable import WeirCore

/// An operator `work` with state between a source and sinks of its results and of what kills it,
/// stepped by hand.
final class FiringScript {
  static let schema = Schema(
    [Field("k", .string), Field("n", .int), Field("t", .timestamp)],
    eventTime: 2
  )
  private var node: InstanceNode
  private let job: JobPlan
  private let memory = MarkMemory()
  private var sequence: UInt64 = 1
  private var moment = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
  /// What was noted before results were touched, by kind.
  private(set) var marks: [WorkKind: [WorkMark]] = [:]
  /// The key of each result that was noted, in order, by kind.
  private(set) var keys: [WorkKind: [Value]] = [:]
  /// Rows that left, by edge: 1 results, 2 what kills, 3 updates.
  private(set) var rows: [EdgeIndex: [[Value]]] = [:]

  init(
    _ window: WindowSpec,
    having: String? = nil,
    care: WorkCare = .usual,
    quarantine: [QuarantinedRow] = []
  ) throws {
    var builder = PlanBuilder()
    let input = builder.source("in", Self.schema)
    let results = builder.window(
      "work",
      from: [input],
      key: ["k"],
      window,
      [AggregateSpec(.sum, argument: 1, argumentType: .int, name: "sum")],
      having: having,
      earlyEvery: window.early ? 1000 : nil,
      onError: .divert
    )
    let errors = builder.errors(results)
    builder.sink("out", from: [results])
    builder.sink("errors", from: [errors])
    let updates = builder.updates(results)
    builder.sink("updates", from: [updates])
    job = builder.plan()
    node = InstanceNode(
      InstanceID("work", 0),
      job: job,
      partitions: [],
      pool: BatchPool(),
      memory: memory
    )
    let memory = memory
    node.rowGuard.trap = { [unowned self] _, kind, batch, selection in
      guard let mark = memory.mark, mark.rows > 0 else { return }
      marks[kind, default: []].append(mark)
      for position in 0..<selection.count {
        keys[kind, default: []].append(batch.values[Int(selection.indices[position])][0])
      }
    }
    let rewind = Rewind(
      round: Round(1),
      generation: Generation(1),
      care: care,
      quarantine: quarantine
    )
    try handle(.rewindOrdered(rewind))
    try handle(.restored(Round(1)))
    var header = FrameHeader(.hello, ChannelID(0), Generation(1))
    header.schema = Self.schema.fingerprint
    let hello = Hello(
      plan: job.fingerprint,
      schema: Self.schema.fingerprint,
      keyGroups: UInt32(job.keyGroups)
    )
    try handle(.frameReceived(Frame(header, hello: hello)))
    try handle(.started(Round(1)))
    for channel in job.channels where channel.sender == InstanceID("work", 0) {
      var credit = FrameHeader(.credit, channel.id, Generation(1))
      credit.allowance = 1 << 30
      try handle(.frameReceived(Frame(credit)))
    }
  }

  var counters: StageCounters { node.counters[1] }

  /// Takes rows, whose watermark then is that time, and does all there is to do.
  func take(_ rows: [[Value]], watermark: Int64) throws {
    let batch = Batch.of(Self.schema, rows)
    var header = FrameHeader(.batch, ChannelID(0), Generation(1))
    header.sequence = sequence
    header.schema = Self.schema.fingerprint
    header.rows = batch.count
    header.footprint = batch.footprint
    header.watermark = Watermark(microseconds: watermark)
    sequence += 1
    try handle(.frameReceived(Frame(header, batch: batch)))
    try work()
  }

  /// Lets time pass, so that preliminary results are due.
  func wait() throws {
    moment.instant = moment.instant.advanced(byNanoseconds: 10_000_000)
    try work()
  }

  private func work() throws {
    for _ in 0..<500 { try handle(.turned) }
    moment.instant = moment.instant.advanced(byNanoseconds: 1)
  }

  private func handle(_ event: InstanceEvent) throws {
    var effects: [InstanceEffect] = []
    try node.handle(event, at: moment, into: &effects)
    for case .send(let frame) in effects {
      guard let batch = frame.batch else { continue }
      let edge = frame.header.channel.edge
      rows[edge, default: []] += batch.values
    }
  }
}
