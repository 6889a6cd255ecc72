// The text forms of scalars: parsing from UTF-8 bytes and writing to bytes, without allocation.

/// Reads scalars from UTF-8 text; nil means that the text is not one.
enum ScalarReader {
  /// An int: an optional sign and digits, nothing else.
  static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
    decimal(text, scale: 0)
  }

  /// A decimal as a word scaled by 10^scale; more digits than the scale are refused, not rounded.
  static func decimal(_ text: UnsafeRawBufferPointer, scale: Int) -> Int64? {
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
  static func float(_ text: UnsafeRawBufferPointer) -> Double? {
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
