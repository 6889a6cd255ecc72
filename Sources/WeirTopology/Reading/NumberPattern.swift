/// Patterns with one number in them, such as `a%09d`: a `%d` with an optional width, `%%` for `%`.
enum NumberPattern {
  static func isPattern(_ text: String) -> Bool { parts(text) != nil }

  /// Whether every number put into the pattern gives digits only.
  static func isNumeric(_ text: String) -> Bool {
    guard let parts = parts(text) else { return false }
    return parts.isZeroPadded && parts.literals.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  private static func parts(_ text: String) -> (literals: String, isZeroPadded: Bool)? {
    var literals: [UInt8] = []
    var conversions = 0
    var isZeroPadded = true
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        if byte == 0 { return nil }
        literals.append(byte)
        continue
      }
      if rest.first == UInt8(ascii: "%") {
        rest.removeFirst()
        literals.append(byte)
        continue
      }
      let width = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      rest = rest.dropFirst(width.count)
      // A width of two digits keeps texts short.
      guard width.count <= 3, rest.popFirst() == UInt8(ascii: "d") else { return nil }
      let hasZero = width.first == UInt8(ascii: "0")
      guard width.count <= (hasZero ? 3 : 2) else { return nil }
      isZeroPadded = width.isEmpty || hasZero
      conversions += 1
    }
    return conversions == 1 ? (String(decoding: literals, as: UTF8.self), isZeroPadded) : nil
  }
}
