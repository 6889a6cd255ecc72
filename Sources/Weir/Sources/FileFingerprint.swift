import WeirCore
import WeirPOSIX

/// A few of the bytes that were read of a file, by which it is known again.
///
/// ```text
///     0        4 KiB                    offset - 4 KiB      offset
///     |  head  |                               |    tail    |  not read yet
/// ```
struct FileFingerprint: Hashable {
  /// The CRC-32C of the first bytes.
  var head: UInt32
  /// The CRC-32C of the last bytes in front of the offset.
  var tail: UInt32

  /// Bytes that head and tail have each, or all that were read, if they are fewer.
  static let byteCount: Int64 = 4096

  init(head: UInt32, tail: UInt32) {
    self.head = head
    self.tail = tail
  }

  /// That of an open file; nil if it is shorter than the offset.
  ///
  /// `head` is taken for what it is, where it is known. Throws E102.
  init?(_ file: FileReader, before offset: Int64, head: UInt32? = nil) throws(WeirError) {
    guard let tail = try file.checksum(of: max(0, offset - Self.byteCount)..<offset) else {
      return nil
    }
    self.tail = tail
    if let head {
      self.head = head
    } else {
      guard let head = try file.checksum(of: 0..<min(offset, Self.byteCount)) else { return nil }
      self.head = head
    }
  }
}
