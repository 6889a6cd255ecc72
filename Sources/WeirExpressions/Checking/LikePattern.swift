/// The pattern of `like`: `%` stands for any text, `_` for one character (Unicode scalar).
package struct LikePattern: Hashable, Sendable {
  /// How a pattern can be matched.
  package enum Shape: Hashable, Sendable {
    /// `abc`
    case equal([UInt8])
    /// `abc%`
    case prefix([UInt8])
    /// `%abc`
    case suffix([UInt8])
    /// `%abc%`
    case contains([UInt8])
    /// Anything else: bytes, `anyCharacter` and `anyText`.
    case general([UInt16])
  }

  package let shape: Shape

  static let anyCharacter: UInt16 = 256
  static let anyText: UInt16 = 257

  /// Reads a pattern; nil if it ends with the escape character.
  init?(_ text: [UInt8], escape: UInt8?) {
    var elements: [UInt16] = []
    let isWhole = text.withUnsafeBytes { Self.read($0, escape: escape, into: &elements) }
    guard isWhole else { return nil }
    let texts = elements.indices.filter { elements[$0] == Self.anyText }
    let bytes = elements.filter { $0 < 256 }.map { UInt8($0) }
    guard !elements.contains(Self.anyCharacter) else {
      shape = .general(elements)
      return
    }
    switch texts {
    case []: shape = .equal(bytes)
    case [elements.count - 1]: shape = .prefix(bytes)
    case [0]: shape = .suffix(bytes)
    case [0, elements.count - 1]: shape = .contains(bytes)
    default: shape = .general(elements)
    }
  }

  /// Appends the elements of a pattern; several `%` in a row are one.
  ///
  /// False if it ends within an escape.
  static func read(
    _ text: UnsafeRawBufferPointer,
    escape: UInt8?,
    into elements: inout [UInt16]
  ) -> Bool {
    var isEscaped = false
    for byte in text {
      if isEscaped {
        elements.append(UInt16(byte))
        isEscaped = false
      } else if byte == escape {
        isEscaped = true
      } else if byte == UInt8(ascii: "%") {
        if elements.last != anyText { elements.append(anyText) }
      } else if byte == UInt8(ascii: "_") {
        elements.append(anyCharacter)
      } else {
        elements.append(UInt16(byte))
      }
    }
    return !isEscaped
  }

  /// Whether all of `text` matches; backtracks to the last `%` only, so O(text x pattern) at worst.
  static func matches(
    _ text: UnsafeRawBufferPointer,
    _ elements: UnsafeBufferPointer<UInt16>
  ) -> Bool {
    var position = 0
    var element = 0
    var retryElement = -1
    var retryPosition = 0
    while position < text.count {
      if element < elements.count, elements[element] == anyText {
        retryElement = element + 1
        retryPosition = position
        element += 1
      } else if element < elements.count, elements[element] == anyCharacter {
        position = endOfCharacter(text, position)
        element += 1
      } else if element < elements.count, elements[element] == UInt16(text[position]) {
        position += 1
        element += 1
      } else {
        guard retryElement >= 0 else { return false }
        retryPosition = endOfCharacter(text, retryPosition)
        position = retryPosition
        element = retryElement
      }
    }
    while element < elements.count, elements[element] == anyText { element += 1 }
    return element == elements.count
  }

  private static func endOfCharacter(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var end = start + 1
    while end < text.count, text[end] & 0xc0 == 0x80 { end += 1 }
    return end
  }
}
