import WeirColumns

/// A number without an exponent, of at most 18 digits: what nearly all texts of numbers are.
///
///     [+|-] digits [. digits]
struct PlainNumber {
  let isNegative: Bool
  /// All digits, as if there were no point: below 10^18.
  let digits: UInt64
  /// How many of them stand behind the point.
  let fractionDigits: Int

  /// Reads a text behind which `columnSlack` bytes may be read; nil if it is no such number.
  @inline(__always)
  init?(_ text: UnsafeRawBufferPointer, _ powers: UnsafePointer<UInt64>) {
    guard let start = text.baseAddress else { return nil }
    let sign = ScalarReader.leadingSign(start)
    isNegative = sign.isNegative
    let first = start + sign.length
    let count = text.count &- sign.length
    if count <= 8 {
      guard count > 0 else { return nil }
      // The digits on both sides of the point are moved together. The lowest of the bits that mark
      // a point is right, as is that there is none.
      let word = first.loadUnaligned(as: UInt64.self) & ShortText.mask(count)
      let other = word ^ 0x2e2e_2e2e_2e2e_2e2e
      let points = (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080
      guard points != 0 else {
        let padded = DigitWords.padded(word, count)
        guard DigitWords.stops(padded) == 0 else { return nil }
        digits = DigitWords.number(padded)
        fractionDigits = 0
        return
      }
      let point = points.trailingZeroBitCount &>> 3
      fractionDigits = count &- 1 &- point
      guard point > 0, fractionDigits > 0 else { return nil }
      let before = ShortText.mask(point)
      let padded = DigitWords.padded((word & before) | ((word &>> 8) & ~before), count &- 1)
      guard DigitWords.stops(padded) == 0 else { return nil }
      digits = DigitWords.number(padded)
      return
    }
    var value: UInt64 = 0
    let whole = Self.read(first, count, &value, powers)
    var fraction = 0
    if whole < count {
      guard first.load(fromByteOffset: whole, as: UInt8.self) == UInt8(ascii: ".") else {
        return nil
      }
      fraction = Self.read(first + whole + 1, count &- whole &- 1, &value, powers)
      guard fraction > 0, whole &+ 1 &+ fraction == count else { return nil }
    }
    guard whole > 0, whole &+ fraction <= 18 else { return nil }
    digits = value
    fractionDigits = fraction
  }

  /// Appends up to `limit` digits to `value` and returns how many; behind 18 the value has wrapped.
  @inline(__always)
  private static func read(
    _ start: UnsafeRawPointer,
    _ limit: Int,
    _ value: inout UInt64,
    _ powers: UnsafePointer<UInt64>
  ) -> Int {
    var count = 0
    while count < limit {
      let word = start.loadUnaligned(fromByteOffset: count, as: UInt64.self)
      let length = min(DigitWords.leadingDigits(word), limit &- count)
      guard length > 0 else { break }
      value = value &* powers[length] &+ DigitWords.number(DigitWords.padded(word, length))
      count &+= length
      if length < 8 { break }
    }
    return count
  }
}
