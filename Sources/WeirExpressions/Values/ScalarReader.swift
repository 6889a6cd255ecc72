import WeirColumns

/// Reads scalars from UTF-8 text; nil means that the text is not one.
///
/// The texts lie in columns: `columnSlack` bytes behind their end may be read. Numbers as nearly all
/// are, of at most 16 or 18 digits and without an exponent, are read by words; others a digit at a
/// time.
enum ScalarReader {
  /// An int: an optional sign and digits, nothing else.
  @inline(__always)
  static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let start = text.baseAddress else { return nil }
    let (isNegative, signLength) = leadingSign(start)
    let digits = start + signLength
    let count = text.count &- signLength
    var magnitude: UInt64
    var stops: UInt64
    switch count {
    case 1...8:
      let word = DigitWords.padded(digits.loadUnaligned(as: UInt64.self), count)
      stops = DigitWords.stops(word)
      magnitude = DigitWords.number(word)
    case 9...16:
      let upper = DigitWords.padded(digits.loadUnaligned(as: UInt64.self), count &- 8)
      let lower = digits.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      stops = DigitWords.stops(upper) | DigitWords.stops(lower)
      magnitude = DigitWords.number(upper) &* DigitWords.bound &+ DigitWords.number(lower)
    default: return anyDecimal(text, scale: 0)
    }
    guard stops == 0 else { return nil }
    let value = Int64(truncatingIfNeeded: magnitude)
    return isNegative ? 0 &- value : value
  }

  /// A decimal as a word scaled by 10^scale; more digits than the scale are refused, not rounded.
  ///
  /// `powers` are those of `DigitWords`.
  @inline(__always)
  static func decimal(
    _ text: UnsafeRawBufferPointer,
    scale: Int,
    _ powers: UnsafePointer<UInt64>
  ) -> Int64? {
    guard let number = PlainNumber(text, powers), number.fractionDigits <= scale else {
      return anyDecimal(text, scale: scale)
    }
    let factor = powers[scale &- number.fractionDigits]
    // Fewer digits than 19: neither number has its highest bit.
    let (value, isOver) = Int64(truncatingIfNeeded: number.digits)
      .multipliedReportingOverflow(by: Int64(truncatingIfNeeded: factor))
    guard !isOver else { return nil }
    return number.isNegative ? 0 &- value : value
  }

  /// A decimal of any length.
  @inline(never)
  private static func anyDecimal(_ text: UnsafeRawBufferPointer, scale: Int) -> Int64? {
    var position = 0
    let isNegative = sign(text, &position)
    var value: Int64 = 0
    var digits = 0
    var fraction = -1
    while position < text.count {
      let byte = text[position]
      position += 1
      if byte == UInt8(ascii: "."), fraction < 0, scale > 0, digits > 0 {
        fraction = 0
        continue
      }
      guard let digit = digitValue(byte) else { return nil }
      digits += 1
      if fraction >= 0 {
        fraction += 1
        // A zero behind the last digit of the scale changes nothing.
        if fraction > scale {
          guard digit == 0 else { return nil }
          continue
        }
      }
      guard let next = push(value, digit, isNegative) else { return nil }
      value = next
    }
    guard digits > 0, fraction != 0 else { return nil }
    for _ in min(max(fraction, 0), scale)..<scale {
      guard let next = push(value, 0, isNegative) else { return nil }
      value = next
    }
    return value
  }

  /// A float in decimal notation; `nan`, `inf` and hexadecimal forms are refused, so is overflow.
  ///
  /// `powers` and `doublePowers` are those of `DigitWords`.
  @inline(__always)
  static func float(
    _ text: UnsafeRawBufferPointer,
    _ powers: UnsafePointer<UInt64>,
    _ doublePowers: UnsafePointer<Double>
  ) -> Double? {
    guard let number = PlainNumber(text, powers), number.digits < 1 << 53 else {
      return anyFloat(text)
    }
    // Both are exact, so one division rounds once (Clinger 1990).
    let magnitude = Double(number.digits) / doublePowers[number.fractionDigits]
    return number.isNegative ? -magnitude : magnitude
  }

  @inline(never)
  private static func anyFloat(_ text: UnsafeRawBufferPointer) -> Double? {
    var position = 0
    _ = sign(text, &position)
    guard skipDigits(text, &position) else { return nil }
    if position < text.count, text[position] == UInt8(ascii: ".") {
      position += 1
      guard skipDigits(text, &position) else { return nil }
    }
    if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      _ = sign(text, &position)
      guard skipDigits(text, &position) else { return nil }
    }
    guard position == text.count else { return nil }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  /// `true` or `false`, in any case.
  static func bool(_ text: UnsafeRawBufferPointer) -> Bool? {
    if equalsIgnoringCase(text, "true") { return true }
    if equalsIgnoringCase(text, "false") { return false }
    return nil
  }

  private static func push(_ value: Int64, _ digit: Int64, _ isNegative: Bool) -> Int64? {
    let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
    let (sum, isOver) =
      isNegative
      ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
    return isTooLarge || isOver ? nil : sum
  }

  /// Whether the first byte is a minus sign, and the length of a sign.
  @inline(__always)
  static func leadingSign(_ start: UnsafeRawPointer) -> (isNegative: Bool, length: Int) {
    let byte = start.load(as: UInt8.self)
    let isNegative = byte == UInt8(ascii: "-")
    return (isNegative, isNegative || byte == UInt8(ascii: "+") ? 1 : 0)
  }

  static func sign(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
    guard position < text.count else { return false }
    let byte = text[position]
    if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") { position += 1 }
    return byte == UInt8(ascii: "-")
  }

  static func digitValue(_ byte: UInt8) -> Int64? {
    let digit = byte &- UInt8(ascii: "0")
    return digit < 10 ? Int64(digit) : nil
  }

  private static func skipDigits(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
    let start = position
    while position < text.count, digitValue(text[position]) != nil { position += 1 }
    return position > start
  }

  private static func equalsIgnoringCase(
    _ text: UnsafeRawBufferPointer,
    _ word: StaticString
  ) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<text.count where text[index] | 0x20 != word.utf8Start[index] { return false }
    return true
  }
}
