import CChecksum
import WeirColumns
import WeirCore

#if _endian(big)
#error("frames hold numbers as little-endian machines do")
#endif

/// The bytes of a frame: a header and a body.
///
/// Numbers are little-endian.
///
///     offset  bytes
///          0      4  magic: 57 45 49 52 ("WEIR")
///          4      2  version of this format: 1
///          6      2  length of the header: 104; what a later version appends is skipped
///          8      1  kind (`FrameKind`)
///          9      1  flags: 0; a flag that is not known refuses the frame
///         10      1  codec of the body: 0 none, 1 LZ4 block
///         11      1  0
///         12      4  CRC-32C of header and body, these four bytes taken as 0
///         16      4  generation
///         20      4  channel
///         24      8  sequence
///         32      8  schema fingerprint
///         40      8  watermark, microseconds; -2^63 start, 2^63 - 1 end
///         48      8  epoch
///         56      4  rows
///         60      4  footprint: bytes that the rows take in memory
///         64      4  encoded length: bytes of the body in the frame
///         68      4  decoded length: bytes of the body when decompressed
///         72      8  wall time of sending, microseconds
///         80      8  wall time of the oldest row, microseconds
///         88      8  credit: allowance, bytes
///         96      8  credit: acknowledged, frames
///        104         body: a batch (`BodyLayout`) or a hello; other kinds have none
///
/// The body of a hello; what a later version appends is skipped:
///
///          0      4  protocol version
///          4      4  key groups
///          8      8  plan fingerprint
///         16      8  schema fingerprint
///         24      4  key hash version
///         28      4  0
enum FrameLayout {
  static let magic: UInt32 = 0x5249_4557
  static let version: UInt16 = 1
  static let headerLength = 104
  static let helloLength = 32
  static let checksumOffset = 12

  /// The checksum of bytes without a field of their own for it; O(bytes).
  static func plainChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    bytes.baseAddress.map { weir_crc32c(0, $0, bytes.count) } ?? 0
  }

  /// The checksum of a whole frame, its own field taken as 0; O(bytes).
  static func checksum(_ start: UnsafeRawPointer, _ count: Int) -> UInt32 {
    var zero: UInt32 = 0
    let before = weir_crc32c(0, start, checksumOffset)
    let field = weir_crc32c(before, &zero, 4)
    return weir_crc32c(field, start + checksumOffset + 4, count - checksumOffset - 4)
  }
}

/// What a header says, beside `FrameHeader`, of the bytes behind it.
struct BodyDescription {
  var codec = CodecTag.none
  var encodedLength = 0
  var decodedLength = 0
}

extension FrameHeader {
  /// Writes the header before its body, and the checksum of both into it.
  func write(_ body: BodyDescription, to start: UnsafeMutableRawPointer) {
    func put(_ value: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
      start.storeBytes(of: value, toByteOffset: offset, as: type(of: value))
    }
    put(FrameLayout.magic, at: 0)
    put(FrameLayout.version, at: 4)
    put(UInt16(FrameLayout.headerLength), at: 6)
    put(kind.rawValue, at: 8)
    put(UInt8(0), at: 9)
    put(body.codec.rawValue, at: 10)
    put(UInt8(0), at: 11)
    put(UInt32(0), at: FrameLayout.checksumOffset)
    put(generation.number, at: 16)
    put(channel.number, at: 20)
    put(sequence, at: 24)
    put(schema, at: 32)
    put(watermark.microseconds, at: 40)
    put(epoch.number, at: 48)
    put(UInt32(rows), at: 56)
    put(UInt32(footprint), at: 60)
    put(UInt32(body.encodedLength), at: 64)
    put(UInt32(body.decodedLength), at: 68)
    put(sentAt.microseconds, at: 72)
    put(oldestAt.microseconds, at: 80)
    put(allowance, at: 88)
    put(acknowledged, at: 96)
    let count = FrameLayout.headerLength + body.encodedLength
    put(FrameLayout.checksum(start, count), at: FrameLayout.checksumOffset)
  }
}

/// The header of a frame whose checksum and lengths have been verified.
struct VerifiedFrame {
  var header: FrameHeader
  var body: BodyDescription
  /// The body as it is stored.
  var stored: UnsafeRawBufferPointer

  /// Verifies all that can be told without looking into the body; O(bytes) for the checksum.
  init(_ bytes: UnsafeRawBufferPointer) throws(FrameFault) {
    guard let start = bytes.baseAddress, bytes.count >= FrameLayout.headerLength else {
      throw FrameFault(.truncated(count: bytes.count))
    }
    func get<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number {
      start.loadUnaligned(fromByteOffset: offset, as: Number.self)
    }
    let magic: UInt32 = get(0)
    guard magic == FrameLayout.magic else { throw FrameFault(.badMagic(magic)) }
    let channel = ChannelID(get(20))
    do throws(FrameFault.Reason) {
      let version: UInt16 = get(4)
      guard version == FrameLayout.version else {
        throw FrameFault.Reason.unsupportedVersion(version)
      }
      stored = try Self.verify(bytes, start)
      let kind = try Self.kind(get(8), flags: get(9))
      guard let codec = CodecTag(rawValue: get(10)) else {
        throw FrameFault.Reason.unknownCodec(get(10))
      }
      body = BodyDescription(codec: codec, encodedLength: stored.count)
      header = FrameHeader(kind, channel, Generation(get(16)))
      header.rows = try Self.limited(get(56), .rows, WireLimits.rows)
      header.footprint = try Self.limited(get(60), .footprint, WireLimits.footprint)
      _ = try Self.limited(get(64), .encodedLength, WireLimits.bodyLength)
      body.decodedLength = try Self.limited(get(68), .decodedLength, WireLimits.bodyLength)
    } catch {
      throw FrameFault(error, channel: channel)
    }
    header.sequence = get(24)
    header.schema = get(32)
    header.watermark = Watermark(microseconds: get(40))
    header.epoch = Epoch(get(48))
    header.sentAt = WallTime(microseconds: get(72))
    header.oldestAt = WallTime(microseconds: get(80))
    header.allowance = get(88)
    header.acknowledged = get(96)
  }

  /// Checks the lengths and the checksum; returns the body.
  private static func verify(
    _ bytes: UnsafeRawBufferPointer,
    _ start: UnsafeRawPointer
  ) throws(FrameFault.Reason) -> UnsafeRawBufferPointer {
    let length = Int(start.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
    guard
      length >= FrameLayout.headerLength, length <= WireLimits.headerLength, length <= bytes.count
    else {
      throw .badHeaderLength(length)
    }
    let claimed = length + Int(start.loadUnaligned(fromByteOffset: 64, as: UInt32.self))
    guard claimed == bytes.count else { throw .badLength(claimed: claimed, actual: bytes.count) }
    let checksum = start.loadUnaligned(
      fromByteOffset: FrameLayout.checksumOffset,
      as: UInt32.self
    )
    let computed = FrameLayout.checksum(start, bytes.count)
    guard checksum == computed else { throw .badChecksum(claimed: checksum, computed: computed) }
    return UnsafeRawBufferPointer(rebasing: bytes[length...])
  }

  private static func kind(
    _ byte: UInt8,
    flags: UInt8
  ) throws(FrameFault.Reason) -> FrameKind {
    guard let kind = FrameKind(rawValue: byte) else { throw .unknownKind(byte) }
    guard flags == 0 else { throw .unknownFlags(flags) }
    return kind
  }

  private static func limited(
    _ value: UInt32,
    _ quantity: FrameFault.Quantity,
    _ limit: Int
  ) throws(FrameFault.Reason) -> Int {
    guard Int(value) <= limit else {
      throw .overLimit(quantity, value: Int(value), limit: limit)
    }
    return Int(value)
  }
}

extension Hello {
  /// Writes the body of a hello.
  func write(to start: UnsafeMutableRawPointer) {
    start.storeBytes(of: version, toByteOffset: 0, as: UInt32.self)
    start.storeBytes(of: keyGroups, toByteOffset: 4, as: UInt32.self)
    start.storeBytes(of: plan, toByteOffset: 8, as: UInt64.self)
    start.storeBytes(of: schema, toByteOffset: 16, as: UInt64.self)
    start.storeBytes(of: keyHashVersion, toByteOffset: 24, as: UInt32.self)
    start.storeBytes(of: 0, toByteOffset: 28, as: UInt32.self)
  }

  /// Reads the body of a hello; nil if it is too short.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, bytes.count >= FrameLayout.helloLength else { return nil }
    self.init(
      plan: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      schema: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
      keyGroups: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
    )
    version = start.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
    keyHashVersion = start.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
  }
}
