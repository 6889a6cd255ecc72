/// Whether bytes are well-formed UTF-8 as Unicode table 3-7 has it: no overlong forms, no
/// surrogates, nothing above U+10FFFF.
enum UTF8Check {
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// Checks `count` bytes; O(count), eight at a time where they are ASCII.
  static func isValid(_ start: UnsafeRawPointer, _ count: Int) -> Bool {
    var at = 0
    while true {
      while at &+ 8 <= count,
        start.loadUnaligned(fromByteOffset: at, as: UInt64.self) & highBits == 0
      { at &+= 8 }
      guard at < count else { return true }
      let first = start.load(fromByteOffset: at, as: UInt8.self)
      if first < 0x80 {
        at &+= 1
        continue
      }
      let length = sequenceLength(start + at, first, count &- at)
      guard length > 0 else { return false }
      at &+= length
    }
  }

  /// The length of the sequence that begins with `first`; 0 if it is malformed or cut off.
  private static func sequenceLength(
    _ start: UnsafeRawPointer,
    _ first: UInt8,
    _ left: Int
  ) -> Int {
    let length: Int
    var least: UInt8 = 0x80
    var greatest: UInt8 = 0xbf
    switch first {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef:
      length = 3
      if first == 0xe0 { least = 0xa0 }
      if first == 0xed { greatest = 0x9f }
    case 0xf0...0xf4:
      length = 4
      if first == 0xf0 { least = 0x90 }
      if first == 0xf4 { greatest = 0x8f }
    default: return 0
    }
    guard length <= left else { return 0 }
    let second = start.load(fromByteOffset: 1, as: UInt8.self)
    guard second >= least, second <= greatest else { return 0 }
    for place in 2..<max(length, 2) {
      guard start.load(fromByteOffset: place, as: UInt8.self) & 0xc0 == 0x80 else { return 0 }
    }
    return length
  }
}
