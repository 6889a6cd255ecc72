/// How long the values of a step have been of late: a guess that is checked.
///
/// A scanner that looks for the end of a value knows only then where the next one begins, and
/// waits. If it checks a guess instead, the processor reads the next value meanwhile. Most texts
/// and times are as long as those before.
struct UsualLength {
  /// The longest value that is guessed at: two quotes, or what ends a number, are looked at too.
  static let longest = 14

  // All ones in the bytes of a value that must be stops, as `holds…` says, and in all that are
  // looked at. At first a byte that is no mask, so that no value is as long as guessed.
  private var stops = SIMD2<UInt64>(1, 0)
  private var within = SIMD2<UInt64>(0xff, 0)
  /// The length without quotes, in bytes.
  private(set) var count = 0

  /// Guesses that texts have so many bytes.
  mutating func learn(text length: Int) {
    guard length <= Self.longest else { return }
    look(at: length + 2)
    stops[0] |= 0xff
    count = length
  }

  /// Guesses that numbers have so many digits.
  mutating func learn(digits length: Int) {
    guard length <= Self.longest else { return }
    look(at: length + 1)
    count = length
  }

  /// Looks at so many bytes, the last of them a stop.
  private mutating func look(at bytes: Int) {
    within = SIMD2()
    stops = SIMD2()
    for place in 0..<bytes { within[place / 8] |= 0xff << UInt64(place % 8 * 8) }
    stops[(bytes - 1) / 8] = 0xff << UInt64((bytes - 1) % 8 * 8)
  }

  /// Whether a plain text in ASCII of this length, with its quotes, begins here.
  ///
  /// False also of others that are texts. 16 bytes are read.
  @inline(__always)
  func holds(textAt at: UnsafeRawPointer) -> Bool {
    // Vectors of a type written out on both sides, and words from there on: with the type inferred
    // or a number on one side the generic operator is taken, byte by byte, 30 times slower.
    let bytes = at.loadUnaligned(as: SIMD16<Int8>.self)
    let quotes = bytes .== SIMD16<Int8>(repeating: 0x22)
    // Control bytes, and as signed numbers those above 0x7f.
    let controls = bytes .< SIMD16<Int8>(repeating: 0x20)
    let escapes = bytes .== SIMD16<Int8>(repeating: 0x5c)
    return isNone(
      (unsafeBitCast(quotes, to: SIMD2<UInt64>.self) ^ stops)
        | unsafeBitCast(controls, to: SIMD2<UInt64>.self)
        | unsafeBitCast(escapes, to: SIMD2<UInt64>.self)
    )
  }

  /// Whether so many digits, and no more, begin here; 16 bytes are read.
  @inline(__always)
  func holds(digitsAt at: UnsafeRawPointer) -> Bool {
    // The ten digits become the ten least signed numbers, the rest is above them.
    let bytes = at.loadUnaligned(as: SIMD16<UInt8>.self) &- SIMD16<UInt8>(repeating: 0xb0)
    let others = unsafeBitCast(bytes, to: SIMD16<Int8>.self) .> SIMD16<Int8>(repeating: -119)
    return isNone(unsafeBitCast(others, to: SIMD2<UInt64>.self) ^ stops)
  }

  @inline(__always)
  private func isNone(_ differences: SIMD2<UInt64>) -> Bool {
    let seen = differences & within
    return seen[0] | seen[1] == 0
  }
}
