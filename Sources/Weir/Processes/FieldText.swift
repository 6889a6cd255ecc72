/// Whole numbers and texts in one line of text, for what a gateway gives to be kept for it.
///
/// ```text
///     1 482 17:/data/in/a.jsonl4:user
///     | |   |  +- bytes as counted in front of the colon; any characters
///     | |   +- texts
///     | +- numbers, each followed by a space
///     +- the version, a number like the others
/// ```
struct FieldText {
  private var rest: Substring.UTF8View

  /// Reads a text from its beginning.
  init(_ text: String) { rest = text[...].utf8 }

  /// What a text of these numbers and texts is.
  static func text(_ numbers: [UInt64], _ texts: [String]) -> String {
    var text = ""
    for number in numbers { text += "\(number) " }
    for part in texts { text += "\(part.utf8.count):\(part)" }
    return text
  }

  /// The number that comes next; nil if something else does.
  mutating func number() -> UInt64? { number(before: UInt8(ascii: " ")) }

  /// The text that comes next; nil if something else does, or less than the whole.
  mutating func text() -> String? {
    guard let count = number(before: UInt8(ascii: ":")), count <= UInt64(rest.count) else {
      return nil
    }
    let text = String(rest.prefix(Int(count)))
    rest = rest.dropFirst(Int(count))
    return text
  }

  /// True when nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  private mutating func number(before end: UInt8) -> UInt64? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard let number = UInt64(Substring(digits)), rest.dropFirst(digits.count).first == end else {
      return nil
    }
    rest = rest.dropFirst(digits.count + 1)
    return number
  }
}
