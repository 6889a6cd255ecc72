import Glibc

/// Finds bytes in an arena.
enum TextSearch {
  /// The first place from `start` to `last` where the needle lies; greater than `last` if none.
  ///
  /// Sixteen places a step: first and last byte of the needle are compared, then all of it. Up to
  /// 16 bytes behind the last place's needle are read. An empty needle lies everywhere.
  static func find(
    _ needle: UnsafeRawPointer,
    _ length: Int,
    _ arena: UnsafeMutablePointer<UInt8>,
    from start: Int,
    to last: Int
  ) -> Int {
    guard length > 0 else { return start }
    let bytes = UnsafeRawPointer(arena)
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
      let bits = unsafeBitCast(mask, to: SIMD2<UInt64>.self)
      if bits.x | bits.y != 0 {
        for index in 0..<16 where mask[index] {
          let found = place &+ index
          guard found <= last else { return found }
          if memcmp(bytes + found, needle, length) == 0 { return found }
        }
      }
      place &+= 16
    }
    return place
  }
}
