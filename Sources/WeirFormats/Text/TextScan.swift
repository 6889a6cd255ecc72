/// Texts of JSON by words of eight bytes, read up to 16 bytes past their end.
enum TextScan {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The high bits of those of eight bytes that end plain ASCII: `"`, `\`, control bytes, and
  /// bytes above 0x7f.
  ///
  /// Right up to the first one; behind it there may be one too many.
  @inline(__always)
  static func stops(_ word: UInt64) -> UInt64 {
    // `"` and control bytes by one trick: c ^ 2 < 0x21.
    (((word ^ 0x0202_0202_0202_0202) &- 0x2121_2121_2121_2121)
      | ((word ^ 0x5c5c_5c5c_5c5c_5c5c) &- 0x0101_0101_0101_0101) | word) & highBits
  }

  /// The length of a text up to its closing quote, from behind the opening one; -1 if it is not
  /// a plain, valid one.
  ///
  /// O(bytes).
  @inline(__always)
  static func length(_ text: UnsafeRawPointer) -> Int {
    var length = 0
    while true {
      // Two words and no branch between them: lengths on both sides of eight are common.
      let stops0 = stops(text.loadUnaligned(fromByteOffset: length, as: UInt64.self))
      let stops1 = stops(text.loadUnaligned(fromByteOffset: length &+ 8, as: UInt64.self))
      if stops0 | stops1 != 0 {
        let stop0 = stops0.trailingZeroBitCount
        let stop1 = stops1.trailingZeroBitCount &+ 64
        length &+= (stops0 != 0 ? stop0 : stop1) &>> 3
        break
      }
      length &+= 16
    }
    let stop = text.load(fromByteOffset: length, as: UInt8.self)
    if stop == 0x22 { return length }
    return stop < 0x80 ? -1 : wideLength(text, from: length)
  }

  /// The same of a text with bytes above 0x7f, the first of them at `first`.
  @inline(never)
  private static func wideLength(_ text: UnsafeRawPointer, from first: Int) -> Int {
    var length = first
    while true {
      let word = text.loadUnaligned(fromByteOffset: length, as: UInt64.self)
      // The stop before a byte above 0x7f is right; such a byte is none here.
      let narrow =
        (((word ^ 0x0202_0202_0202_0202) &- 0x2121_2121_2121_2121)
          | ((word ^ 0x5c5c_5c5c_5c5c_5c5c) &- 0x0101_0101_0101_0101))
        & ~word & highBits
      if narrow != 0 {
        length &+= narrow.trailingZeroBitCount &>> 3
        break
      }
      length &+= 8
    }
    guard text.load(fromByteOffset: length, as: UInt8.self) == 0x22,
      UTF8Check.isValid(text, length)
    else { return -1 }
    return length
  }
}
