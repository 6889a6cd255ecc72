import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// However long and uneven texts are, no frame passes its limit and no row is lost.
@Suite struct FrameLimitTests {
  private static let schema = Schema(
    [Field("text", .string), Field("t", .timestamp)],
    eventTime: 1
  )

  /// What a source says of one batch of texts: rows and bytes of each frame.
  private func frames(_ texts: [String]) throws -> [(rows: Int, bytes: Int)] {
    var builder = PlanBuilder()
    let source = builder.source("s", Self.schema)
    builder.sink("out", from: [source])
    var node = InstanceNode(
      InstanceID("s", 0),
      job: builder.plan(),
      partitions: [PartitionID(0)],
      pool: BatchPool()
    )
    var credit = FrameHeader(.credit, ChannelID(0), Generation(1))
    credit.allowance = 1 << 40
    let batch = Batch(Self.schema, capacity: texts.count)
    for (row, text) in texts.enumerated() {
      batch.columns[0].append(text: text, at: row)
      batch.columns[1].append(word: Int64(row), at: row)
    }
    batch.count = texts.count
    let rows = SourceRows(origin: .partition(PartitionID(0)), batch: batch, next: .ended)
    let now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
    var effects: [InstanceEffect] = []
    for event: InstanceEvent in [
      .rewindOrdered(Rewind(round: Round(1), generation: Generation(1))),
      .restored(Round(1)), .started(Round(1)), .frameReceived(Frame(credit)), .turned,
      .rowsRead(rows),
    ] {
      try node.handle(event, at: now, into: &effects)
    }
    var frames: [(rows: Int, bytes: Int)] = []
    for case .send(let frame) in effects where frame.header.kind == .batch {
      frames.append((frame.header.rows, frame.header.footprint))
    }
    return frames
  }

  @Test func `long rows among thousands of short ones are spread over frames`() throws {
    // Longer together than a frame may be, and so few that their average is no warning.
    let long = String(repeating: "x", count: 2 << 20)
    let short = (0..<8000).map { "short \($0)" }
    let texts = short[..<4000] + Array(repeating: long, count: 40) + short[4000...]
    let frames = try frames(Array(texts))
    #expect(frames.reduce(0) { $0 + $1.rows } == texts.count)
    #expect(frames.allSatisfy { $0.bytes <= Limits.frameBytes })
    // As for even rows, a frame is cut by the row with which it is long enough.
    #expect(frames.allSatisfy { $0.bytes < Limits.batchBytes + 3 << 20 })
  }

  @Test func `a row that just fits gets a frame of its own`() throws {
    let long = String(repeating: "x", count: Limits.frameBytes - 24)
    let frames = try frames(["a", long, "b"])
    #expect(frames.map(\.rows) == [1, 1, 1])
    #expect(frames.allSatisfy { $0.bytes <= Limits.frameBytes })
  }

  @Test func `a row that no frame can hold is an error that names stream and column`() throws {
    let long = String(repeating: "x", count: Limits.frameBytes)
    let error = #expect(throws: WeirError.self) { try frames(["a", long]) }
    #expect(error?.code == "E520")
    #expect(error?.message == "cannot send a row of 's' to 'out'")
    #expect(error?.detail?.contains("column 'text'") == true)
  }
}
