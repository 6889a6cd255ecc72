import WeirColumns

/// Writes times as seconds since 1970-01-01, fast where they lie in the same 10,000 seconds.
///
///     1767225601
///     \____/\__/
///      head  digits of the second within the 10,000
struct EpochWriter {
  /// The first microsecond of the 10,000 seconds that `head` shows.
  private var start = Int64.max
  private var head = SIMD16<UInt8>()
  private var headLength = 0

  /// Microseconds of 10,000 seconds.
  private static let span: Int64 = 10_000_000_000

  /// Writes the seconds of a time, rounded down, and returns their length; `DecimalText.room` bytes
  /// may be written.
  @inline(__always)
  mutating func write(_ time: Int64, to target: UnsafeMutableRawPointer) -> Int {
    // Wraps to a large number where the time lies before it.
    if UInt64(bitPattern: time &- start) >= UInt64(Self.span) {
      guard time >= Self.span else { return Self.writeEarly(time, target) }
      begin(time)
    }
    target.storeBytes(of: head, as: SIMD16<UInt8>.self)
    let digits = DigitWords.digits(UInt64(bitPattern: time &- start) / 1_000_000) &>> 32
    target.storeBytes(
      of: UInt32(truncatingIfNeeded: digits).littleEndian,
      toByteOffset: headLength,
      as: UInt32.self
    )
    return headLength &+ 4
  }

  @inline(never)
  private mutating func begin(_ time: Int64) {
    start = time - time % Self.span
    withUnsafeTemporaryAllocation(byteCount: DecimalText.room, alignment: 16) { room in
      guard let base = room.baseAddress else { return }
      headLength = DecimalText.write(start / Self.span, base)
      head = base.load(as: SIMD16<UInt8>.self)
    }
  }

  /// Writes the seconds of a time before 1970-01-01T02:46:40, which may be few or negative.
  @inline(never)
  private static func writeEarly(_ time: Int64, _ target: UnsafeMutableRawPointer) -> Int {
    let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000)
    return DecimalText.write(seconds - (rest < 0 ? 1 : 0), target)
  }
}
