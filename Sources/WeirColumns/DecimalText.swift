/// Whole numbers and decimals as digits, two at a time.
package enum DecimalText {
  /// Bytes of the longest number: 20 digits, a sign, a point and a zero before it.
  package static let maximumLength = 23

  /// The digits of 00 to 99 as they lie in memory.
  private static let table: [UInt16] = (0..<100).map { number in
    UInt16(littleEndian: UInt16(0x3030 + number / 10 + (number % 10) << 8))
  }

  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) private static let pairs: UnsafePointer<UInt16> = {
    let memory = UnsafeMutablePointer<UInt16>.allocate(capacity: 100)
    memory.initialize(from: table, count: 100)
    return UnsafePointer(memory)
  }()

  /// Writes a number from 0 to 99 as two digits.
  @inline(__always)
  static func write(_ number: Int, _ to: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(to).storeBytes(of: pairs[number], as: UInt16.self)
  }

  /// Writes a number without leading zeros and returns how many digits it has.
  package static func write(whole number: UInt64, _ to: UnsafeMutablePointer<UInt8>) -> Int {
    let count = digitCount(number)
    write(number, digits: count, to)
    return count
  }

  /// Writes a signed number and returns its length.
  package static func write(_ number: Int64, _ to: UnsafeMutablePointer<UInt8>) -> Int {
    guard number < 0 else { return write(whole: UInt64(number), to) }
    to[0] = UInt8(ascii: "-")
    return write(whole: number.magnitude, to + 1) + 1
  }

  /// Writes `number` divided by 10^scale with all digits of its scale and returns its length.
  package static func write(
    _ number: Int64,
    scale: Int,
    _ to: UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard scale > 0 else { return write(number, to) }
    var start = 0
    if number < 0 {
      to[0] = UInt8(ascii: "-")
      start = 1
    }
    let magnitude = number.magnitude
    let count = max(digitCount(magnitude), scale + 1)
    // All digits are written one place to the right, then the whole part moves to the left.
    write(magnitude, digits: count, to + start + 1)
    for place in start..<(start + count - scale) { to[place] = to[place + 1] }
    to[start + count - scale] = UInt8(ascii: ".")
    return start + count + 1
  }

  /// Writes the last `count` digits of a number, with leading zeros.
  private static func write(
    _ number: UInt64,
    digits count: Int,
    _ to: UnsafeMutablePointer<UInt8>
  ) {
    var rest = number
    var place = count
    let pairs = pairs
    while place >= 2 {
      let quotient = rest / 100
      place &-= 2
      UnsafeMutableRawPointer(to + place).storeBytes(
        of: pairs[Int(truncatingIfNeeded: rest &- quotient &* 100)],
        as: UInt16.self
      )
      rest = quotient
    }
    if place == 1 { to[0] = UInt8(truncatingIfNeeded: 0x30 &+ rest % 10) }
  }

  private static func digitCount(_ number: UInt64) -> Int {
    var count = 1
    var bound: UInt64 = 10
    while number >= bound {
      count &+= 1
      if count == 20 { break }
      bound &*= 10
    }
    return count
  }
}

extension DecimalText {
  /// `number` divided by 10^scale as text with all digits of its scale, such as `0.05`.
  package static func text(_ number: Int64, scale: Int) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumLength + 1) { room in
      guard let start = room.baseAddress else { return "" }
      let count = write(number, scale: scale, start)
      return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }
}
