/// Floats as the shortest decimal that reads back as the same number.
@usableFromInline
package enum FloatText {
  /// Bytes that may be written for a number: a sign, 17 digits, a point, an exponent and more.
  @inlinable package static var room: Int {
    @inline(__always) get { 32 }
  }

  /// Writes a finite number and returns its length.
  ///
  /// The text is Swift's description, the shortest that round-trips (SwiftDtoa), and valid JSON:
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

  @usableFromInline
  @inline(never)
  static func writeAny(_ value: Double, _ target: UnsafeMutableRawPointer) -> Int {
    precondition(value.isFinite, "a float in a column is \(value)")
    var text = value.description
    return text.withUTF8 { bytes in
      UnsafeMutableRawBufferPointer(start: target, count: bytes.count)
        .copyBytes(from: bytes)
      return bytes.count
    }
  }
}
