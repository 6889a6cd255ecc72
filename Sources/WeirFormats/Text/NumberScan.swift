// Digits by words: eight ASCII digits at a time, after Johnny Lee's and Daniel Lemire's
// `parse_eight_digits_unrolled`. Loads reach up to 8 bytes past the last digit. Sums wrap only
// where the number of digits, which callers check, is too large anyway.
enum NumberScan {
  /// 10^0 to 10^19.
  // Never freed; a global table of raw memory is read without the checks of an array.
  nonisolated(unsafe) static let powers: UnsafePointer<UInt64> = {
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
  nonisolated(unsafe) static let doublePowers: UnsafePointer<Double> = {
    let memory = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    var power = 1.0
    for exponent in 0..<23 {
      memory[exponent] = power
      power *= 10
    }
    return UnsafePointer(memory)
  }()

  /// The high bits of those of eight bytes that are no digits.
  @inline(__always)
  static func stops(_ word: UInt64) -> UInt64 {
    let digits = word ^ 0x3030_3030_3030_3030
    return (((digits & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676) | digits)
      & 0x8080_8080_8080_8080
  }

  /// How many of eight bytes, from the first on, are digits.
  @inline(__always)
  static func leadingDigits(_ word: UInt64) -> Int {
    let stops = stops(word)
    return stops == 0 ? 8 : stops.trailingZeroBitCount &>> 3
  }

  /// The number that the first `count` bytes make, 1 to 8 digits.
  @inline(__always)
  static func shortNumber(_ word: UInt64, _ count: Int) -> UInt64 {
    let shift = UInt64(truncatingIfNeeded: (8 &- count) &* 8)
    // Zeros come before them; for eight digits, which have all their bits, they change nothing.
    return eightDigits((word &<< shift) | (0x3030_3030_3030_3030 &>> (64 &- shift)))
  }

  /// The number that eight digits make.
  @inline(__always)
  static func eightDigits(_ word: UInt64) -> UInt64 {
    let digits = word &- 0x3030_3030_3030_3030
    let pairs = (digits &* 10) &+ (digits &>> 8)
    let mask: UInt64 = 0x0000_00ff_0000_00ff
    return
      (((pairs & mask) &* 0x000f_4240_0000_0064)
      &+ (((pairs &>> 16) & mask) &* 0x0000_2710_0000_0001)) &>> 32
  }

  /// Appends the digits at `start` to `value` and returns how many there are.
  ///
  /// Stops after 24 digits: callers refuse more than 18 or 19 in all.
  @inline(__always)
  static func digits(
    _ start: UnsafeRawPointer,
    _ value: inout UInt64,
    _ powers: UnsafePointer<UInt64>
  ) -> Int {
    var count = 0
    while true {
      let word = start.loadUnaligned(fromByteOffset: count, as: UInt64.self)
      let length = leadingDigits(word)
      if length == 8 {
        value = value &* 100_000_000 &+ eightDigits(word)
        count &+= 8
        if count > 16 { return count }
        continue
      }
      if length > 0 {
        value = value &* powers[length] &+ shortNumber(word, length)
        count &+= length
      }
      return count
    }
  }
}

extension NumberScan {
  /// The length of the number at the beginning of a text by the grammar of RFC 8259; nil if none.
  static func length(_ text: UnsafeRawBufferPointer) -> Int? {
    var at = 0
    if at < text.count, text[at] == UInt8(ascii: "-") { at += 1 }
    let wholeStart = at
    at = digitsEnd(text, at)
    guard at > wholeStart, text[wholeStart] != 0x30 || at == wholeStart + 1 else { return nil }
    if at < text.count, text[at] == UInt8(ascii: ".") {
      let start = at + 1
      at = digitsEnd(text, start)
      guard at > start else { return nil }
    }
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      var start = at + 1
      if start < text.count, text[start] == UInt8(ascii: "-") || text[start] == UInt8(ascii: "+") {
        start += 1
      }
      at = digitsEnd(text, start)
      guard at > start else { return nil }
    }
    return at
  }

  private static func digitsEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var at = start
    while at < text.count, text[at] &- 0x30 <= 9 { at &+= 1 }
    return at
  }
}
