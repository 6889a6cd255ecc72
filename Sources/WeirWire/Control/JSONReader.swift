/// Reads one JSON text (RFC 8259), strictly, and never deeper than `WireLimits.controlDepth`.
///
/// For messages, not for rows: it makes a value of everything.
struct JSONReader {
  /// Why a text was refused.
  struct Fault: Error {
    /// The byte at which it was.
    let offset: Int
    let expected: String
  }

  private let bytes: UnsafeRawBufferPointer
  private var offset = 0

  /// Reads the whole text; O(bytes).
  static func value(_ bytes: UnsafeRawBufferPointer) throws(Fault) -> JSONValue {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpaces()
    guard reader.offset == bytes.count else { throw reader.fault("the end") }
    return value
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private func fault(_ expected: String) -> Fault { Fault(offset: offset, expected: expected) }

  /// The byte that comes next, nil at the end.
  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpaces() {
    while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { offset += 1 }
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  private mutating func value(depth: Int) throws(Fault) -> JSONValue {
    guard depth <= WireLimits.controlDepth else { throw fault("less nesting") }
    skipSpaces()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try list(depth: depth)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
    guard bytes[offset...].starts(with: word.utf8) else { throw fault("a value") }
    offset += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(Fault) -> JSONValue {
    offset += 1
    var members: [JSONMember] = []
    skipSpaces()
    if take("}") { return .object(members) }
    while true {
      skipSpaces()
      guard next == UInt8(ascii: "\"") else { throw fault("a name") }
      let name = try text()
      skipSpaces()
      guard take(":") else { throw fault("':'") }
      members.append(JSONMember(name: name, value: try value(depth: depth + 1)))
      skipSpaces()
      if take("}") { return .object(members) }
      guard take(",") else { throw fault("',' or '}'") }
    }
  }

  private mutating func list(depth: Int) throws(Fault) -> JSONValue {
    offset += 1
    var values: [JSONValue] = []
    skipSpaces()
    if take("]") { return .list(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpaces()
      if take("]") { return .list(values) }
      guard take(",") else { throw fault("',' or ']'") }
    }
  }

  private mutating func number() throws(Fault) -> String {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(Fault) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw fault("a value") }
  }

  private mutating func text() throws(Fault) -> String {
    offset += 1
    var collected: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: collected, as: UTF8.self) else { throw fault("UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(&collected)
      case 0..<0x20: throw fault("an escape")
      default: collected.append(byte)
      }
    }
    throw fault("'\"'")
  }

  private mutating func escape(_ collected: inout [UInt8]) throws(Fault) {
    guard let byte = next else { throw fault("an escape") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(byte)
    case UInt8(ascii: "b"): collected.append(0x08)
    case UInt8(ascii: "f"): collected.append(0x0c)
    case UInt8(ascii: "n"): collected.append(0x0a)
    case UInt8(ascii: "r"): collected.append(0x0d)
    case UInt8(ascii: "t"): collected.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = try scalar() else { throw fault("a pair of surrogates") }
      collected += UTF8.encode(scalar).map { Array($0) } ?? []
    default: throw fault("an escape")
    }
  }

  /// The scalar behind `\u`, of two escapes if the first is a high surrogate.
  private mutating func scalar() throws(Fault) -> Unicode.Scalar? {
    let first = try unit()
    guard (0xd800..<0xdc00).contains(first) else { return Unicode.Scalar(first) }
    guard take("\\"), take("u") else { return nil }
    let second = try unit()
    guard (0xdc00..<0xe000).contains(second) else { return nil }
    return Unicode.Scalar(0x1_0000 + (first - 0xd800) << 10 + (second - 0xdc00))
  }

  private mutating func unit() throws(Fault) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits")
      }
      unit = unit << 4 + UInt32(digit)
      offset += 1
    }
    return unit
  }
}
