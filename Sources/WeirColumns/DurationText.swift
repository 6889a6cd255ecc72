/// Durations as text, `1h30m`: whole numbers with units, the greatest first, each at most once.
///
/// Units are `d`, `h`, `m`, `s`, `ms` and `us`; a leading minus sign negates all of it. Zero is
/// `0s`.
@usableFromInline
package enum DurationText {
  /// Bytes of the longest text that `write` makes.
  package static let maximumLength = 40
  /// Bytes that may be written for a duration, whatever its length.
  package static let room = 48

  /// The microseconds of each unit, from days down.
  private static func length(ofUnit index: Int) -> UInt64 {
    switch index {
    case 0: 86_400_000_000
    case 1: 3_600_000_000
    case 2: 60_000_000
    case 3: 1_000_000
    case 4: 1_000
    default: 1
    }
  }

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
      let (product, overflowed) = number.multipliedReportingOverflow(by: length(ofUnit: unit))
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

  /// The unit, from `first` on, whose letters run from `start` to the next digit or the end.
  private static func unit(
    _ text: UnsafeRawBufferPointer,
    _ start: Int,
    _ first: Int
  ) -> (Int, Int)? {
    guard start < text.count else { return nil }
    let second = start + 1 < text.count && text[start + 1] >= 0x61 ? text[start + 1] : 0
    let index: Int
    switch (text[start], second) {
    case (UInt8(ascii: "d"), 0): index = 0
    case (UInt8(ascii: "h"), 0): index = 1
    case (UInt8(ascii: "m"), 0): index = 2
    case (UInt8(ascii: "s"), 0): index = 3
    case (UInt8(ascii: "m"), UInt8(ascii: "s")): index = 4
    case (UInt8(ascii: "u"), UInt8(ascii: "s")): index = 5
    default: return nil
    }
    let end = start + (second == 0 ? 1 : 2)
    guard index >= first, end == text.count || text[end] < 0x61 else { return nil }
    return (index, end)
  }

  /// The text of a duration, such as `1d2h`.
  package static func text(_ microseconds: Int64) -> String {
    withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { room in
      guard let start = room.baseAddress else { return "" }
      let count = write(microseconds, to: start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  /// Writes the text of a duration, at most `maximumLength` bytes, and returns its length.
  ///
  /// `room` bytes may be written.
  package static func write(_ microseconds: Int64, to target: UnsafeMutableRawPointer) -> Int {
    write(microseconds, numbers, to: target)
  }

  /// The same with `numbers`, which who writes many durations takes once.
  @inlinable
  @inline(__always)
  package static func write(
    _ microseconds: Int64,
    _ numbers: UnsafePointer<UInt64>,
    to target: UnsafeMutableRawPointer
  ) -> Int {
    guard microseconds != 0 else {
      target.storeBytes(of: UInt16(littleEndian: 0x7330), as: UInt16.self)
      return 2
    }
    target.storeBytes(of: UInt8(ascii: "-"), as: UInt8.self)
    var end = target + (microseconds < 0 ? 1 : 0)
    let all = microseconds.magnitude
    let seconds = all / 1_000_000
    let days = seconds / 86_400
    if days > 0 {
      end += DecimalText.write(whole: days, end)
      end.storeBytes(of: UInt8(ascii: "d"), as: UInt8.self)
      end += 1
    }
    let inDay = UInt32(truncatingIfNeeded: seconds &- days &* 86_400)
    let hours = inDay / 3_600
    let inHour = inDay &- hours &* 3_600
    let minutes = inHour / 60
    let fraction = UInt32(truncatingIfNeeded: all &- seconds &* 1_000_000)
    let milliseconds = fraction / 1_000
    end += part(numbers[Int(hours)], 0x68, 48, end)
    end += part(numbers[Int(minutes)], 0x6d, 48, end)
    end += part(numbers[Int(inHour &- minutes &* 60)], 0x73, 48, end)
    end += part(numbers[Int(milliseconds)], 0x736d, 56, end)
    end += part(numbers[Int(fraction &- milliseconds &* 1_000)], 0x7375, 56, end)
    return end - target
  }

  /// Writes an entry of `numbers` with the letters of its unit and returns their length; 0 for zero,
  /// whose letters the next part overwrites: cheaper than a branch that is missed.
  ///
  /// `length` is where the entry says its length with so many letters.
  @inlinable
  @inline(__always)
  static func part(
    _ number: UInt64,
    _ letters: UInt64,
    _ length: UInt64,
    _ to: UnsafeMutableRawPointer
  ) -> Int {
    let text = number | letters &<< (number &>> 40)
    to.storeBytes(of: text.littleEndian, as: UInt64.self)
    return Int(truncatingIfNeeded: (number &>> length) & 0xf)
  }

  /// The numbers 0 to 999, each a word:
  ///
  ///     bits  0 ..< 24   its digits without leading zeros, the first in the lowest byte
  ///     bits 40 ..< 48   how many bits they take
  ///     bits 48 ..< 56   bytes that it takes with one letter behind it; 0 for zero, which has no digits
  ///     bits 56 ..< 64   and with two letters
  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) package static let numbers: UnsafePointer<UInt64> = {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 1000)
    memory[0] = 0
    for number in 1..<1000 {
      let digits = Array(String(number).utf8)
      let count = UInt64(digits.count)
      var entry = count * 8 << 40 | (count + 1) << 48 | (count + 2) << 56
      for (place, digit) in digits.enumerated() { entry |= UInt64(digit) << UInt64(place * 8) }
      memory[number] = entry
    }
    return UnsafePointer(memory)
  }()
}
