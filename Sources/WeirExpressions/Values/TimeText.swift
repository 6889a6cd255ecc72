// Text of timestamps and durations.

/// RFC 3339 text of timestamps, in microseconds since the epoch.
enum RFC3339 {
  /// Reads `2026-01-01T00:00:00Z`, with up to nine digits of fraction and any offset.
  ///
  /// Digits beyond microseconds are cut off. An offset is required. Nil if the text is anything
  /// else or lies outside the years 0001 to 9999.
  static func read(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard text.count >= 20,
      let year = number(text, 0, 4), text[4] == UInt8(ascii: "-"),
      let month = number(text, 5, 2), text[7] == UInt8(ascii: "-"),
      let day = number(text, 8, 2),
      text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
      let hour = number(text, 11, 2), text[13] == UInt8(ascii: ":"),
      let minute = number(text, 14, 2), text[16] == UInt8(ascii: ":"),
      let second = number(text, 17, 2)
    else { return nil }
    guard year >= 1, (1...12).contains(month), day >= 1,
      day <= CivilDay.length(ofMonth: month, year: year),
      hour < 24, minute < 60, second < 60
    else { return nil }
    var position = 19
    guard let fraction = readFraction(text, &position),
      let offset = readOffset(text, &position), position == text.count
    else { return nil }
    let seconds = hour * 3600 + minute * 60 + second - offset * 60
    let start = CivilDay(year: year, month: month, day: day).start
    let time = start + seconds * Microseconds.second + fraction
    return Microseconds.isInRange(time) ? time : nil
  }

  /// Writes `2026-01-01T00:00:00Z`, with three or six digits of fraction where there is one.
  static func write(_ time: Int64, _ sink: inout ByteSink) {
    let day = CivilDay(of: time)
    let ofDay = floorRemainder(time, Microseconds.day)
    put(day.year, 4, "-", &sink)
    put(day.month, 2, "-", &sink)
    put(day.day, 2, "T", &sink)
    put(ofDay / Microseconds.hour, 2, ":", &sink)
    put(ofDay / Microseconds.minute % 60, 2, ":", &sink)
    let fraction = ofDay % Microseconds.second
    if fraction == 0 {
      put(ofDay / Microseconds.second % 60, 2, "Z", &sink)
      return
    }
    put(ofDay / Microseconds.second % 60, 2, ".", &sink)
    if fraction % 1000 == 0 {
      put(fraction / 1000, 3, "Z", &sink)
    } else {
      put(fraction, 6, "Z", &sink)
    }
  }

  private static func put(
    _ value: Int64,
    _ width: Int,
    _ separator: Unicode.Scalar,
    _ sink: inout ByteSink
  ) {
    ScalarWriter.digits(value.magnitude, width: width, &sink)
    sink.append(UInt8(ascii: separator))
  }

  private static func number(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ count: Int
  ) -> Int64? {
    guard start + count <= text.count else { return nil }
    var value: Int64 = 0
    for index in start..<start + count {
      guard let digit = ScalarReader.digitValue(text[index]) else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  private static func readFraction(
    _ text: UnsafeRawBufferPointer,
    _ position: inout Int
  ) -> Int64? {
    guard text[position] == UInt8(ascii: ".") else { return 0 }
    position += 1
    var value: Int64 = 0
    var digits = 0
    while position < text.count, let digit = ScalarReader.digitValue(text[position]) {
      if digits < 6 { value = value * 10 + digit }
      digits += 1
      position += 1
    }
    guard (1...9).contains(digits) else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  private static func readOffset(
    _ text: UnsafeRawBufferPointer,
    _ position: inout Int
  ) -> Int64? {
    guard position < text.count else { return nil }
    let mark = text[position]
    position += 1
    if mark | 0x20 == UInt8(ascii: "z") { return 0 }
    guard mark == UInt8(ascii: "+") || mark == UInt8(ascii: "-"),
      let hours = number(text, position, 2), hours < 24,
      position + 2 < text.count, text[position + 2] == UInt8(ascii: ":"),
      let minutes = number(text, position + 3, 2), minutes < 60
    else { return nil }
    position += 5
    let offset = hours * 60 + minutes
    return mark == UInt8(ascii: "-") ? -offset : offset
  }
}

/// Text of durations: `1h30m`, and the words of SQL intervals.
enum DurationReader {
  /// Reads `1h30m`, `250ms`, `-5m`, `10 minutes`, `1 hour 30 minutes`; nil if it is none.
  ///
  /// Each unit stands behind a whole number. Months and years have no fixed length and are refused.
  static func read(_ text: UnsafeRawBufferPointer) -> Int64? {
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

/// Writes durations as `1h30m`.
enum DurationWriter {
  /// Units from days down, those that are not zero; nothing at all is `0s`.
  static func write(_ duration: Int64, _ sink: inout ByteSink) {
    guard duration != 0 else {
      sink.append("0s")
      return
    }
    if duration < 0 { sink.append(UInt8(ascii: "-")) }
    var rest = duration.magnitude
    for (name, length) in units {
      let unit = UInt64(length)
      guard rest >= unit else { continue }
      ScalarWriter.digits(rest / unit, width: 1, &sink)
      sink.append(name)
      rest %= unit
    }
  }

  private static let units: [(String, Int64)] = [
    ("d", Microseconds.day), ("h", Microseconds.hour), ("m", Microseconds.minute),
    ("s", Microseconds.second), ("ms", Microseconds.millisecond), ("us", 1),
  ]
}
