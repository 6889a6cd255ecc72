/// Where a value of a record lies.
struct CSVValue {
  /// Bytes from the beginning of the record, without quotes.
  var start = 0
  var length = 0
  var isQuoted = false
  /// Quotes inside are doubled.
  var hasDoubledQuotes = false
}

/// Splits one record of RFC 4180 into its values.
///
/// A value that begins with a quote ends at the next single one, line ends included; a record ends
/// at the first line end outside quotes, also if it is malformed.
struct CSVRecordScanner {
  enum Fault: String {
    case quoteInside = "a quote inside a value without quotes"
    case afterQuote = "text after the closing quote of a value"
    case unclosed = "a value whose quote is not closed"
  }

  // Owned by the reader; room for `capacity` values, more are counted only.
  private let values: UnsafeMutablePointer<CSVValue>
  private let capacity: Int
  private let delimiter: UInt8
  private let delimiters: UInt64
  /// Values of the record.
  private(set) var count = 0
  private(set) var fault: Fault?
  /// Bytes of the record without its line end.
  private(set) var length = 0
  /// A byte above 0x7f may be in the record.
  private(set) var isMaybeWide = false

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080

  init(_ values: UnsafeMutablePointer<CSVValue>, capacity: Int, delimiter: UInt8) {
    self.values = values
    self.capacity = capacity
    self.delimiter = delimiter
    delimiters = UInt64(delimiter) &* Self.ones
  }

  /// Splits the record at `start` and returns its bytes with the line end.
  ///
  /// Nil if it does not end within `available` bytes; if `isLast` it ends there.
  mutating func scan(_ start: UnsafeRawPointer, _ available: Int, isLast: Bool) -> Int? {
    count = 0
    fault = nil
    isMaybeWide = false
    var at = 0
    while true {
      var value = CSVValue(start: at)
      if at < available, start.load(fromByteOffset: at, as: UInt8.self) == 0x22 {
        guard passQuoted(start, available, &at, &value, isLast: isLast) else { return nil }
      }
      let end = stop(start, at, available)
      if value.isQuoted {
        let isReturn =
          end == at + 1 && start.load(fromByteOffset: at, as: UInt8.self) == 0x0d
          && (end == available || start.load(fromByteOffset: end, as: UInt8.self) == 0x0a)
        if end > at, !isReturn { fault = fault ?? .afterQuote }
      } else {
        value.length = end - at
      }
      at = end
      let isDelimited =
        at < available && start.load(fromByteOffset: at, as: UInt8.self) == delimiter
      guard !isDelimited else {
        append(value)
        at += 1
        continue
      }
      guard at < available || isLast else { return nil }
      length = at
      if !value.isQuoted, value.length > 0,
        start.load(fromByteOffset: at - 1, as: UInt8.self) == 0x0d
      {
        value.length -= 1
      }
      if at > 0, start.load(fromByteOffset: at - 1, as: UInt8.self) == 0x0d { length -= 1 }
      append(value)
      return at < available ? at + 1 : at
    }
  }

  @inline(__always)
  private mutating func append(_ value: CSVValue) {
    if count < capacity { values[count] = value }
    count &+= 1
  }

  /// The next delimiter or line feed, or the end; notes quotes on the way.
  @inline(__always)
  private mutating func stop(_ start: UnsafeRawPointer, _ first: Int, _ available: Int) -> Int {
    var at = first
    while true {
      while at < available {
        // The lowest of these marks is exact; those above it may be carries.
        let word = start.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        let stops =
          (Self.zeros(word ^ delimiters) | Self.zeros(word ^ 0x0a0a_0a0a_0a0a_0a0a)
            | Self.zeros(word ^ 0x2222_2222_2222_2222)) & Self.highBits
        if word & Self.highBits != 0 { isMaybeWide = true }
        if stops != 0 {
          at &+= stops.trailingZeroBitCount &>> 3
          break
        }
        at &+= 8
      }
      guard at < available else { return available }
      guard start.load(fromByteOffset: at, as: UInt8.self) == 0x22 else { return at }
      fault = fault ?? .quoteInside
      at &+= 1
    }
  }

  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }

  /// Passes a quoted value, so that `at` is behind its closing quote.
  ///
  /// False if the block ends in the value.
  private mutating func passQuoted(
    _ start: UnsafeRawPointer,
    _ available: Int,
    _ at: inout Int,
    _ value: inout CSVValue,
    isLast: Bool
  ) -> Bool {
    value.isQuoted = true
    value.start = at + 1
    at += 1
    while at < available {
      let byte = start.load(fromByteOffset: at, as: UInt8.self)
      if byte >= 0x80 { isMaybeWide = true }
      guard byte == 0x22 else {
        at &+= 1
        continue
      }
      // Whether it closes the value is known only with the byte behind it.
      guard at + 1 < available || isLast else { return false }
      if at + 1 < available, start.load(fromByteOffset: at + 1, as: UInt8.self) == 0x22 {
        value.hasDoubledQuotes = true
        at += 2
        continue
      }
      value.length = at - value.start
      at += 1
      return true
    }
    guard isLast else { return false }
    value.length = at - value.start
    fault = .unclosed
    return true
  }
}
