import WeirColumns
import WeirCore
import WeirWire

/// The frames that golden files hold; a change here is a change of the format.
enum Example {
  static let schema = Schema(
    [
      Field("card_token", .string), Field("amount_usd", .decimal(scale: 2)),
      Field("declined", .bool), Field("score", .float), Field("_time", .timestamp),
    ],
    eventTime: 4
  )

  static var batch: Batch {
    .of(
      schema,
      [
        [.text("c000001"), .text("c000002"), .mark(.null), .text("c000004")],
        [.word(500), .word(123_456), .word(-99), .mark(.null)],
        [.flag(true), .flag(false), .flag(true), .flag(true)],
        [.float(0.5), .float(-1.25), .mark(.divisionByZero), .float(1e300)],
        [0, 1, 2, 60].map { .word(1_767_261_600_000_000 + $0 * 1_000_000) },
      ],
      stamps: [Batch.noStamp, 1_767_261_700_000_000, Batch.noStamp, Batch.noStamp]
    )
  }

  /// Rows that take every encoding there is.
  static var mixed: Batch {
    let fields: [(Field, (Int) -> Cell)] = [
      (Field("constant", .int), { _ in .word(7) }),
      (
        Field("raw", .int),
        { .word(Int64(truncatingIfNeeded: $0 &* 0x5851_f42d_4c95_7f2d &+ $0 &* $0 &<< 50)) }
      ),
      (Field("offset", .int), { .word(Int64($0 * 31 % 17)) }),
      (Field("delta", .int), { .word(Int64($0 * 100_000_000 + $0 % 3)) }),
      (Field("seconds", .timestamp), { .word(Int64($0 * 7919 % 83) * 1_000_000) }),
      (Field("yes", .bool), { _ in .flag(true) }),
      (Field("some", .bool), { .flag($0 % 3 == 0) }),
      (Field("same", .string), { _ in .text("same") }),
      (Field("uniform", .string), { .text("u\(1000 + $0)") }),
      (Field("few", .string), { .text($0 % 3 == 0 ? "DECLINED" : "APPROVED, OF COURSE") }),
      (Field("nulls", .json), { $0 % 4 == 0 ? .mark(.null) : .text("{\"a\":\($0)}") }),
      (Field("errors", .float), { $0 % 4 == 0 ? .mark(.overflow) : .float(Double($0)) }),
    ]
    return .of(
      Schema(fields.map { $0.0 }),
      fields.map { field in (0..<80).map { field.1($0) } },
      stamps: (0..<80).map { $0 % 5 == 0 ? Int64($0) : Batch.noStamp }
    )
  }

  static func frame(_ kind: FrameKind) -> Frame {
    var header = FrameHeader(kind, ChannelID(0x0102_0304), Generation(9))
    header.sequence = 0x1122
    header.sentAt = WallTime(microseconds: 1_767_261_605_000_000)
    switch kind {
    case .batch:
      header = Frame.of(batch, channel: 0x0102_0304).header
      return Frame(header, batch: batch)
    case .hello:
      return Frame(
        header,
        hello: Hello(plan: 0xfeed_beef_0000_0001, schema: schema.fingerprint, keyGroups: 128)
      )
    case .watermark: header.watermark = Watermark(microseconds: 1_767_261_600_000_000)
    case .barrier: header.epoch = Epoch(12)
    case .credit:
      header.sequence = 0
      header.allowance = 1 << 33
      header.acknowledged = 77
    case .end: header.watermark = .end
    case .idle, .active, .retire: break
    }
    return Frame(header)
  }
}
