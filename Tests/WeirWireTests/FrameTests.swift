import CChecksum
import Testing
import WeirColumns
import WeirCore
import WeirWire

@Suite struct FrameTests {
  private let schema = Schema(
    [Field("card_token", .string), Field("_time", .timestamp)],
    eventTime: 1
  )

  private func payments(_ rows: Int) -> Batch {
    .of(
      schema,
      [
        (0..<rows).map { .text("c\(100_000 + $0 * 37 % 1000)") },
        (0..<rows).map { .word(1_767_261_600_000_000 + Int64($0 * 7919 % 60_000) * 1000) },
      ]
    )
  }

  private func bytes(_ frame: Frame, _ policy: CompressionPolicy = .none) -> [UInt8] {
    FrameEncoder(codec: .runs, policy: policy).encode(frame).array
  }

  @Test func `the checksum is that of the standard, by instruction and by table`() {
    let digits = Array("123456789".utf8)
    #expect(weir_crc32c(0, digits, 9) == 0xe306_9283)
    var chance = Chance(seed: 5)
    let noise = (0..<30_000).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
    for count in Array(0...800) + [2303, 2304, 12_287, 12_288, 12_289, 13_057, 29_999] {
      #expect(weir_crc32c(9, noise, count) == weir_crc32c_portable(9, noise, count))
    }
    let split = weir_crc32c(weir_crc32c(0, noise, 777), Array(noise[777...]), 30_000 - 777)
    #expect(split == weir_crc32c(0, noise, 30_000))
  }

  @Test(arguments: FrameKind.allCases)
  func `every kind comes back`(_ kind: FrameKind) throws {
    let frame = Example.frame(kind)
    let decoded = try decode(bytes(frame), Example.schema)
    #expect(decoded.header == frame.header)
    #expect(decoded.hello == frame.hello)
    #expect(decoded.batch?.rows == frame.batch?.rows)
    let decoder = FrameDecoder(codec: .runs)
    let header = try bytes(frame).withUnsafeBytes { raw throws(FrameFault) in
      try decoder.header(raw)
    }
    #expect(header == frame.header)
  }

  @Test func `fields that a later version appends to the header are skipped`() throws {
    var later = bytes(.of(payments(3)))
    later.insert(contentsOf: [1, 2, 3, 4, 5, 6, 7, 8], at: 104)
    later[6] = 112
    reseal(&later)
    #expect(try decode(later, schema).batch?.rows == payments(3).rows)
  }

  @Test(arguments: [CompressionPolicy.none, .lz4])
  func `every changed byte is refused`(_ policy: CompressionPolicy) {
    let good = bytes(.of(payments(20)), policy)
    for index in good.indices {
      for change: UInt8 in [0x01, 0x80, 0xff] {
        var bad = good
        bad[index] ^= change
        #expect(refusal(bad, schema) != nil)
      }
    }
  }

  @Test func `every shorter and every longer frame is refused`() {
    let good = bytes(.of(payments(20)))
    for count in 0..<good.count {
      #expect(refusal(Array(good[..<count]), schema) != nil)
      var sealed = Array(good[..<count])
      reseal(&sealed)
      #expect(refusal(sealed, schema) != nil)
    }
    #expect(refusal(good + [0], schema) == .badLength(claimed: good.count, actual: good.count + 1))
  }

  @Test func `each field that is wrong is named`() {
    let good = bytes(.of(payments(2)))
    let size = good.count
    func changed(_ offset: Int, _ change: [UInt8]) -> FrameFault.Reason? {
      var bad = good
      bad.replaceSubrange(offset..<offset + change.count, with: change)
      reseal(&bad)
      return refusal(bad, schema)
    }
    #expect(changed(0, [0]) == .badMagic(0x5249_4500))
    #expect(changed(4, [2]) == .unsupportedVersion(2))
    #expect(changed(6, [103, 0]) == .badHeaderLength(103))
    #expect(changed(6, [0xff, 0xff]) == .badHeaderLength(65_535))
    #expect(changed(8, [99]) == .unknownKind(99))
    #expect(changed(9, [4]) == .unknownFlags(4))
    #expect(changed(10, [2]) == .unknownCodec(2))
    #expect(changed(10, [1]) == .damagedBlock)
    #expect(
      changed(32, [0, 0, 0, 0, 0, 0, 0, 0])
        == .schemaMismatch(claimed: 0, expected: schema.fingerprint)
    )
    #expect(changed(56, [1, 0, 1, 0]) == .overLimit(.rows, value: 65_537, limit: 65_536))
    #expect(
      changed(60, [0, 0, 0, 0xff])
        == .overLimit(.footprint, value: 0xff00_0000, limit: WireLimits.footprint)
    )
    #expect(changed(60, [1, 0, 0, 0]) == .damagedBody(.footprint))
    #expect(
      changed(64, [0xff, 0xff, 0xff, 0xff])
        == .badLength(claimed: 104 + 0xffff_ffff, actual: size)
    )
    #expect(
      changed(68, [0xff, 0xff, 0xff, 0xff])
        == .overLimit(.decodedLength, value: 0xffff_ffff, limit: WireLimits.bodyLength)
    )
    #expect(changed(8, [3]) == .unexpectedBody(.watermark))
    #expect(refusal(good, nil) == .unknownChannel)
    let other = Schema([Field("card", .string), Field("_time", .timestamp)], eventTime: 1)
    #expect(
      refusal(good, other)
        == .schemaMismatch(claimed: schema.fingerprint, expected: other.fingerprint)
    )
    var bad = good
    bad[13] ^= 1
    guard case .badChecksum = refusal(bad, schema) else {
      Issue.record("a wrong checksum was taken")
      return
    }
  }

  @Test func `a block that claims to decode to more than any block can is refused unopened`() {
    var bomb = bytes(.of(payments(2)))
    bomb[10] = 1
    bomb.replaceSubrange(68..<72, with: [0, 0, 0, 2])
    reseal(&bomb)
    let deaf = BlockCodec(
      compress: { _, _ in 0 },
      decompress: { _, _ in
        Issue.record("it was opened")
        return nil
      }
    )
    #expect(throws: FrameFault(.damagedBlock, channel: ChannelID(7))) {
      try decode(bomb, schema, decoder: FrameDecoder(codec: deaf))
    }
  }

  @Test(arguments: [CompressionPolicy.none, .lz4])
  func `no mutation under a right checksum brings the decoder down`(_ policy: CompressionPolicy) {
    var chance = Chance(seed: 6)
    let frames = [
      Example.frame(.batch), .of(payments(70)), .of(Example.mixed), Example.frame(.hello),
    ]
    let schemas = [Example.schema, schema, Example.mixed.schema, schema]
    let decoder = FrameDecoder(codec: .runs)
    let pool = BatchPool()
    let encoder = FrameEncoder(codec: .runs, policy: policy)
    let originals = frames.map { encoder.encode($0).array }
    var refused = 0
    for round in 0..<10_000 {
      var bytes = originals[round % 4]
      for _ in 0...chance.next() % 4 { mutate(&bytes, &chance) }
      reseal(&bytes)
      do throws(FrameFault) {
        let frame = try decode(bytes, schemas[round % 4], decoder: decoder, pool: pool)
        guard let batch = frame.batch else { continue }
        #expect(batch.footprint <= frame.header.footprint)
        _ = batch.rows
        pool.give(batch)
      } catch {
        refused += 1
        #expect(error.error.message.isEmpty == false)
      }
    }
    #expect(refused > 2000)
  }

  /// Changes a bit, a byte, a 32-bit number, or takes bytes out or in; most often in the body.
  private func mutate(_ bytes: inout [UInt8], _ chance: inout Chance) {
    guard bytes.count > 105 else { return }
    let isHead = chance.next() % 8 == 0
    let index =
      isHead
      ? Int(chance.next() % 104) : 104 + Int(chance.next() % UInt64(bytes.count - 104))
    switch chance.next() % 6 {
    case 0: bytes[index] ^= 1 << UInt8(chance.next() % 8)
    case 1: bytes[index] = UInt8(truncatingIfNeeded: chance.next())
    case 2: bytes[index] = [0, 1, 2, 4, 0x7f, 0xff][Int(chance.next() % 6)]
    case 3:
      for place in index..<min(index + 4, bytes.count) { bytes[place] = 0xff }
    case 4:
      bytes.remove(at: index)
      setLength(&bytes)
    default:
      bytes.insert(UInt8(truncatingIfNeeded: chance.next()), at: index)
      setLength(&bytes)
    }
  }

  private func setLength(_ bytes: inout [UInt8]) {
    let length = withUnsafeBytes(of: UInt32(max(bytes.count - 104, 0)).littleEndian) { Array($0) }
    bytes.replaceSubrange(64..<68, with: length)
    if bytes[10] == 0 { bytes.replaceSubrange(68..<72, with: length) }
  }

  @Test func `auto steps aside where it does not pay, and tries again`() {
    var tries = 0
    var chance = Chance(seed: 7)
    let noise = Batch.of(
      Schema([Field("a", .int)]),
      [(0..<500).map { _ in .word(Int64(bitPattern: chance.next())) }]
    )
    let flat = Batch.of(
      Schema([Field("a", .string)]),
      [(0..<50).map { _ in .text(String(repeating: "x", count: 40)) }]
        .map { cells in cells.enumerated().map { $0.offset == 0 ? .text("y") : $0.element } }
    )
    let encoder = FrameEncoder(codec: .runs, policy: .auto)
    for _ in 0..<200 {
      #expect(encoder.encode(.of(flat, channel: 1)).array[10] == 1)
      _ = encoder.encode(.of(noise, channel: 2))
      tries += encoder.encode(.of(flat, channel: 2)).array[10] == 1 ? 1 : 0
    }
    #expect((1..<60).contains(tries))
  }

  @Test func `a fault becomes an error with a code of its own`() {
    let fault = FrameFault(.badChecksum(claimed: 1, computed: 2), channel: ChannelID(4))
    #expect(
      fault.error
        == WeirError(
          "E304",
          "reading a frame of channel 4: the checksum is 0x1, the bytes give 0x2",
          blame: .environment,
          recovery: .restart
        )
    )
    #expect(FrameFault(.unsupportedVersion(9)).error.recovery == .stop)
  }
}
