import WeirColumns

/// List cells as JSON arrays.
enum ListText {
  /// Appends the array in O(bytes).
  static func append(
    _ cell: UnsafeRawBufferPointer,
    of type: ElementType,
    to bytes: inout [UInt8]
  ) {
    bytes.append(UInt8(ascii: "["))
    var cursor = ListCellCursor(cell, of: type)
    var isFirst = true
    while let element = cursor.next() {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      append(element, type, &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func append(
    _ element: ListCellCursor.Element,
    _ type: ElementType,
    _ bytes: inout [UInt8]
  ) {
    switch element {
    case .null:
      bytes += Array("null".utf8)
    case .bool(let flag):
      bytes += Array((flag ? "true" : "false").utf8)
    case .float(let value):
      bytes += Array(value.description.utf8)
    case .text(let text):
      // The text is copied, because writing it loads words past its end.
      let copy = Array(text) + [UInt8](repeating: 0, count: 16)
      var room = [UInt8](repeating: 0, count: JSONText.maximumLength(text.count) + 16)
      let length = JSONText.write(copy, text.count, to: &room)
      bytes += room.prefix(length)
    case .word(let word):
      bytes += Array(self.text(word, type).utf8)
    }
  }

  private static func text(_ word: Int64, _ type: ElementType) -> String {
    switch type {
    case .timestamp: "\"" + TimestampText.text(word) + "\""
    case .duration: "\"" + DurationText.text(word) + "\""
    case .decimal(let scale): DecimalText.text(word, scale: scale)
    case .bool, .int, .float, .string: String(word)
    }
  }
}
