/// The escapes of JSON texts; they were checked by the parser.
enum EscapedText {
  /// The four hexadecimal digits of a `\u` escape; nil if there are fewer.
  static func unit(_ start: UnsafePointer<UInt8>, _ left: Int) -> UInt32? {
    guard left >= 4 else { return nil }
    var unit: UInt32 = 0
    for place in 0..<4 {
      let digit: UInt8
      switch start[place] {
      case 0x30...0x39: digit = start[place] - 0x30
      case 0x41...0x46: digit = start[place] - 0x41 + 10
      case 0x61...0x66: digit = start[place] - 0x61 + 10
      default: return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// Writes the text without its escapes, at most as many bytes, and returns how many.
  ///
  /// O(bytes).
  static func decode(
    _ text: UnsafeRawBufferPointer,
    to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard let start = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
    var at = 0
    var count = 0
    while at < text.count {
      guard start[at] == 0x5c else {
        target[count] = start[at]
        at += 1
        count += 1
        continue
      }
      if start[at + 1] == UInt8(ascii: "u") {
        count += decodeUnit(start, text.count, &at, target + count)
      } else {
        target[count] = plain(start[at + 1])
        at += 2
        count += 1
      }
    }
    return count
  }

  private static func plain(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0c
    case UInt8(ascii: "n"): 0x0a
    case UInt8(ascii: "r"): 0x0d
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  private static func decodeUnit(
    _ start: UnsafePointer<UInt8>,
    _ end: Int,
    _ at: inout Int,
    _ target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    guard var point = unit(start + at + 2, end - at - 2) else {
      preconditionFailure("an escape that was not checked, at \(at) of \(end)")
    }
    at += 6
    if point & 0xfc00 == 0xd800, let low = unit(start + at + 2, end - at - 2) {
      point = 0x10000 + (point & 0x3ff) << 10 + (low & 0x3ff)
      at += 6
    }
    guard let scalar = Unicode.Scalar(point) else {
      preconditionFailure("half of a surrogate pair that was not checked")
    }
    var count = 0
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      target[count] = byte
      count += 1
    }
    return count
  }
}
