import Testing
import WeirColumns
import WeirTesting

@testable import WeirCore

/// The instance's part: rows are noted, taken one by one when told so, and kept from their operator.
@Suite struct PoisonNodeTests {
  private static let schema = Schema(
    [Field("k", .string), Field("n", .int), Field("t", .timestamp)],
    eventTime: 2
  )
  private static let rows: [[Value]] = [
    ["a", .int(1), .int(10)], ["b", .int(2), .int(11)], ["a", .int(3), .int(12)],
    [.null, .int(4), .int(13)], ["a", .int(1), .int(10)],
  ]

  /// An operator `work` between a source and a sink.
  private static func job(isKeyed: Bool) -> JobPlan {
    var builder = PlanBuilder()
    let input = builder.source("in", schema)
    let output =
      isKeyed
      ? builder.window(
        "work",
        from: [input],
        key: ["k"],
        WindowSpec(.tumbling(size: 10)),
        [AggregateSpec(.sum, argument: 1, argumentType: .int, name: "sum")],
        onError: .skip
      ) : builder.stateless("work", from: [input], where: "n < 100", onError: .skip)
    builder.sink("out", from: [output])
    return builder.plan()
  }

  private static func fingerprint(_ row: [Value]) -> UInt64 {
    var fingerprint: UInt64 = 0
    let all = SelectionBuffer(capacity: 1)
    #expect(RowFingerprint.hash(Batch.of(schema, [row]), all.all(1), into: &fingerprint))
    return fingerprint
  }

  /// What was noted as `work/0` took the rows, and what it counted.
  private static func run(
    isKeyed: Bool,
    care: WorkCare = .usual,
    quarantine: [[Value]] = []
  ) throws -> (marks: [WorkMark], counters: StageCounters) {
    let job = job(isKeyed: isKeyed)
    let memory = MarkMemory()
    var node = InstanceNode(
      InstanceID("work", 0),
      job: job,
      partitions: [],
      pool: BatchPool(),
      memory: memory
    )
    var marks: [WorkMark] = []
    node.rowGuard.trap = { _, kind, _, _ in
      if kind == .row, let mark = memory.mark { marks.append(mark) }
    }
    let now = Moment(instant: Instant(nanoseconds: 1), wall: WallTime(microseconds: 1))
    var effects: [InstanceEffect] = []
    let rewind = Rewind(
      round: Round(1),
      generation: Generation(1),
      care: care,
      quarantine: quarantine.map {
        QuarantinedRow(stage: "work", fingerprint: fingerprint($0), reason: "it did")
      }
    )
    try node.handle(.rewindOrdered(rewind), at: now, into: &effects)
    try node.handle(.restored(Round(1)), at: now, into: &effects)
    var header = FrameHeader(.hello, ChannelID(0), Generation(1))
    header.schema = schema.fingerprint
    let hello = Hello(
      plan: job.fingerprint,
      schema: schema.fingerprint,
      keyGroups: UInt32(job.keyGroups)
    )
    try node.handle(.frameReceived(Frame(header, hello: hello)), at: now, into: &effects)
    try node.handle(.started(Round(1)), at: now, into: &effects)
    let batch = Batch.of(schema, rows)
    header = FrameHeader(.batch, ChannelID(0), Generation(1))
    header.sequence = 1
    header.schema = schema.fingerprint
    header.rows = batch.count
    header.footprint = batch.footprint
    try node.handle(.frameReceived(Frame(header, batch: batch)), at: now, into: &effects)
    while node.hasWork(at: now) {
      #expect(memory.mark == nil)
      try node.handle(.turned, at: now, into: &effects)
    }
    #expect(memory.mark == nil)
    return (marks, node.counters[1])
  }

  @Test(arguments: [false, true])
  func `a batch is noted before it is worked on, and its rows with care`(_ isKeyed: Bool) throws {
    let usual = try Self.run(isKeyed: isKeyed).marks
    #expect(usual == [WorkMark(stage: 1, rows: 5, position: 5)])
    let all = Self.rows.map(Self.fingerprint)
    let recording = try Self.run(isKeyed: isKeyed, care: .recording).marks
    #expect(recording == [WorkMark(stage: 1, rows: 5, position: 5, fingerprints: all)])
    let careful = try Self.run(isKeyed: isKeyed, care: .careful).marks
    #expect(careful.map(\.fingerprints) == all.map { [$0] })
    #expect(careful.last?.position == 5)
  }

  @Test(arguments: [false, true], [WorkCare.usual, .recording, .careful])
  func `rows that kill are kept from the operator and counted`(
    _ isKeyed: Bool,
    _ care: WorkCare
  ) throws {
    let kept = [Self.rows[0], Self.rows[3]]
    let (marks, counters) = try Self.run(isKeyed: isKeyed, care: care, quarantine: kept)
    // The first row and the last are equal: to the operator they are one.
    #expect(counters.errors == 3 && counters.quarantined == 3)
    #expect(counters.counted == 2)
    if !isKeyed { #expect(counters.rowsIn == 5) }
    if care != .usual {
      let left = [Self.rows[1], Self.rows[2]].map(Self.fingerprint)
      #expect(marks.flatMap(\.fingerprints) == left)
    }
  }

  @Test func `the hidden event time is no part of a fingerprint`() {
    let schema = Schema(
      [Field("k", .string), Field(Schema.hiddenTimeName, .timestamp)],
      eventTime: 1
    )
    let batch = Batch.of(schema, [["a", .int(1)], ["a", .int(2)], ["b", .int(1)]])
    var prints = [UInt64](repeating: 0, count: 3)
    let all = SelectionBuffer(capacity: 3)
    #expect(RowFingerprint.hash(batch, all.all(3), into: &prints))
    #expect(prints[0] == prints[1] && prints[0] != prints[2])
  }

  @Test func `rows without any other column are told apart by their event time`() {
    let bare = Schema([Field(Schema.hiddenTimeName, .timestamp)], eventTime: 0)
    let batch = Batch.of(bare, [[.int(1)], [.int(2)], [.int(1)]])
    var prints = [UInt64](repeating: 0, count: 3)
    let all = SelectionBuffer(capacity: 3)
    #expect(RowFingerprint.hash(batch, all.all(3), into: &prints))
    #expect(prints[0] == prints[2] && prints[0] != prints[1])
  }

  @Test func `a record is noted with its place, which ends where the page does`() {
    let memory = MarkMemory()
    for length in [0, 9, MarkMemory.byteCount] {
      let text = String(repeating: "é", count: length)
      memory.begin(2, record: 77, at: RecordPlace(offset: 5, text: text), position: 9)
      let mark = memory.mark
      #expect(mark?.fingerprints == [77] && mark?.kind == .record && mark?.rows == 1)
      if length == 0 {
        #expect(mark?.place == nil)
      } else {
        let place = mark?.place
        #expect(place?.offset == 5 && place.map { text.hasPrefix($0.text.dropLast()) } == true)
        if length == 9 { #expect(place?.text == text) }
      }
    }
    // What comes next has no place.
    memory.begin(2, .record, rows: 3, position: 9, fingerprints: 1)
    #expect(memory.mark?.place == nil)
  }

  @Test func `a page that is none says nothing`() {
    let memory = MarkMemory()
    #expect(memory.mark == nil)
    memory.begin(3, .firing, rows: 7, position: 9, fingerprints: 0)
    #expect(memory.mark == WorkMark(stage: 3, kind: .firing, rows: 7, position: 9))
    memory.end()
    #expect(memory.mark == nil)
    for bytes in [[], [UInt8](repeating: 0xFF, count: MarkMemory.byteCount)] {
      #expect(bytes.withUnsafeBytes { MarkMemory.mark(in: $0) } == nil)
    }
  }
}
