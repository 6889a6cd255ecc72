import WeirColumns

/// Text of durations: `1h30m`, and the words of SQL intervals.
enum DurationReader {
  /// Reads `1h30m`, `250ms`, `-5m`, `10 minutes`, `1 hour 30 minutes`; nil if it is none.
  ///
  /// Each unit stands behind a whole number. Months and years have no fixed length and are refused.
  @inline(__always)
  static func read(_ text: UnsafeRawBufferPointer) -> Int64? {
    // The form that Weir writes itself is by far the most frequent.
    DurationText.parse(text) ?? readWords(text)
  }

  @inline(never)
  private static func readWords(_ text: UnsafeRawBufferPointer) -> Int64? {
    var position = 0
    let isNegative = ScalarReader.sign(text, &position)
    var total: Int64 = 0
    var parts = 0
    while true {
      skipSpaces(text, &position)
      guard position < text.count else { break }
      guard let value = number(text, &position) else { return nil }
      skipSpaces(text, &position)
      guard let unit = readUnit(text, &position) else { return nil }
      let (part, isTooLong) = value.multipliedReportingOverflow(by: isNegative ? -unit : unit)
      let (sum, isOver) = total.addingReportingOverflow(part)
      guard !isTooLong, !isOver else { return nil }
      total = sum
      parts += 1
    }
    return parts > 0 ? total : nil
  }

  /// The length of a unit's name, short or in words, in microseconds.
  static func unit(_ name: String) -> Int64? {
    switch name {
    case "us", "microsecond", "microseconds": 1
    case "ms", "millisecond", "milliseconds": Microseconds.millisecond
    case "s", "sec", "second", "seconds": Microseconds.second
    case "m", "min", "minute", "minutes": Microseconds.minute
    case "h", "hour", "hours": Microseconds.hour
    case "d", "day", "days": Microseconds.day
    case "w", "week", "weeks": Microseconds.week
    default: nil
    }
  }

  private static func skipSpaces(_ text: UnsafeRawBufferPointer, _ position: inout Int) {
    while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
  }

  private static func number(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
    var value: Int64?
    while position < text.count, let digit = ScalarReader.digitValue(text[position]) {
      let (tens, isTooLarge) = (value ?? 0).multipliedReportingOverflow(by: 10)
      let (sum, isOver) = tens.addingReportingOverflow(digit)
      guard !isTooLarge, !isOver else { return nil }
      value = sum
      position += 1
    }
    return value
  }

  private static func readUnit(_ text: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
    let start = position
    while position < text.count, isLetter(text[position]) { position += 1 }
    return unit(String(decoding: text[start..<position], as: UTF8.self).lowercased())
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26
  }
}
