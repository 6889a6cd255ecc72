/// Floats as the shortest decimal that reads back as the same number.
@usableFromInline
package enum FloatText {
  /// Bytes that may be written for a number: a sign, 17 digits, a point, an exponent, and
  /// 16 more.
  @inlinable package static var room: Int {
    @inline(__always) get { 40 }
  }

  /// Writes a finite number and returns its length.
  ///
  /// The text is Swift's description, the shortest that round-trips, and valid JSON:
  /// `5.0`, `1e-07`, `-0.0`.
  @inlinable
  @inline(__always)
  package static func write(_ value: Double, to target: UnsafeMutableRawPointer) -> Int {
    // A decimal of at most 15 digits is the shortest text of the float nearest to it, because no two
    // such decimals share one. Between these bounds the description has no exponent.
    let magnitude = value.magnitude
    guard magnitude >= 1e-4, magnitude < 1e9 else { return writeAny(value, target) }
    if magnitude < 1e4 {
      let number = Int64(magnitude * 1e4 + 0.5)
      if Double(number) / 1e4 == magnitude {
        return writeEight(UInt64(bitPattern: number), value < 0, target)
      }
    }
    let millionths = Int64(magnitude * 1e6 + 0.5)
    guard Double(millionths) / 1e6 == magnitude else { return writeAny(value, target) }
    let number = UInt64(bitPattern: millionths)
    let whole = number / 1_000_000
    let sign = DecimalText.writeSign(value < 0, target)
    let point = DecimalText.write(whole: whole, target + sign) &+ sign
    let digits = DigitWords.digits(number &- whole &* 1_000_000) &>> 16
    target.storeBytes(of: UInt8(ascii: "."), toByteOffset: point, as: UInt8.self)
    target.storeBytes(of: digits.littleEndian, toByteOffset: point &+ 1, as: UInt64.self)
    // Up to the last digit that is not zero, but at least one digit behind the point.
    let figures = (digits & 0x0f0f_0f0f_0f0f) | 1
    return point &+ 9 &- figures.leadingZeroBitCount &>> 3
  }

  /// Writes a number of ten-thousandths below 10^8: four digits, the point, four digits.
  @inlinable
  @inline(__always)
  static func writeEight(
    _ number: UInt64,
    _ isNegative: Bool,
    _ target: UnsafeMutableRawPointer
  ) -> Int {
    let digits = DigitWords.digits(number)
    let whole = UInt32(truncatingIfNeeded: digits &- DigitWords.zeros)
    // The last digit in front of the point always counts.
    let zeros = (whole | 1 &<< 24).trailingZeroBitCount &>> 3
    let sign = DecimalText.writeSign(isNegative, target)
    let shifted = digits &>> UInt64(truncatingIfNeeded: zeros &* 8)
    target.storeBytes(of: shifted.littleEndian, toByteOffset: sign, as: UInt64.self)
    let point = sign &+ 4 &- zeros
    let fraction = digits &>> 32
    let rest = fraction &<< 8 | 0x2e
    target.storeBytes(of: rest.littleEndian, toByteOffset: point, as: UInt64.self)
    let figures = (fraction & 0x0f0f_0f0f) | 1
    return point &+ 9 &- figures.leadingZeroBitCount &>> 3
  }

  /// Writes a number of any number of digits.
  @usableFromInline
  @inline(never)
  static func writeAny(_ value: Double, _ target: UnsafeMutableRawPointer) -> Int {
    let magnitude = value.magnitude
    guard magnitude >= 1e-4, magnitude < ShortestDecimal.bound else {
      return writeDescription(value, target)
    }
    var (number, exponent) = ShortestDecimal.of(magnitude)
    let isShort = number < 10_000_000_000_000_000
    number = isShort ? number &* 10 : number
    exponent = isShort ? exponent &- 1 : exponent
    // Seventeen digits: one, eight and eight.
    let first = number / 10_000_000_000_000_000
    let rest = number &- first &* 10_000_000_000_000_000
    let upper = rest / DigitWords.bound
    let middle = DigitWords.digits(upper)
    let last = DigitWords.digits(rest &- upper &* DigitWords.bound)
    // Up to the last digit that is not zero.
    let figures =
      last == DigitWords.zeros ? 1 &+ usedDigits(middle) : 9 &+ usedDigits(last)
    let sign = DecimalText.writeSign(value < 0, target)
    let start = target + sign
    let whole = exponent &+ 17
    guard whole > 0 else {
      start.storeBytes(of: UInt64(littleEndian: 0x3030_3030_2e30), as: UInt64.self)
      writeDigits(first, middle, last, start + (2 &- whole))
      return sign &+ 2 &- whole &+ figures
    }
    writeDigits(first, middle, last, start)
    let fraction = (start + whole).loadUnaligned(as: SIMD16<UInt8>.self)
    start.storeBytes(of: UInt8(ascii: "."), toByteOffset: whole, as: UInt8.self)
    start.storeBytes(of: fraction, toByteOffset: whole &+ 1, as: SIMD16<UInt8>.self)
    return sign &+ max(figures, whole &+ 1) &+ 1
  }

  /// How many of eight digits there are up to the last that is not zero.
  @inline(__always)
  private static func usedDigits(_ digits: UInt64) -> Int {
    8 &- (digits &- DigitWords.zeros).leadingZeroBitCount &>> 3
  }

  @inline(__always)
  private static func writeDigits(
    _ first: UInt64,
    _ middle: UInt64,
    _ last: UInt64,
    _ to: UnsafeMutableRawPointer
  ) {
    to.storeBytes(of: UInt8(truncatingIfNeeded: first &+ 0x30), as: UInt8.self)
    to.storeBytes(of: middle.littleEndian, toByteOffset: 1, as: UInt64.self)
    to.storeBytes(of: last.littleEndian, toByteOffset: 9, as: UInt64.self)
  }

  /// Writes what the description has an exponent for, and zero.
  @inline(never)
  private static func writeDescription(_ value: Double, _ target: UnsafeMutableRawPointer) -> Int {
    precondition(value.isFinite, "a float in a column is \(value)")
    var text = value.description
    return text.withUTF8 { bytes in
      UnsafeMutableRawBufferPointer(start: target, count: bytes.count)
        .copyBytes(from: bytes)
      return bytes.count
    }
  }
}
