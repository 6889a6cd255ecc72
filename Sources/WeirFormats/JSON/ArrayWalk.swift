/// Walks over the elements of a JSON array that the parser has checked.
struct ArrayWalk {
  // The array from `[` to `]`, owned by the caller.
  private let text: UnsafeRawBufferPointer
  private var at = 1

  init(_ text: UnsafeRawBufferPointer) {
    self.text = text
  }

  /// The next element, by bytes from the `[`; nil at the end.
  ///
  /// Objects and arrays come whole.
  mutating func next() -> ValueSlot? {
    skip { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0d) || $0 == UInt8(ascii: ",") }
    guard text[at] != UInt8(ascii: "]") else { return nil }
    let start = at
    let kind: ValueSlot.Kind
    switch text[at] {
    case UInt8(ascii: "\""):
      let isEscaped = passText()
      let content = isEscaped ? ValueSlot.Kind.escapedText : .text
      return ValueSlot(kind: content, start: start + 1, length: at - start - 2)
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      kind = text[at] == UInt8(ascii: "[") ? .array : .object
      passNested()
    case UInt8(ascii: "t"): kind = .yes
    case UInt8(ascii: "f"): kind = .no
    case UInt8(ascii: "n"): kind = .null
    default: kind = .number
    }
    skip { $0 > 0x20 && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "]") }
    return ValueSlot(kind: kind, start: start, length: at - start)
  }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    while condition(text[at]) { at += 1 }
  }

  /// Passes a text and says whether it has escapes.
  private mutating func passText() -> Bool {
    var isEscaped = false
    at += 1
    while text[at] != 0x22 {
      if text[at] == 0x5c {
        isEscaped = true
        at += 1
      }
      at += 1
    }
    at += 1
    return isEscaped
  }

  private mutating func passNested() {
    var depth = 0
    repeat {
      switch text[at] {
      case UInt8(ascii: "\""):
        _ = passText()
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      at += 1
    } while depth > 0
  }
}
