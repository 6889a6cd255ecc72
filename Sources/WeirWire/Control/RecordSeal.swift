/// The form in which records lie in the state folder: JSON that carries its own checksum.
///
///     {"checksum":"1a2b3c4d","content":CONTENT}
///
/// The checksum is the CRC-32C of the bytes of CONTENT, in hexadecimal. A file may end in a line end.
enum RecordSeal {
  private static let before = Array("{\"checksum\":\"".utf8)
  private static let between = Array("\",\"content\":".utf8)
  private static let digits = 8

  /// Puts the content into its form; O(bytes).
  static func seal(_ content: [UInt8]) -> [UInt8] {
    let sum = content.withUnsafeBytes { FrameLayout.plainChecksum($0) }
    return before + Array(hexadecimal(sum).utf8) + between + content + Array("}\n".utf8)
  }

  /// The content; nil if the bytes are not in that form, or damaged.
  ///
  /// O(bytes).
  static func open(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    let start = before.count + digits + between.count
    var end = bytes.count
    while end > 0, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    guard end > start, bytes[end - 1] == UInt8(ascii: "}"),
      bytes.prefix(before.count).elementsEqual(before),
      bytes[before.count + digits..<start].elementsEqual(between)
    else { return nil }
    let content = UnsafeRawBufferPointer(rebasing: bytes[start..<end - 1])
    let sum = hexadecimal(FrameLayout.plainChecksum(content))
    guard bytes[before.count..<before.count + digits].elementsEqual(sum.utf8) else { return nil }
    return content
  }

  private static func hexadecimal(_ number: UInt32) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }
}
