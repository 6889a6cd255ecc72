/// A compression of blocks, handed in as functions: which library does it is not known here.
package struct BlockCodec: Sendable {
  /// Compresses the source into the target; returns the bytes written, 0 if they do not fit.
  package let compress: @Sendable (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int
  /// Decompresses the source into the target; returns the bytes written, nil if it is damaged.
  ///
  /// Must bear any source, and write nothing outside of the target.
  package let decompress: @Sendable (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?

  package init(
    compress: @escaping @Sendable (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int,
    decompress: @escaping @Sendable (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?
  ) {
    self.compress = compress
    self.decompress = decompress
  }
}

/// How the body of a frame is stored.
///
/// Raw values are the bytes on the wire and are never reused.
enum CodecTag: UInt8 {
  case none = 0
  case lz4 = 1
}
