import WeirCore
import WeirPOSIX

/// How far each file that a process follows was read, and what was in front of that: told before the
/// rows are sent, so that it is known also of rows that no checkpoint has.
///
/// It outlives the process, and not a system that fails: nothing is synced. A file has 32 bytes,
/// those of one page, at the number that it has in its process:
///
/// ```text
///     offset 8 | head 4 | tail 4 | CRC-32C of these 4 | free 12
/// ```
final class ReadExtents {
  /// What was read of a file.
  struct Extent: Hashable {
    /// Bytes.
    var offset: Int64
    var fingerprint: FileFingerprint

    /// Whether a file has the bytes that were read, as they were; throws E102.
    func isIn(_ file: FileReader) throws(WeirError) -> Bool {
      guard try file.size() >= offset else { return false }
      return try FileFingerprint(file, before: offset) == fingerprint
    }
  }

  private let file: InPlaceFile

  private static let slotBytes = 32
  private static let checkedBytes = 16

  /// Opens or makes the file; throws E101.
  init(_ path: String) throws(WeirError) { file = try InPlaceFile(path) }

  /// Notes what was read of the nth file; throws E103.
  func note(_ extent: Extent, of ordinal: Int) throws(WeirError) {
    var slot = [UInt8](repeating: 0, count: Self.slotBytes)
    slot.withUnsafeMutableBytes { raw in
      raw.storeBytes(of: extent.offset.littleEndian, as: Int64.self)
      raw.storeBytes(of: extent.fingerprint.head.littleEndian, toByteOffset: 8, as: UInt32.self)
      raw.storeBytes(of: extent.fingerprint.tail.littleEndian, toByteOffset: 12, as: UInt32.self)
      let sum = Self.checksum(UnsafeRawBufferPointer(raw))
      raw.storeBytes(of: sum.littleEndian, toByteOffset: 16, as: UInt32.self)
    }
    try slot.span.withUnsafeBytes { raw throws(WeirError) in
      try self.file.write(raw, at: Int64(ordinal * Self.slotBytes))
    }
  }

  /// What was read of the nth file; nil if nothing is known of it.
  ///
  /// Throws E102.
  func extent(of ordinal: Int) throws(WeirError) -> Extent? {
    guard let slot = try file.bytes(Self.slotBytes, at: Int64(ordinal * Self.slotBytes)) else {
      return nil
    }
    return slot.withUnsafeBytes { raw in
      let sum = UInt32(littleEndian: raw.load(fromByteOffset: 16, as: UInt32.self))
      let offset = Int64(littleEndian: raw.load(as: Int64.self))
      guard sum == Self.checksum(raw), offset >= 0 else { return nil }
      return Extent(
        offset: offset,
        fingerprint: FileFingerprint(
          head: UInt32(littleEndian: raw.load(fromByteOffset: 8, as: UInt32.self)),
          tail: UInt32(littleEndian: raw.load(fromByteOffset: 12, as: UInt32.self))
        )
      )
    }
  }

  /// Of what stands before it; never that of a slot that was not written.
  private static func checksum(_ slot: UnsafeRawBufferPointer) -> UInt32 {
    var checksum = Checksum()
    checksum.add(UnsafeRawBufferPointer(rebasing: slot[..<checkedBytes]))
    return ~checksum.value
  }
}
