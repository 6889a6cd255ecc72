/// Writes timestamps one after the other as RFC 3339 text, fast where they lie in the same minute.
///
///     2026-01-01T00:00:00Z   2026-01-01T00:00:00.250Z   2026-01-01T00:00:00.000010Z
///     \_____ head _____/                                 (a fraction only if there is one)
///
/// Rows of a batch mostly lie in one or two minutes: all up to the seconds is kept from the time
/// before, the rest is one word of eight digits.
@usableFromInline
package struct TimestampWriter {
  /// Bytes that may be written for a time, whatever its length.
  @inlinable package static var room: Int {
    @inline(__always) get { 32 }
  }

  /// The first microsecond of the minute that `head` shows.
  @usableFromInline var minute = Int64.max
  /// `2026-01-01T00:00`.
  @usableFromInline var head = SIMD16<UInt8>()
  /// The minute before that one: where times are out of order they go to and fro between two.
  private var otherMinute = Int64.max
  private var otherHead = SIMD16<UInt8>()

  package init() {}

  /// Writes the text of a time, at most `TimestampText.maximumLength` bytes, and returns its length.
  ///
  /// The time lies within `TimestampText.least ... greatest`.
  @inlinable
  @inline(__always)
  package mutating func write(_ time: Int64, to target: UnsafeMutableRawPointer) -> Int {
    // Wraps to a number beyond any minute where the time lies before it.
    if UInt64(bitPattern: time &- minute) >= 60_000_000 { begin(time) }
    target.storeBytes(of: head, as: SIMD16<UInt8>.self)
    // `ssffffff`, of which the first six digits go between `:` and `.`.
    let digits = DigitWords.digits(UInt64(bitPattern: time &- minute))
    let seconds = 0x2e00_003a | (digits & 0xffff) &<< 8 | (digits &>> 16) &<< 32
    target.storeBytes(of: UInt64(littleEndian: seconds), toByteOffset: 16, as: UInt64.self)
    let rest = digits &>> 48 | 0x5a_0000
    target.storeBytes(
      of: UInt32(truncatingIfNeeded: rest).littleEndian,
      toByteOffset: 24,
      as: UInt32.self
    )
    if digits &>> 40 != 0x30_3030 { return 27 }
    let length = digits &>> 16 == 0x3030_3030_3030 ? 20 : 24
    target.storeBytes(of: UInt8(ascii: "Z"), toByteOffset: length &- 1, as: UInt8.self)
    return length
  }

  /// Moves to the minute of a time.
  @usableFromInline
  @inline(never)
  mutating func begin(_ time: Int64) {
    swap(&minute, &otherMinute)
    swap(&head, &otherHead)
    if UInt64(bitPattern: time &- minute) < 60_000_000 { return }
    precondition(
      time >= TimestampText.least && time <= TimestampText.greatest,
      "a time outside the years 0001 to 9999: \(time)"
    )
    let (minutes, inMinute) = floorDivided(Int(time), 60_000_000)
    let (days, inDay) = floorDivided(minutes, 1440)
    let date = CivilDate(daysSinceEpoch: days)
    // `yyyymmdd` and `0000hhmm`, between whose parts the separators go.
    let day = DigitWords.digits(UInt64(date.year * 10_000 + date.month * 100 + date.day))
    let clock = DigitWords.digits(UInt64(inDay / 60 * 100 + inDay % 60))
    let low = 0x2d00_002d_0000_0000 | (day & 0xffff_ffff) | (day >> 32 & 0xffff) << 40
    let high = 0x3a00_0054_0000 | day >> 48 | (clock >> 32 & 0xffff) << 24 | (clock >> 48) << 48
    head = unsafeBitCast(
      SIMD2(UInt64(littleEndian: low), UInt64(littleEndian: high)),
      to: SIMD16<UInt8>.self
    )
    minute = time - Int64(inMinute)
  }
}

/// Quotient towards minus infinity, and the remainder that goes with it.
private func floorDivided(_ value: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
