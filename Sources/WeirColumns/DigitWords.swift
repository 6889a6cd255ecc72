// The functions are leaves that other targets inline: a call costs as much as what they do. Sums and
// products wrap only where the number of digits, which callers check, is too large anyway.

/// Digits by words: eight ASCII digits in a word, the first in its lowest byte.
///
/// Reading is after Johnny Lee's and Daniel Lemire's `parse_eight_digits_unrolled`, writing is the
/// same backwards, after Paul Khuong's "How to print integers really fast".
@usableFromInline
package enum DigitWords {
  /// Eight times the digit zero.
  @inlinable package static var zeros: UInt64 {
    @inline(__always) get { 0x3030_3030_3030_3030 }
  }

  /// 10^8, the first number that has more than eight digits.
  @inlinable package static var bound: UInt64 {
    @inline(__always) get { 100_000_000 }
  }

  // MARK: Reading

  /// The high bits of those of eight bytes that are no digits.
  @inlinable
  @inline(__always)
  package static func stops(_ word: UInt64) -> UInt64 {
    let digits = word ^ zeros
    return (((digits & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676) | digits)
      & 0x8080_8080_8080_8080
  }

  /// How many of eight bytes, from the first on, are digits.
  @inlinable
  @inline(__always)
  package static func leadingDigits(_ word: UInt64) -> Int {
    let stops = stops(word)
    return stops == 0 ? 8 : stops.trailingZeroBitCount &>> 3
  }

  /// The first `count` bytes, 1 to 8, as eight digits: zeros come before them.
  @inlinable
  @inline(__always)
  package static func padded(_ word: UInt64, _ count: Int) -> UInt64 {
    let shift = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
    // For eight digits, which have all their bits, the zeros change nothing.
    return (word &<< shift) | (zeros &>> (64 &- shift))
  }

  /// The number that eight digits make.
  @inlinable
  @inline(__always)
  package static func number(_ word: UInt64) -> UInt64 {
    let digits = word &- zeros
    let pairs = (digits &* 10) &+ (digits &>> 8)
    let mask: UInt64 = 0x0000_00ff_0000_00ff
    return
      (((pairs & mask) &* 0x000f_4240_0000_0064)
      &+ (((pairs &>> 16) & mask) &* 0x0000_2710_0000_0001)) &>> 32
  }

  /// Appends the digits at `start` to `value` and returns how many there are.
  ///
  /// Stops after 24 digits: callers refuse more than 18 or 19 in all.
  @inlinable
  @inline(__always)
  package static func read(
    _ start: UnsafeRawPointer,
    _ value: inout UInt64,
    _ powers: UnsafePointer<UInt64>
  ) -> Int {
    var count = 0
    while true {
      let word = start.loadUnaligned(fromByteOffset: count, as: UInt64.self)
      let length = leadingDigits(word)
      if length == 8 {
        value = value &* 100_000_000 &+ number(word)
        count &+= 8
        if count > 16 { return count }
        continue
      }
      if length > 0 {
        value = value &* powers[length] &+ number(padded(word, length))
        count &+= length
      }
      return count
    }
  }

  // MARK: Writing

  /// The eight digits of a number below 10^8.
  @inlinable
  @inline(__always)
  package static func digits(_ number: UInt64) -> UInt64 {
    // Four digits in each half of the word, then two in each quarter, then one in each byte; the
    // factors are 2^20 / 100 and 2^10 / 10, rounded up: exact for numbers as small as these.
    let fours = number / 10_000
    let halves = fours | (number &- fours &* 10_000) &<< 32
    let hundreds = ((halves &* 10_486) &>> 20) & 0x0000_007f_0000_007f
    let quarters = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = ((quarters &* 103) &>> 10) & 0x000f_000f_000f_000f
    return (tens | (quarters &- tens &* 10) &<< 8) &+ zeros
  }

  /// How many of eight digits are zeros before the first other one; the last never counts.
  @inlinable
  @inline(__always)
  package static func leadingZeros(_ word: UInt64) -> Int {
    ((word &- zeros) | 1 &<< 56).trailingZeroBitCount &>> 3
  }

  // MARK: Powers of ten

  /// 10^0 to 10^19.
  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) package static let powers: UnsafePointer<UInt64> = {
    let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: 20)
    var power: UInt64 = 1
    for exponent in 0..<20 {
      memory[exponent] = power
      power = exponent < 19 ? power * 10 : power
    }
    return UnsafePointer(memory)
  }()

  /// 10^0 to 10^22, which doubles hold exactly.
  // As above.
  nonisolated(unsafe) package static let doublePowers: UnsafePointer<Double> = {
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    var power = 1.0
    for exponent in 0..<23 {
      memory[exponent] = power
      power *= 10
    }
    return UnsafePointer(memory)
  }()
}
