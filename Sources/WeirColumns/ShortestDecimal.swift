/// The shortest decimal that reads back as a float: its digits, and where the point is.
///
/// After Raffaello Giulietti's "The Schubfach way to render doubles", for floats from 10^-4 to 2^53:
/// the powers of ten that these need are exact in 128 bits, so there is no table of rounded ones.
enum ShortestDecimal {
  /// The first float whose neighbours are more than 1 apart.
  static let bound = 9_007_199_254_740_992.0

  /// The decimal with the fewest digits of those that read back as `value`, of these the nearest to it,
  /// the even one if two are as near: digits times a power of ten.
  ///
  /// There are 16 or 17 digits; the last may be zeros. `value` is at least 10^-4 and below `bound`.
  @inline(__always)
  static func of(_ value: Double) -> (digits: UInt64, exponent: Int) {
    let bits = value.bitPattern
    let fraction = bits & 0x000f_ffff_ffff_ffff
    let exponent = Int(truncatingIfNeeded: bits &>> 52) &- 1075
    let significand = fraction | 1 &<< 52
    // The float below a power of two is half as far away as the one above.
    let isPower = fraction == 0
    let closer: UInt64 = isPower ? 1 : 0
    // The logarithms to base ten and two, times 2^22 and 2^19.
    let ten = (exponent &* 1_262_611 &- (isPower ? 524_031 : 0)) &>> 22
    let shift = UInt64(truncatingIfNeeded: exponent &+ (ten &* -1_741_647) &>> 19 &+ 1)
    let power = powers + ten &* -2
    // Four times the value and the ends of its interval, in units of the power of ten.
    let four = significand &<< 2
    let left = roundedToOdd(power, (four &- 2 &+ closer) &<< shift)
    let middle = roundedToOdd(power, four &<< shift)
    let right = roundedToOdd(power, (four &+ 2) &<< shift)
    // The ends read back as the value if its last bit is zero.
    let lower = left &+ significand & 1
    let upper = right &- significand & 1
    let long = middle &>> 2
    let short = long / 10
    // One digit less, if just one such decimal is in the interval.
    let isShortBelow = lower <= short &* 40
    let isShortAbove = short &* 40 &+ 40 <= upper
    let isBelow = lower <= long &* 4
    let isAbove = long &* 4 &+ 4 <= upper
    let isNearerAbove = (middle & 3) &+ (long & 1) > 2
    let goesUp = isBelow != isAbove ? isAbove : isNearerAbove
    let shorter = (short &+ (isShortAbove ? 1 : 0)) &* 10
    let longer = long &+ (goesUp ? 1 : 0)
    return (isShortBelow != isShortAbove ? shorter : longer, ten)
  }

  /// The high 64 bits of the product with a power of ten; the last is 1 if the rest is not zero.
  @inline(__always)
  private static func roundedToOdd(_ power: UnsafePointer<UInt64>, _ factor: UInt64) -> UInt64 {
    let upper = power[0].multipliedFullWidth(by: factor)
    let lower = power[1].multipliedFullWidth(by: factor).high
    let (sum, carry) = upper.low.addingReportingOverflow(lower)
    return (upper.high &+ (carry ? 1 : 0)) | (sum > 1 ? 1 : 0)
  }

  /// 10^0 to 10^21, each shifted to the left as far as 128 bits hold it, the high word first.
  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) private static let powers: UnsafePointer<UInt64> = {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 44)
    var power: UInt128 = 1
    for exponent in 0..<22 {
      let shifted = power << UInt128(power.leadingZeroBitCount)
      memory[exponent * 2] = UInt64(truncatingIfNeeded: shifted >> 64)
      memory[exponent * 2 + 1] = UInt64(truncatingIfNeeded: shifted)
      power *= 10
    }
    return UnsafePointer(memory)
  }()
}
