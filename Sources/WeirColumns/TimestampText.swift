/// Timestamps as RFC 3339 text, the form that Weir writes and, with any offset, reads.
///
///     2026-01-01T00:00:00Z    2026-01-01T00:00:00.250+02:00
///
/// An offset is required. Years are 0001 to 9999, seconds 00 to 59. Digits after the sixth of a
/// fraction are cut off, which is towards the past. `T` and `Z` may be small, and a space may stand
/// for the `T`, as RFC 3339 allows.
package enum TimestampText {
  /// 0001-01-01T00:00:00Z in microseconds.
  package static let least: Int64 = -62_135_596_800_000_000
  /// 9999-12-31T23:59:59.999999Z in microseconds.
  package static let greatest: Int64 = 253_402_300_799_999_999
  /// Bytes of the longest text that `write` makes.
  package static let maximumLength = 27

  /// Why a text is no timestamp.
  package enum Fault: Error, Hashable, Sendable {
    case malformed
    /// All is well but for the `Z` or `+hh:mm`.
    case missingOffset
    /// Outside the years 0001 to 9999.
    case outOfRange
  }

  /// The microseconds of a text.
  package static func parse(_ text: String) throws(Fault) -> Int64 {
    var copy = Array(text.utf8)
    let count = copy.count
    copy.append(contentsOf: repeatElement(0, count: columnSlack))
    let result = copy.withUnsafeBytes { bytes -> Result<Int64, Fault> in
      guard let start = bytes.baseAddress else { return .failure(.malformed) }
      var value: Int64 = 0
      if let fault = parse(start, count, into: &value) { return .failure(fault) }
      return .success(value)
    }
    return try result.get()
  }

  /// Reads `count` bytes, behind which at least 24 more can be read; nil when `value` is set.
  package static func parse(
    _ start: UnsafeRawPointer,
    _ count: Int,
    into value: inout Int64
  ) -> Fault? {
    guard count >= 19 else { return .malformed }
    // Words of `yyyy-mm-`, `ddThh:mm`, `:ss`: separators by comparison, digits by range, pairs of
    // digits by one multiplication. Sums of digits cannot carry from byte to byte.
    let date = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
    let time = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let tail = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    let letter = (time &>> 16) & 0xff
    guard date & 0xff00_00ff_0000_0000 == 0x2d00_002d_0000_0000,
      time & 0x0000_ff00_0000_0000 == 0x0000_3a00_0000_0000,
      tail & 0xff == 0x3a, letter | 0x20 == 0x74 || letter == 0x20,
      nonDigits(date) & 0x0080_8000_8080_8080 == 0,
      nonDigits(time) & 0x8080_0080_8000_8080 == 0,
      nonDigits(tail) & 0x0080_8000 == 0
    else { return .malformed }
    let datePairs = pairs(date)
    let timePairs = pairs(time)
    let year = byte(datePairs, 0) &* 100 &+ byte(datePairs, 2)
    let month = byte(datePairs, 5)
    let day = byte(timePairs, 0)
    let hour = byte(timePairs, 3)
    let minute = byte(timePairs, 6)
    let second = byte(pairs(tail), 1)
    guard year >= 1 else { return .outOfRange }
    guard month >= 1, month <= 12, day >= 1, hour <= 23, minute <= 59, second <= 59,
      day <= 28 || day <= CivilDate.days(inMonth: month, of: year)
    else { return .malformed }
    var microseconds = 0
    var offset = 0
    if count != 20 || byte(tail, 3) | 0x20 != 0x7a,
      let fault = parseTail(start, count, &microseconds, &offset)
    {
      return fault
    }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    let seconds = days &* 86_400 &+ hour &* 3_600 &+ minute &* 60 &+ second &- offset
    let result = Int64(seconds &* 1_000_000 &+ microseconds)
    guard result >= least, result <= greatest else { return .outOfRange }
    value = result
    return nil
  }

  /// Reads fraction and offset, from byte 19.
  private static func parseTail(
    _ start: UnsafeRawPointer,
    _ count: Int,
    _ microseconds: inout Int,
    _ offset: inout Int
  ) -> Fault? {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    var at = 19
    if at < count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      let first = at
      var unit = 100_000
      while at < count, bytes[at] >= 0x30, bytes[at] <= 0x39 {
        microseconds += Int(bytes[at] - 0x30) * unit
        unit /= 10
        at += 1
      }
      guard at > first else { return .malformed }
    }
    guard at < count else { return .missingOffset }
    if bytes[at] | 0x20 == UInt8(ascii: "z") { return at + 1 == count ? nil : .malformed }
    let isNegative = bytes[at] == UInt8(ascii: "-")
    guard isNegative || bytes[at] == UInt8(ascii: "+"), count == at + 6,
      bytes[at + 3] == UInt8(ascii: ":"),
      let hours = pair(bytes, at + 1), let minutes = pair(bytes, at + 4), hours <= 23,
      minutes <= 59
    else { return .malformed }
    offset = (hours * 60 + minutes) * (isNegative ? -60 : 60)
    return nil
  }

  private static func pair(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    let high = bytes[at] &- 0x30
    let low = bytes[at + 1] &- 0x30
    return high <= 9 && low <= 9 ? Int(high) * 10 + Int(low) : nil
  }

  /// The high bit of each byte that is no digit.
  @inline(__always)
  private static func nonDigits(_ word: UInt64) -> UInt64 {
    let digits = word ^ 0x3030_3030_3030_3030
    return ((digits & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676) | digits
  }

  /// In each byte the number that it and the next one make as digits.
  @inline(__always)
  private static func pairs(_ word: UInt64) -> UInt64 {
    let digits = word & 0x0f0f_0f0f_0f0f_0f0f
    return digits &* 10 &+ (digits &>> 8)
  }

  @inline(__always)
  private static func byte(_ word: UInt64, _ index: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &>> (index &* 8)) & 0xff)
  }
}

extension TimestampText {
  /// The text of a time; a fraction of 3 or 6 digits only if it needs one.
  package static func text(_ microseconds: Int64) -> String {
    withUnsafeTemporaryAllocation(byteCount: TimestampWriter.room, alignment: 16) { room in
      guard let start = room.baseAddress else { return "" }
      let count = write(microseconds, to: start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  /// Writes the text of a time, at most `maximumLength` bytes, and returns its length.
  ///
  /// The time lies within `least ... greatest`; `TimestampWriter.room` bytes may be written.
  package static func write(_ microseconds: Int64, to target: UnsafeMutableRawPointer) -> Int {
    var writer = TimestampWriter()
    return writer.write(microseconds, to: target)
  }
}
