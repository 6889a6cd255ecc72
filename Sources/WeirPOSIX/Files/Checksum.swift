import CChecksum
import WeirCore

/// The CRC-32C of bytes, taken in pieces.
package struct Checksum: Hashable, Sendable {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    value = weir_crc32c(value, start, bytes.count)
  }
}

extension FileReader {
  /// The CRC-32C of some of the file's bytes, nil if it does not have them all.
  ///
  /// Reads them: O(bytes). Throws E102.
  package func checksum(of range: Range<Int64>) throws(WeirError) -> UInt32? {
    var checksum = Checksum()
    let piece = Int(min(Int64(1 << 18), range.upperBound - range.lowerBound))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 64)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(Int64(piece), range.upperBound - offset))
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
      guard try read(into: part, at: offset) == wanted else { return nil }
      checksum.add(UnsafeRawBufferPointer(part))
      offset += Int64(wanted)
    }
    return checksum.value
  }
}
