/// Reads timestamps one after the other as `TimestampText` does, fast where they lie in the same
/// minute.
///
/// All up to the seconds is compared with the text before; the rest is one word of eight digits,
/// taken from around its separators:
///
///     2026-01-01T00:00:00Z   2026-01-01T00:00:00.250Z   2026-01-01T00:00:00.000010Z
///     \_____ head ____/^16                    ^19
///
/// Texts of other lengths, or with another offset than `Z`, go the long way.
@usableFromInline
package struct TimestampReader {
  /// The first 16 bytes of the last text that was in UTC; `1970-01-01T00:00` before the first.
  @usableFromInline var head = SIMD2(
    UInt64(littleEndian: 0x2d31_302d_3037_3931),
    UInt64(littleEndian: 0x3030_3a30_3054_3130)
  )
  /// The microseconds of the minute that `head` names.
  @usableFromInline var minute: Int64 = 0
  /// The same of the minute before: where times are out of order they go to and fro between two.
  private var otherHead = SIMD2<UInt64>()
  private var otherMinute: Int64?

  package init() {}

  /// The microseconds of `count` bytes, behind which at least 32 more can be read; nil if they are
  /// no timestamp.
  @inlinable
  @inline(__always)
  package mutating func read(_ start: UnsafeRawPointer, _ count: Int) -> Int64? {
    let found = start.loadUnaligned(as: SIMD2<UInt64>.self)
    guard found == head || turn(to: found) else { return readWhole(start, count) }
    let tail = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    let end = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    // `ssffffff`, of which the missing digits are zeros.
    var digits = (tail &>> 8) & 0xffff
    let isPlain: Bool
    switch count {
    case 27:
      digits |= (tail &>> 32) &<< 16 | (end & 0xffff) &<< 48
      isPlain = tail & 0xff00_00ff == 0x2e00_003a && end & 0xff_0000 == 0x5a_0000
    case 24:
      digits |= (tail &>> 16) & 0xff_ffff_0000 | 0x3030_3000_0000_0000
      isPlain = tail & 0xff00_0000_ff00_00ff == 0x5a00_0000_2e00_003a
    case 20:
      digits |= 0x3030_3030_3030_0000
      isPlain = tail & 0xff00_00ff == 0x5a00_003a
    default:
      isPlain = false
    }
    let value = Int64(truncatingIfNeeded: DigitWords.number(digits))
    guard isPlain, DigitWords.stops(digits) == 0, value < 60_000_000 else {
      return readWhole(start, count)
    }
    return minute &+ value
  }

  /// Goes back to the minute before; false if it is another one.
  @usableFromInline
  @inline(never)
  mutating func turn(to found: SIMD2<UInt64>) -> Bool {
    guard found == otherHead, let other = otherMinute else { return false }
    otherMinute = minute
    minute = other
    swap(&head, &otherHead)
    return true
  }

  @usableFromInline
  @inline(never)
  mutating func readWhole(_ start: UnsafeRawPointer, _ count: Int) -> Int64? {
    var value: Int64 = 0
    guard TimestampText.parse(start, count, into: &value) == nil else { return nil }
    if start.load(fromByteOffset: count - 1, as: UInt8.self) | 0x20 == UInt8(ascii: "z") {
      let inMinute = value % 60_000_000
      (otherHead, otherMinute) = (head, minute)
      head = start.loadUnaligned(as: SIMD2<UInt64>.self)
      minute = value - (inMinute < 0 ? inMinute + 60_000_000 : inMinute)
    }
    return value
  }
}
