import WeirColumns

/// The bytes of a batch: columns made small, one after the other.
///
/// Numbers are little-endian.
///
///     offset  bytes
///          0      2  columns
///          2      1  1: a section of stamps follows those of the columns; else 0
///          3      1  0
///          4         sections, in the order of the schema, with nothing between or behind them
///
/// A section, of a column of n rows:
///
///          0      1  type (`tag`)
///          1      1  type of the elements of a list, else 0
///          2      1  scale of a decimal or of a list of decimals, else 0
///          3      1  encoding of the marks
///          4      1  encoding of the values
///          5      1  width of the numbers that the encoding speaks of, else 0
///          6      2  0
///          8      4  bytes that the texts of a variable column take in memory, else 0
///         12         marks, then values
///
///     marks     absent      nothing: every row is a value
///               bitmap      ceil(n / 8) bytes; bit i % 8 of byte i / 8 set: row i is null
///               raw         n bytes (`RowMark`)
///     byte      constant    1 byte: every row
///               bitmap      ceil(n / 8) bytes
///     word      constant    8 bytes: every row
///               raw         n x 8 bytes
///               offset      8 bytes base, 8 bytes unit, n x width: base + unit * number
///               delta       8 bytes first, 8 bytes step, (n - 1) x width: the row before + step +
///                           number
///     variable  lengths     width 0: 4 bytes, the length of every row; 1, 2, 4: n x width; then
///                           the texts
///               constant    4 bytes length, then the text of every row
///               dictionary  2 bytes count, 1 to 256; count x 4 bytes lengths; the texts; n bytes
///                           indices
///
/// Sums and products of words wrap. A section of stamps is a word section of timestamps, in which
/// null means no stamp. Equal rows give equal bytes: what lies under a mark is not looked at.
enum BodyLayout {
  static let headLength = 4
  static let sectionHeadLength = 12
  /// The longest that a section gets beside what its column takes in memory.
  static let sectionOverhead = sectionHeadLength + 32

  /// The most bytes that the first `rows` rows of a batch of that footprint can be encoded to.
  static func bound(footprint: Int, columns: Int) -> Int {
    headLength + footprint + (columns + 1) * sectionOverhead
  }

  /// The least bytes that `rows` rows take in a column of that layout, with no text.
  static func valueBytes(_ layout: ColumnLayout, rows: Int) -> Int {
    switch layout {
    case .byte: rows
    case .word: rows * 8
    case .variable: (rows + 1) * 4
    }
  }

  /// Bytes of a bitmap of `rows` bits.
  static func bitmapBytes(rows: Int) -> Int { (rows + 7) / 8 }
}

// Raw values of all these are bytes on the wire and are never reused.

/// How the marks of a column are stored.
enum MarkEncoding: UInt8 {
  case absent = 0
  case bitmap = 1
  case raw = 2
}

/// How the values of a byte column are stored.
enum ByteEncoding: UInt8 {
  case constant = 0
  case bitmap = 1
}

/// How the values of a word column are stored.
enum WordEncoding: UInt8 {
  case constant = 0
  case raw = 1
  case offset = 2
  case delta = 3
}

/// How the values of a variable column are stored.
enum VariableEncoding: UInt8 {
  case lengths = 0
  case constant = 1
  case dictionary = 2
}

/// A column type as three bytes; types to come have numbers from 11 on.
struct TypeTag: Equatable {
  var type: UInt8
  var element: UInt8 = 0
  var scale: UInt8 = 0

  init(_ columnType: ColumnType) {
    switch columnType {
    case .bool: type = 1
    case .int: type = 2
    case .float: type = 3
    case .decimal(let digits):
      type = 4
      scale = UInt8(digits)
    case .string: type = 5
    case .timestamp: type = 6
    case .duration: type = 7
    case .bytes: type = 8
    case .json: type = 9
    case .list(let elements):
      let inner = TypeTag(elements.columnType)
      type = 10
      element = inner.type
      scale = inner.scale
    }
  }
}
