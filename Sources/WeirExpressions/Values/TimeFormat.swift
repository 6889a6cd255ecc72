import WeirColumns

/// The format of `format_timestamp`: text with fields such as `%Y`, in UTC.
///
/// `%Y` year, `%m` month, `%d` day, `%H` hour, `%M` minute, `%S` second (two digits, the year four),
/// `%L` milliseconds (three), `%f` microseconds (six), `%j` day of the year (three), `%u` day of the
/// week (Monday is 1), `%V` week of ISO 8601, `%F` for `%Y-%m-%d`, `%T` for `%H:%M:%S`, `%s` seconds
/// since 1970-01-01, `%%` a percent sign.
package struct TimeFormat: Hashable, Sendable {
  enum Part: Hashable {
    case byte(UInt8)
    case field(TimeUnit, width: Int)
  }

  let parts: [Part]

  /// Reads a format; nil if a field is unknown.
  init?(_ text: [UInt8]) {
    var parts: [Part] = []
    var isField = false
    for byte in text {
      if isField {
        guard let field = Self.field(byte) else { return nil }
        parts += field
        isField = false
      } else if byte == UInt8(ascii: "%") {
        isField = true
      } else {
        parts.append(.byte(byte))
      }
    }
    guard !isField else { return nil }
    self.parts = parts
  }

  /// Whether it is `%s` and nothing else.
  var isEpoch: Bool { parts == [.field(.epoch, width: 1)] }

  /// The most bytes that may be written for a time in this format.
  var maximumLength: Int { parts.count * DecimalText.room }

  private static func field(_ letter: UInt8) -> [Part]? {
    switch Unicode.Scalar(letter) {
    case "Y": [.field(.year, width: 4)]
    case "m": [.field(.month, width: 2)]
    case "d": [.field(.day, width: 2)]
    case "H": [.field(.hour, width: 2)]
    case "M": [.field(.minute, width: 2)]
    case "S": [.field(.second, width: 2)]
    case "L": [.field(.millisecond, width: 3)]
    case "f": [.field(.microsecond, width: 6)]
    case "j": [.field(.dayOfYear, width: 3)]
    case "u": [.field(.weekday, width: 1)]
    case "V": [.field(.week, width: 2)]
    case "s": [.field(.epoch, width: 1)]
    case "F":
      [.field(.year, width: 4), .byte(0x2d), .field(.month, width: 2), .byte(0x2d)]
        + [.field(.day, width: 2)]
    case "T":
      [.field(.hour, width: 2), .byte(0x3a), .field(.minute, width: 2), .byte(0x3a)]
        + [.field(.second, width: 2)]
    case "%": [.byte(letter)]
    default: nil
    }
  }

  /// Writes a time, at most `maximumLength` bytes, and returns the length of its text.
  func write(_ time: Int64, _ to: UnsafeMutableRawPointer) -> Int {
    var end = to
    for part in parts {
      switch part {
      case .byte(let byte):
        end.storeBytes(of: byte, as: UInt8.self)
        end += 1
      case .field(let unit, let width):
        end += Self.write(unit.extract(time), width, end)
      }
    }
    return end - to
  }

  /// Writes a number with at least `width` digits, at most 6, and returns its length.
  private static func write(_ value: Int64, _ width: Int, _ to: UnsafeMutableRawPointer) -> Int {
    let count = DecimalText.write(value, to)
    guard value >= 0, count < width else { return count }
    let shift = UInt64(width - count) * 8
    let digits = UInt64(littleEndian: to.loadUnaligned(as: UInt64.self))
    let padded = digits << shift | DigitWords.zeros & ((1 << shift) - 1)
    to.storeBytes(of: padded.littleEndian, as: UInt64.self)
    return width
  }
}
