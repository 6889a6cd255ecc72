/// The grammar of numbers.
enum NumberScan {
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
