import WeirColumns

/// Which names the outermost object of a JSON line has, and in which order: what tells apart the rows
/// of inputs with unlike columns in one file.
enum KeyWalk {
  /// A hash of the names, as they are escaped; nil for what is no object.
  ///
  /// O(bytes).
  static func hash(_ line: UnsafeRawBufferPointer) -> UInt64? {
    guard line.first == UInt8(ascii: "{") else { return nil }
    var hash = KeyHash.defaultSeed
    var depth = 1
    var expectsKey = true
    var at = 1
    while at < line.count, depth > 0 {
      switch line[at] {
      case UInt8(ascii: "\""):
        guard let end = endOfString(line, at) else { return nil }
        if depth == 1, expectsKey {
          for byte in line[at...end] { hash = KeyHash.word(UInt64(byte), hash) }
          expectsKey = false
        }
        at = end
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ","): if depth == 1 { expectsKey = true }
      default: break
      }
      at += 1
    }
    return depth == 0 ? hash : nil
  }

  /// Where the string that begins at `start` has its closing quote.
  private static func endOfString(_ line: UnsafeRawBufferPointer, _ start: Int) -> Int? {
    var at = start + 1
    while at < line.count {
      switch line[at] {
      case UInt8(ascii: "\\"): at += 2
      case UInt8(ascii: "\""): return at
      default: at += 1
      }
    }
    return nil
  }
}
