import Glibc

/// Finds bytes in an arena.
enum TextSearch {
  /// The first place from `start` to `last` where the needle lies; greater than `last` if none.
  ///
  /// Sixteen places a step: first and last byte of the needle are compared, then all of it. Up to
  /// 16 bytes behind the last place's needle are read. An empty needle lies everywhere.
  @inline(__always)
  static func find(
    _ needle: UnsafeRawPointer,
    _ length: Int,
    _ bytes: UnsafeRawPointer,
    from start: Int,
    to last: Int
  ) -> Int {
    guard length > 1 else {
      return length == 0 ? start : find(needle.load(as: UInt8.self), bytes, from: start, to: last)
    }
    let firstByte = SIMD16<UInt8>(repeating: needle.load(as: UInt8.self))
    let lastByte = SIMD16<UInt8>(
      repeating: needle.load(fromByteOffset: length &- 1, as: UInt8.self)
    )
    var place = start
    while place <= last {
      let heads = bytes.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
      let tails = bytes.loadUnaligned(
        fromByteOffset: place &+ length &- 1,
        as: SIMD16<UInt8>.self
      )
      let mask = (heads .== firstByte) .& (tails .== lastByte)
      let bits = unsafeBitCast(mask, to: SIMD2<UInt64>.self) & 0x8080_8080_8080_8080
      if bits.x | bits.y != 0 {
        var found = candidate(bits.x, needle, length, bytes, place)
        if found < 0 { found = candidate(bits.y, needle, length, bytes, place &+ 8) }
        // What lies behind the last place may have been found there too.
        if found >= 0 { return found }
      }
      place &+= 16
    }
    return place
  }

  /// The first place from `start` to `last` where the byte lies; greater than `last` if none.
  ///
  /// Eight places a step: one byte is mostly a separator, which is not far.
  @inline(__always)
  static func find(
    _ byte: UInt8,
    _ bytes: UnsafeRawPointer,
    from start: Int,
    to last: Int
  ) -> Int {
    let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
    var place = start
    while place <= last {
      let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ pattern
      // The lowest bit is right; above it there may be one too many.
      let found = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if found != 0 { return place &+ found.trailingZeroBitCount &>> 3 }
      place &+= 8
    }
    return place
  }

  /// The first of eight places, those with a bit, where all of the needle lies; -1 if none.
  @inline(__always)
  private static func candidate(
    _ bits: UInt64,
    _ needle: UnsafeRawPointer,
    _ length: Int,
    _ bytes: UnsafeRawPointer,
    _ start: Int
  ) -> Int {
    var bits = bits
    while bits != 0 {
      let place = start &+ bits.trailingZeroBitCount &>> 3
      // First and last byte are equal already; short needles are not worth a call.
      if length > 10 {
        if memcmp(bytes + place, needle, length) == 0 { return place }
      } else {
        var index = 1
        while index < length &- 1,
          bytes.load(fromByteOffset: place &+ index, as: UInt8.self)
            == needle.load(fromByteOffset: index, as: UInt8.self)
        {
          index &+= 1
        }
        if index >= length &- 1 { return place }
      }
      bits &= bits &- 1
    }
    return -1
  }
}
