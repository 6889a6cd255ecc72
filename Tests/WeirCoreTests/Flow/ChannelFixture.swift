import WeirColumns
import WeirCore
import WeirTesting

/// One channel for tests: its schema, its frames, its clock.
enum ChannelFixture {
  static let schema = Schema([Field("n", .int), Field("t", .timestamp)], eventTime: 1)
  /// Partial aggregates of such rows.
  static let combined = Schema([Field("sum", .int), Field("t", .timestamp)], eventTime: 1)
  static let plan: ChannelPlan = {
    var builder = PlanBuilder()
    builder.sink("b", from: [builder.source("a", schema)])
    return builder.plan().channels[0]
  }()
  static let hello = Hello(plan: 7, schema: schema.fingerprint, keyGroups: 16)
  static let settings = BatchSettings()

  static func input(generation: UInt32 = 2) -> InputChannel {
    InputChannel(
      plan,
      generation: Generation(generation),
      schema: schema.fingerprint,
      combined: combined.fingerprint,
      hello: hello,
      budget: 1 << 20
    )
  }

  static func output(rows: Int = 4) -> OutputChannel {
    OutputChannel(
      plan,
      generation: Generation(2),
      schema: schema,
      combined: combined,
      hello: hello,
      rows: rows
    )
  }

  static func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  /// A frame of that kind, as the sender would say it.
  static func frame(
    _ kind: FrameKind,
    _ sequence: UInt64,
    generation: UInt32 = 2,
    watermark: Int64? = nil
  ) -> Frame {
    var header = FrameHeader(kind, plan.id, Generation(generation))
    header.sequence = sequence
    if let watermark { header.watermark = Watermark(microseconds: watermark) }
    return Frame(header, hello: kind == .hello ? hello : nil)
  }

  static func rows(_ sequence: UInt64, _ numbers: [Int64], watermark: Int64) -> Frame {
    let batch = Batch.of(schema, numbers.map { [.int($0), .int($0)] })
    var frame = frame(.batch, sequence, watermark: watermark)
    frame.header.schema = schema.fingerprint
    frame.header.rows = batch.count
    frame.header.footprint = batch.footprint
    frame.batch = batch
    return frame
  }

  /// A frame in a word, such as `batch 1 2 @5` or `watermark @9`.
  static func text(_ frame: Frame) -> String {
    var text = "\(frame.header.kind)"
    for row in frame.batch?.values ?? [] { text += " \(row[0])" }
    if frame.header.watermark != .start { text += " @\(frame.header.watermark.microseconds)" }
    return text
  }
}
