/// Durations as text, `1h30m`: whole numbers with units, the greatest first, each at most once.
///
/// Units are `d`, `h`, `m`, `s`, `ms` and `us`; a leading minus sign negates all of it. Zero is
/// `0s`.
package enum DurationText {
  /// Bytes of the longest text that `write` makes.
  package static let maximumLength = 40

  private static let units: [(name: StaticString, microseconds: UInt64)] = [
    ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
    ("ms", 1_000), ("us", 1),
  ]

  /// The microseconds of a text; nil if it is no duration or does not fit 64 bits.
  package static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  /// The microseconds of a text; nil if it is no duration or does not fit 64 bits.
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    let isNegative = text.first == UInt8(ascii: "-")
    var at = isNegative ? 1 : 0
    var sum: UInt64 = 0
    var nextUnit = 0
    guard at < text.count else { return nil }
    while at < text.count {
      guard let (number, unitStart) = number(text, at),
        let (unit, end) = unit(text, unitStart, nextUnit)
      else { return nil }
      let (product, overflowed) = number.multipliedReportingOverflow(by: units[unit].microseconds)
      let (total, carried) = sum.addingReportingOverflow(product)
      guard !overflowed, !carried else { return nil }
      sum = total
      nextUnit = unit + 1
      at = end
    }
    if isNegative {
      return sum <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- sum) : nil
    }
    return Int64(exactly: sum)
  }

  private static func number(_ text: UnsafeRawBufferPointer, _ start: Int) -> (UInt64, Int)? {
    var at = start
    var value: UInt64 = 0
    while at < text.count, text[at] >= 0x30, text[at] <= 0x39 {
      let (shifted, overflowed) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = shifted.addingReportingOverflow(UInt64(text[at] - 0x30))
      guard !overflowed, !carried else { return nil }
      value = sum
      at += 1
    }
    return at > start ? (value, at) : nil
  }

  /// The unit whose letters run from `start` to the next digit or the end.
  private static func unit(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ first: Int
  ) -> (Int, Int)? {
    var end = start
    while end < text.count, text[end] >= 0x61 { end += 1 }
    let letters = text[start..<end]
    for index in first..<units.count
    where units[index].name.withUTF8Buffer({ letters.elementsEqual($0) }) {
      return (index, end)
    }
    return nil
  }

  /// The text of a duration, such as `1d2h`.
  package static func text(_ microseconds: Int64) -> String {
    withUnsafeTemporaryAllocation(byteCount: maximumLength, alignment: 8) { room in
      guard let start = room.baseAddress else { return "" }
      let count = write(microseconds, to: start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  /// Writes the text of a duration, at most `maximumLength` bytes, and returns its length.
  package static func write(_ microseconds: Int64, to target: UnsafeMutableRawPointer) -> Int {
    let to = target.assumingMemoryBound(to: UInt8.self)
    guard microseconds != 0 else {
      to[0] = UInt8(ascii: "0")
      to[1] = UInt8(ascii: "s")
      return 2
    }
    var count = 0
    if microseconds < 0 {
      to[0] = UInt8(ascii: "-")
      count = 1
    }
    var rest = microseconds.magnitude
    for (name, unit) in units where rest >= unit {
      count += DecimalText.write(whole: rest / unit, to + count)
      rest %= unit
      name.withUTF8Buffer { letters in
        for letter in letters {
          to[count] = letter
          count += 1
        }
      }
    }
    return count
  }
}
