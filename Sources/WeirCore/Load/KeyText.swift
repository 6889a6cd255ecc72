import WeirColumns

/// A value of a key as people read it: at most `Limits.hotKeyTextBytes` of it.
enum KeyText {
  static func text(_ column: Column, at row: Int) -> String {
    guard column.mark(at: row) == .value else { return "null" }
    switch column.type {
    case .bool: return column.flags[row] != 0 ? "true" : "false"
    case .int: return String(column.words[row])
    case .float: return column.doubles[row].description
    case .decimal(let scale): return DecimalText.text(column.words[row], scale: scale)
    case .timestamp: return TimestampText.text(column.words[row])
    case .duration: return DurationText.text(column.words[row])
    case .string, .json: return shortened(column.rawBytes(at: row))
    case .bytes, .list: return hexadecimal(column.rawBytes(at: row))
    }
  }

  private static func shortened(_ bytes: UnsafeRawBufferPointer) -> String {
    guard bytes.count > Limits.hotKeyTextBytes else {
      return String(decoding: bytes, as: UTF8.self)
    }
    var end = Limits.hotKeyTextBytes
    // Not within a character: its further bytes are 10xxxxxx.
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    let most = Limits.hotKeyTextBytes / 2
    let digits = bytes.prefix(most).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "0x" + digits.joined() + (bytes.count > most ? "…" : "")
  }
}
