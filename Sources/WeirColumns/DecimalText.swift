// Numbers are written by words of eight bytes, which reach past their last digit.

/// Whole numbers and decimals as text, such as `-12.34`.
@usableFromInline
package enum DecimalText {
  /// Bytes of the longest number: 19 digits, a sign, a point and a zero before it.
  package static let maximumLength = 22
  /// Bytes that may be written for a number, whatever its length.
  @inlinable package static var room: Int {
    @inline(__always) get { 32 }
  }

  /// Writes a number without leading zeros and returns how many digits it has.
  @inlinable
  @inline(__always)
  package static func write(whole number: UInt64, _ to: UnsafeMutableRawPointer) -> Int {
    // Numbers of a column mostly have about as many digits: the branches are predicted.
    if number < DigitWords.bound { return writeStart(number, to) }
    let upper = number / DigitWords.bound
    let lower = DigitWords.digits(number &- upper &* DigitWords.bound)
    let count = upper < DigitWords.bound ? writeStart(upper, to) : writeLong(upper, to)
    to.storeBytes(of: UInt64(littleEndian: lower), toByteOffset: count, as: UInt64.self)
    return count &+ 8
  }

  /// Writes a number below 10^8 without leading zeros.
  @inlinable
  @inline(__always)
  package static func writeStart(_ number: UInt64, _ to: UnsafeMutableRawPointer) -> Int {
    let digits = DigitWords.digits(number)
    let zeros = DigitWords.leadingZeros(digits)
    let shift = UInt64(truncatingIfNeeded: zeros &* 8)
    to.storeBytes(of: UInt64(littleEndian: digits &>> shift), as: UInt64.self)
    return 8 &- zeros
  }

  /// Writes a number of at least nine digits.
  @inlinable
  @inline(never)
  package static func writeLong(_ number: UInt64, _ to: UnsafeMutableRawPointer) -> Int {
    let upper = number / DigitWords.bound
    let count = writeStart(upper, to)
    let lower = DigitWords.digits(number &- upper &* DigitWords.bound)
    to.storeBytes(of: UInt64(littleEndian: lower), toByteOffset: count, as: UInt64.self)
    return count &+ 8
  }

  /// Writes a signed number and returns its length.
  @inlinable
  @inline(__always)
  package static func write(_ number: Int64, _ to: UnsafeMutableRawPointer) -> Int {
    let sign = writeSign(number < 0, to)
    return write(whole: number.magnitude, to + sign) &+ sign
  }

  /// Writes a minus sign, which the first digit overwrites if there is none, and returns its length.
  @inlinable
  @inline(__always)
  package static func writeSign(_ isNegative: Bool, _ to: UnsafeMutableRawPointer) -> Int {
    to.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
    return isNegative ? 1 : 0
  }

  /// Writes `number` divided by 10^scale with all digits of its scale and returns its length.
  ///
  /// `unit` is 10^scale, at hand because all rows of a column have the same.
  @inlinable
  @inline(__always)
  package static func write(
    _ number: Int64,
    scale: Int,
    unit: UInt64,
    _ to: UnsafeMutableRawPointer
  ) -> Int {
    guard scale > 0 else { return write(number, to) }
    let sign = writeSign(number < 0, to)
    if number.magnitude < DigitWords.bound, scale < 8 {
      return writeEight(number.magnitude, scale, to + sign) &+ sign
    }
    let whole = number.magnitude / unit
    let fraction = number.magnitude &- whole &* unit
    let point = write(whole: whole, to + sign) &+ sign
    to.storeBytes(of: UInt8(ascii: "."), toByteOffset: point, as: UInt8.self)
    let end = to + point + 1
    if scale <= 8 { writeShort(fraction, scale, end) } else { writeFraction(fraction, scale, end) }
    return point &+ 1 &+ scale
  }

  /// Writes a number of at most eight digits, of which at most seven are behind the point.
  @inlinable
  @inline(__always)
  package static func writeEight(
    _ number: UInt64,
    _ scale: Int,
    _ to: UnsafeMutableRawPointer
  ) -> Int {
    let padded = DigitWords.digits(number)
    let zeros = min(DigitWords.leadingZeros(padded), 7 &- scale)
    let digits = padded &>> UInt64(truncatingIfNeeded: zeros &* 8)
    to.storeBytes(of: digits.littleEndian, as: UInt64.self)
    // What stands behind the point is written again, one place further.
    let point = 8 &- zeros &- scale
    let fraction = (digits &>> UInt64(truncatingIfNeeded: point &* 8)) &<< 8 | 0x2e
    to.storeBytes(of: fraction.littleEndian, toByteOffset: point, as: UInt64.self)
    return 9 &- zeros
  }

  /// Writes the last 1 to 8 digits of a number.
  @inlinable
  @inline(__always)
  package static func writeShort(_ number: UInt64, _ count: Int, _ to: UnsafeMutableRawPointer) {
    let shift = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
    let digits = DigitWords.digits(number) &>> shift
    to.storeBytes(of: UInt64(littleEndian: digits), as: UInt64.self)
  }

  /// Writes the last 9 to 18 digits of a number.
  @inlinable
  @inline(never)
  package static func writeFraction(_ number: UInt64, _ count: Int, _ to: UnsafeMutableRawPointer) {
    let upper = number / DigitWords.bound
    let lower = number &- upper &* DigitWords.bound
    let before = count &- 8
    if before <= 8 { writeShort(upper, before, to) } else { writeFraction(upper, before, to) }
    writeShort(lower, 8, to + before)
  }

  /// 10^scale, for scales from 0 to 18.
  package static func unit(scale: Int) -> UInt64 {
    var unit: UInt64 = 1
    for _ in 0..<scale { unit *= 10 }
    return unit
  }

  /// `number` divided by 10^scale as text with all digits of its scale, such as `0.05`.
  package static func text(_ number: Int64, scale: Int) -> String {
    withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { room in
      guard let start = room.baseAddress else { return "" }
      let count = write(number, scale: scale, unit: unit(scale: scale), start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }
}
