import CLZ4

/// One LZ4 block: bytes in, bytes out, with no frame, no dictionary and no state between calls.
///
/// A block does not say how long it is, neither encoded nor decoded: whoever stores it stores both
/// lengths and checks them against its own limits before calling here.
package enum LZ4Block {
  /// The most bytes that one block can be made from, a little under 2 GiB.
  package static let largestCount = Int(LZ4_MAX_INPUT_SIZE)

  /// The room that a block made from `count` bytes can need at worst.
  package static func bound(_ count: Int) -> Int {
    precondition(
      (0...largestCount).contains(count),
      "a block of \(count) bytes; at most \(largestCount) fit"
    )
    return Int(LZ4_compressBound(Int32(truncatingIfNeeded: count)))
  }

  /// Compresses `source` into `target` and returns the bytes written, 0 if they do not fit.
  ///
  /// They always fit into `bound(source.count)`. A smaller target is the way to ask for
  /// compression only where it pays: what does not shrink to fit is given up early. O(bytes).
  package static func compress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    precondition(
      source.count <= largestCount,
      "a block of \(source.count) bytes; at most \(largestCount) fit"
    )
    guard let room = target.baseAddress else { return 0 }
    // An empty buffer may have no address, but the C function wants one.
    let bytes = source.baseAddress ?? UnsafeRawPointer(room)
    let written = LZ4_compress_fast(
      bytes.assumingMemoryBound(to: CChar.self),
      room.assumingMemoryBound(to: CChar.self),
      Int32(truncatingIfNeeded: source.count),
      Int32(clamping: target.count),
      1
    )
    return Int(written)
  }

  /// Decompresses a block into `target` and returns the bytes written, nil if it is damaged.
  ///
  /// The block may be hostile: nothing is read outside of `source` or written outside of `target`.
  /// A block that decodes to more bytes than `target` holds is damaged; one that decodes to fewer
  /// is not, so compare the count. What `target` holds after nil is of no use. O(bytes).
  package static func decompress(
    _ source: UnsafeRawBufferPointer,
    into target: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let bytes = source.baseAddress, let length = Int32(exactly: source.count) else {
      return nil
    }
    let written = LZ4_decompress_safe(
      bytes.assumingMemoryBound(to: CChar.self),
      target.baseAddress?.assumingMemoryBound(to: CChar.self),
      length,
      Int32(clamping: target.count)
    )
    return written < 0 ? nil : Int(written)
  }
}
