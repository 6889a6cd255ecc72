/// A frame as bytes, ready to be sent.
///
/// Whoever sends it without a copy takes a reference first (`Unmanaged.passRetained`) and lets go of
/// it when the bytes have been sent; the last one to let go frees them, on whatever thread.
///
/// Sendable though it holds a pointer: the bytes are written before it is made, and never after.
package final class EncodedFrame: @unchecked Sendable {
  /// Valid as long as this object, which may end with its last use: `encode(frame).bytes[0]` reads
  /// freed memory, a retained reference or `withExtendedLifetime` keeps it.
  // Allocated by the encoder, owned by this object, freed in `deinit`.
  package let bytes: UnsafeRawBufferPointer

  /// Takes over memory of which the first `count` bytes are the frame.
  init(owning memory: UnsafeMutableRawPointer, count: Int) {
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit { bytes.deallocate() }
}
