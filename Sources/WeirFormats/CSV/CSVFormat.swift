/// How the records of a CSV file are written.
package struct CSVFormat: Hashable, Sendable {
  /// The first record names the columns; without it they come in the order of the schema.
  package var hasHeader: Bool
  /// The byte between values.
  package var delimiter: UInt8
  /// The text, without quotes, that stands for null.
  package var nulls: String

  /// Whether a byte can stand between values: not one that numbers, times or quotes consist of.
  package static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\t"): true
    case UInt8(ascii: "\""), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
      false
    default: byte >= 0x20 && byte < 0x7f
    }
  }

  /// Makes a format; the delimiter is one by `isDelimiter`.
  package init(
    hasHeader: Bool = true,
    delimiter: UInt8 = UInt8(ascii: ","),
    nulls: String = ""
  ) {
    precondition(Self.isDelimiter(delimiter), "byte \(delimiter) as a delimiter")
    self.hasHeader = hasHeader
    self.delimiter = delimiter
    self.nulls = nulls
  }
}
