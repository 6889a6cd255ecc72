import WeirColumns

/// A number as JSON writes it, taken apart exactly: (-1)^sign x mantissa x 10^exponent.
struct ScannedNumber {
  var isNegative = false
  /// At most 19 digits; a fraction's last one is not zero.
  var mantissa: UInt64 = 0
  var exponent = 0
  /// Digits other than zero follow those of the mantissa.
  var hasMoreDigits = false
  /// Bytes of the text.
  var length = 0

  /// Reads the number at the beginning of a text; nil if there is none.
  ///
  /// The grammar is that of RFC 8259: no plus sign, no leading zeros, digits on both sides of a
  /// point. What follows the number is not looked at, but 24 bytes behind the text are readable.
  /// O(bytes).
  init?(_ text: UnsafeRawBufferPointer) {
    if let length = Self.scanShort(text, &isNegative, &mantissa, &exponent) {
      self.length = length
      return
    }
    isNegative = false
    mantissa = 0
    exponent = 0
    var at = 0
    if at < text.count, text[at] == UInt8(ascii: "-") {
      isNegative = true
      at += 1
    }
    let wholeStart = at
    var digits = SignificantDigits()
    while at < text.count, text[at] &- 0x30 <= 9 {
      digits.append(text[at] &- 0x30)
      at += 1
    }
    guard at > wholeStart, text[wholeStart] != 0x30 || at == wholeStart + 1 else { return nil }
    var fractionDigits = 0
    if at < text.count, text[at] == UInt8(ascii: ".") {
      let fractionStart = at + 1
      at = fractionStart
      while at < text.count, text[at] &- 0x30 <= 9 {
        digits.append(text[at] &- 0x30)
        at += 1
      }
      fractionDigits = at - fractionStart
      guard fractionDigits > 0 else { return nil }
    }
    var power = 0
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      guard let end = Self.power(text, at + 1, &power) else { return nil }
      at = end
    }
    mantissa = digits.mantissa
    exponent = mantissa == 0 ? 0 : digits.exponent - fractionDigits + power
    hasMoreDigits = digits.hasMore
    length = at
  }

  /// Reads a number of at most 18 digits without an exponent, as nearly all are; nil for others.
  ///
  /// Words are loaded past the end: 24 bytes behind the text can be read.
  private static func scanShort(
    _ text: UnsafeRawBufferPointer,
    _ isNegative: inout Bool,
    _ mantissa: inout UInt64,
    _ exponent: inout Int
  ) -> Int? {
    guard let start = text.baseAddress, !text.isEmpty else { return nil }
    isNegative = text[0] == UInt8(ascii: "-")
    var at = isNegative ? 1 : 0
    let whole = DigitWords.read(start + at, &mantissa, DigitWords.powers)
    guard whole > 0, whole <= 18, at + whole <= text.count, whole == 1 || text[at] != 0x30 else {
      return nil
    }
    at += whole
    if at < text.count, text[at] == UInt8(ascii: ".") {
      let fraction = DigitWords.read(start + at + 1, &mantissa, DigitWords.powers)
      at += fraction + 1
      guard fraction > 0, whole + fraction <= 18, at <= text.count else { return nil }
      exponent = -fraction
    }
    guard at == text.count || text[at] | 0x20 != UInt8(ascii: "e") else { return nil }
    while exponent < 0, mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    return at
  }

  /// Reads the digits of an exponent, which is held at a bound far beyond any type's range.
  private static func power(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ power: inout Int
  ) -> Int? {
    var at = start
    var isNegative = false
    if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
      isNegative = text[at] == UInt8(ascii: "-")
      at += 1
    }
    let digitsStart = at
    while at < text.count, text[at] &- 0x30 <= 9 {
      power = min(power * 10 + Int(text[at] &- 0x30), 1_000_000_000_000)
      at += 1
    }
    if isNegative { power = -power }
    return at > digitsStart ? at : nil
  }

  /// The number times 10^scale, if that is whole and fits 64 bits.
  func scaled(by scale: Int, into value: inout Int64) -> ValueFault? {
    guard mantissa != 0 else {
      value = 0
      return nil
    }
    let shift = exponent + scale
    guard shift > 0 || (shift == 0 && !hasMoreDigits) else { return .tooManyDigits }
    guard !hasMoreDigits, shift <= 18 else { return .numberOutOfRange }
    let (product, overflowed) = mantissa.multipliedReportingOverflow(by: DigitWords.powers[shift])
    return overflowed ? .numberOutOfRange : signed(product, &value)
  }

  /// The number times 10^scale; what is finer is cut off towards minus infinity.
  func floored(by scale: Int, into value: inout Int64) -> ValueFault? {
    let shift = exponent + scale
    guard mantissa != 0, shift < (hasMoreDigits ? 1 : 0) else {
      return scaled(by: scale, into: &value)
    }
    let divisor: UInt64? = shift >= -19 ? DigitWords.powers[-shift] : nil
    let (quotient, remainder) =
      divisor.map { mantissa.quotientAndRemainder(dividingBy: $0) } ?? (0, mantissa)
    let isRounded = isNegative && (remainder != 0 || hasMoreDigits)
    return signed(isRounded ? quotient + 1 : quotient, &value)
  }

  private func signed(_ magnitude: UInt64, _ value: inout Int64) -> ValueFault? {
    if isNegative {
      guard magnitude <= Int64.min.magnitude else { return .numberOutOfRange }
      value = Int64(truncatingIfNeeded: 0 &- magnitude)
    } else {
      guard magnitude <= UInt64(Int64.max) else { return .numberOutOfRange }
      value = Int64(magnitude)
    }
    return nil
  }

  /// The nearest double; nil if it is infinite.
  ///
  /// `text` begins with the number's text.
  func double(_ text: UnsafeRawBufferPointer) -> Double? {
    // Both are exact, so one division or multiplication rounds once (Clinger 1990).
    if !hasMoreDigits, mantissa < 1 << 53, exponent >= -22, exponent <= 22 {
      let whole = Double(mantissa)
      let magnitude =
        exponent < 0
        ? whole / DigitWords.doublePowers[-exponent] : whole * DigitWords.doublePowers[exponent]
      return isNegative ? -magnitude : magnitude
    }
    let digits = String(decoding: text[0..<length], as: UTF8.self)
    guard let value = Double(digits), value.isFinite else { return nil }
    return value
  }
}

/// Collects digits from left to right, zeros at either end only counted.
private struct SignificantDigits {
  var mantissa: UInt64 = 0
  /// The power of ten of the mantissa's last digit, if all digits were whole.
  private(set) var exponent = 0
  private(set) var hasMore = false
  private var length = 0
  private var zeros = 0

  mutating func append(_ digit: UInt8) {
    guard digit != 0 else {
      if length > 0 {
        zeros += 1
        exponent += 1
      }
      return
    }
    // The zeros between belong to the number only if this digit still fits.
    guard !hasMore, length + zeros < 19 else {
      hasMore = true
      exponent += 1
      return
    }
    mantissa = mantissa * DigitWords.powers[zeros + 1] + UInt64(digit)
    length += zeros + 1
    exponent -= zeros
    zeros = 0
  }
}
