/// Marks of eight bytes of a word, gathered into eight bits.
@usableFromInline
package enum ByteMask {
  /// Bit i of the result is the highest bit of byte i, the lowest byte being the first.
  ///
  /// The other bits of the word are 0. The factor moves each mark to its place in the highest byte.
  @inlinable
  @inline(__always)
  package static func bits(_ marks: UInt64) -> UInt64 { (marks &* 0x0002_0408_1020_4081) &>> 56 }

  /// Where two vectors have the same bytes: bit i for byte i.
  @inlinable
  @inline(__always)
  package static func equal(_ left: SIMD16<UInt8>, _ right: SIMD16<UInt8>) -> UInt64 {
    let marks = unsafeBitCast(left .== right, to: SIMD2<UInt64>.self) & 0x8080_8080_8080_8080
    return bits(marks.x) | bits(marks.y) &<< 8
  }

  /// Where 32 bytes are the byte that fills the vector: bit i for byte i.
  @inlinable
  @inline(__always)
  package static func matches(_ start: UnsafeRawPointer, _ byte: SIMD16<UInt8>) -> UInt64 {
    equal(start.loadUnaligned(as: SIMD16<UInt8>.self), byte)
      | equal(start.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), byte) &<< 16
  }
}
