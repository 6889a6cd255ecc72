/// Cuts the text of an expression into tokens; faults are collected and reading goes on.
struct Lexer {
  /// The longest text of one expression, in bytes.
  package static let maximumLength = 65_536

  private let bytes: [UInt8]
  private var position = 0
  private(set) var faults: [ExpressionFault] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// Too long to be read at all: that is the only fault then.
  var isTooLong: Bool { bytes.count > Self.maximumLength }

  /// All tokens, the last of which is `end`.
  ///
  /// O(length).
  mutating func tokens() -> [Token] {
    guard !isTooLong else {
      faults.append(
        ExpressionFault(
          .tooLarge,
          0..<bytes.count,
          "the expression has \(bytes.count) bytes",
          expected: "at most \(Self.maximumLength)"
        )
      )
      return [Token(kind: .end, range: bytes.count..<bytes.count)]
    }
    var tokens: [Token] = []
    while true {
      skipSpaces()
      let start = position
      guard position < bytes.count else {
        tokens.append(Token(kind: .end, range: start..<start))
        return tokens
      }
      let kind = next()
      tokens.append(Token(kind: kind, range: start..<position))
    }
  }

  private mutating func next() -> Token.Kind {
    let byte = bytes[position]
    if Self.isLetter(byte) { return word() }
    if Self.isDigit(byte) { return number() }
    if byte == UInt8(ascii: "'") { return quotation(byte).map(Token.Kind.text) ?? .invalid }
    if byte == UInt8(ascii: "\"") { return quotation(byte).map(Token.Kind.quoted) ?? .invalid }
    return symbol()
  }

  private mutating func skipSpaces() {
    while position < bytes.count, bytes[position] == 0x20 || (9...13).contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func word() -> Token.Kind {
    let start = position
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) {
      position += 1
    }
    return .word(text(start..<position))
  }

  /// Text between quotes; a doubled quote stands for one.
  private mutating func quotation(_ quote: UInt8) -> String? {
    let start = position
    position += 1
    var content: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != quote {
        content.append(byte)
      } else if position < bytes.count, bytes[position] == quote {
        content.append(quote)
        position += 1
      } else {
        return String(decoding: content, as: UTF8.self)
      }
    }
    let mark = String(Unicode.Scalar(quote))
    fault(
      .unterminatedText,
      start,
      "the text that begins here has no end",
      expected: "a closing \(mark)"
    )
    return nil
  }

  private mutating func number() -> Token.Kind {
    let start = position
    skipDigits()
    var scale = 0
    if peek(0) == UInt8(ascii: "."), Self.isDigit(peek(1)) {
      position += 1
      let fraction = position
      skipDigits()
      scale = position - fraction
    }
    if let float = exponent(start) { return float }
    if Self.isLetter(peek(0)) { return duration(start, scale) }
    let digits = bytes[start..<position].filter(Self.isDigit)
    guard let value = UInt64(String(decoding: digits, as: UTF8.self)), value <= 1 << 63,
      scale <= 18
    else {
      fault(
        .invalidNumber,
        start,
        "the number '\(text(start..<position))' does not fit",
        expected: "at most 18 digits behind the point and a value of 64 bits",
        hint: "write it with an exponent to make it a float"
      )
      return .invalid
    }
    return scale > 0 ? .decimal(value, scale: scale) : .integer(value)
  }

  private mutating func exponent(_ start: Int) -> Token.Kind? {
    guard peek(0) | 0x20 == UInt8(ascii: "e") else { return nil }
    let isSigned = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+")
    guard Self.isDigit(peek(isSigned ? 2 : 1)) else { return nil }
    position += isSigned ? 2 : 1
    skipDigits()
    guard let value = Double(text(start..<position)), value.isFinite else {
      fault(.invalidNumber, start, "the number '\(text(start..<position))' does not fit a float")
      return .invalid
    }
    return .float(value)
  }

  private mutating func duration(_ start: Int, _ scale: Int) -> Token.Kind {
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) {
      position += 1
    }
    let written = bytes[start..<position]
    if scale == 0, let value = written.withUnsafeBytes({ DurationReader.read($0) }) {
      return .duration(value)
    }
    fault(
      .invalidNumber,
      start,
      "'\(text(start..<position))' is neither a number nor a duration",
      expected: "digits, or a duration such as 1h30m of the units us, ms, s, m, h, d"
    )
    return .invalid
  }

  private mutating func symbol() -> Token.Kind {
    let start = position
    let pair = text(start..<min(start + 2, bytes.count))
    if pair == "!=" {
      position += 2
      return .symbol(.unequal)
    }
    for length in [2, 1] {
      let written = text(start..<min(start + length, bytes.count))
      guard let symbol = Token.Symbol(rawValue: written) else { continue }
      position += written.utf8.count
      return .symbol(symbol)
    }
    position += 1
    // A character of several bytes is one fault.
    while position < bytes.count, bytes[position] & 0xc0 == 0x80 { position += 1 }
    let hints = ["==": "write = to compare", "&&": "write and", ";": "write one expression"]
    fault(
      .unexpectedCharacter,
      start,
      "'\(text(start..<position))' has no meaning in an expression",
      hint: hints[pair] ?? hints[text(start..<position)]
    )
    return .invalid
  }

  private mutating func skipDigits() {
    while Self.isDigit(peek(0)) { position += 1 }
  }

  /// The byte so far ahead, 0 past the end.
  private func peek(_ ahead: Int) -> UInt8 {
    position + ahead < bytes.count ? bytes[position + ahead] : 0
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  private mutating func fault(
    _ code: FaultCode,
    _ start: Int,
    _ message: String,
    expected: String? = nil,
    hint: String? = nil
  ) {
    faults.append(
      ExpressionFault(code, start..<position, message, expected: expected, hint: hint)
    )
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
