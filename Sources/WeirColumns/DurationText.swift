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

  /// The microseconds of a text; nil if it is no duration or does not fit 64 bits.
  package static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  /// The microseconds of a text; nil if it is no duration or does not fit 64 bits.
  ///
  /// A loop over bytes: numbers are too short for words of digits to pay.
  @inlinable
  @inline(__always)
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard var at = text.baseAddress, !text.isEmpty else { return nil }
    let end = at + text.count
    let isNegative = at.load(as: UInt8.self) == UInt8(ascii: "-")
    if isNegative { at += 1 }
    var sum: UInt64 = 0
    var rank = 0
    repeat {
      let start = at
      var number: UInt64 = 0
      while at < end {
        let digit = at.load(as: UInt8.self) &- 0x30
        guard digit < 10 else { break }
        number = number &* 10 &+ UInt64(digit)
        at += 1
      }
      guard at > start, at < end else { return nil }
      if at - start > 19 {
        guard let long = longNumber(start, at - start) else { return nil }
        number = long
      }
      let letter = at.load(as: UInt8.self)
      at += 1
      let hasSecond = at < end && at.load(as: UInt8.self) == UInt8(ascii: "s")
      let length: UInt64
      let unit: Int
      switch (letter, hasSecond) {
      case (UInt8(ascii: "d"), false): (unit, length) = (1, 86_400_000_000)
      case (UInt8(ascii: "h"), false): (unit, length) = (2, 3_600_000_000)
      case (UInt8(ascii: "m"), false): (unit, length) = (3, 60_000_000)
      case (UInt8(ascii: "s"), false): (unit, length) = (4, 1_000_000)
      case (UInt8(ascii: "m"), true): (unit, length) = (5, 1_000)
      case (UInt8(ascii: "u"), true): (unit, length) = (6, 1)
      default: return nil
      }
      if hasSecond { at += 1 }
      let (product, overflowed) = number.multipliedReportingOverflow(by: length)
      let (total, carried) = sum.addingReportingOverflow(product)
      guard unit > rank, !overflowed, !carried else { return nil }
      rank = unit
      sum = total
    } while at < end
    if isNegative {
      return sum <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- sum) : nil
    }
    return Int64(exactly: sum)
  }

  /// The number that so many digits make; nil if it does not fit.
  @usableFromInline
  @inline(never)
  static func longNumber(_ start: UnsafeRawPointer, _ count: Int) -> UInt64? {
    var number: UInt64 = 0
    for place in 0..<count {
      let digit = UInt64(start.load(fromByteOffset: place, as: UInt8.self) &- 0x30)
      let (shifted, overflowed) = number.multipliedReportingOverflow(by: 10)
      let (sum, carried) = shifted.addingReportingOverflow(digit)
      guard !overflowed, !carried else { return nil }
      number = sum
    }
    return number
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
