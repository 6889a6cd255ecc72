import WeirColumns

/// A separator of one byte, or of two that differ, looked for in 32 bytes at once.
///
/// Two occurrences of such a separator never overlap, so that all are known from one look, without
/// loops of unforeseeable length.
struct ShortSeparator {
  /// Bytes of the longest text that is taken.
  static let longestText = 32

  let length: Int
  private let first: SIMD16<UInt8>
  private let second: SIMD16<UInt8>

  /// Nil for a separator that is longer, or empty, or the same byte twice.
  init?(_ text: UnsafeRawBufferPointer) {
    guard text.count == 1 || text.count == 2 && text[0] != text[1] else { return nil }
    length = text.count
    first = SIMD16(repeating: text[0])
    second = SIMD16(repeating: text[text.count - 1])
  }

  /// Where it begins in the `count` <= 32 bytes at `bytes`: bit i for byte i; `columnSlack` bytes
  /// behind them may be read.
  @inline(__always)
  func places(in bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var places = ByteMask.matches(bytes, first)
    if length == 2 { places &= ByteMask.matches(bytes + 1, second) }
    let ends = max(0, count &- length &+ 1)
    return places & (1 &<< UInt64(truncatingIfNeeded: ends) &- 1)
  }

  /// The part of a text with that number, from 1; empty if there are not so many.
  @inline(__always)
  func part(_ position: Int64, of bytes: UnsafeRawPointer, _ count: Int) -> Range<Int> {
    var places = places(in: bytes, count)
    var left = position
    var start = 0
    while left > 1 {
      guard places != 0 else { return 0..<0 }
      start = places.trailingZeroBitCount &+ length
      places &= places &- 1
      left &-= 1
    }
    return start..<min(places.trailingZeroBitCount, count)
  }
}
