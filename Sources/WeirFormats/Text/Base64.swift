/// Base64 with the alphabet of RFC 4648, section 4, padded.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The value of each byte as a digit; 255 for none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  /// Decodes a text into at most 3/4 of its bytes; nil if it is malformed.
  ///
  /// The padding is required, and bits that it leaves over must be zero. O(bytes).
  static func decode(
    _ text: UnsafeRawBufferPointer,
    to target: UnsafeMutablePointer<UInt8>
  ) -> Int? {
    guard text.count % 4 == 0 else { return nil }
    let padding = text.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
    var bits: UInt32 = 0
    var held = 0
    var count = 0
    for byte in text.dropLast(padding) {
      let value = values[Int(byte)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        target[count] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
        count += 1
      }
    }
    return bits & ((1 << UInt32(held)) - 1) == 0 ? count : nil
  }

  /// Encodes bytes into 4/3 of their number, rounded up to whole groups, and returns the length.
  static func encode(
    _ bytes: UnsafeRawBufferPointer,
    to target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var count = 0
    var at = 0
    while at < bytes.count {
      let left = min(bytes.count - at, 3)
      var group: UInt32 = 0
      for place in 0..<3 { group = group << 8 | (place < left ? UInt32(bytes[at + place]) : 0) }
      for place in 0..<4 {
        let digit = Int(group >> UInt32(18 - place * 6) & 63)
        target[count + place] = place <= left ? alphabet[digit] : UInt8(ascii: "=")
      }
      count += 4
      at += 3
    }
    return count
  }
}
