import CChecksum
import WeirCore

/// The sum of bytes by their place in a file, taken in pieces of any length and in any order.
///
/// The fingerprint of what a source has read: more than twice as fast as a checksum, which it need not
/// be. Every change of a single word is seen, and every byte that is left out or taken twice;
/// words of one page of 4 KiB that change places are not.
package struct ByteSum: Hashable, Sendable {
  package private(set) var value: UInt64 = 0

  package init() {}

  /// Adds bytes that begin at an offset of the file.
  ///
  /// O(bytes).
  package mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: Int64) {
    guard let start = bytes.baseAddress else { return }
    value &+= weir_byte_sum(UInt64(offset), start, bytes.count)
  }
}
