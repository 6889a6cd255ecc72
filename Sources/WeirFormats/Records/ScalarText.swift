import WeirColumns

/// Texts and numbers as the words of columns: what JSON and CSV have in common.
enum ScalarText {
  /// The word of a number for a column of that type: the bits of a double for a float.
  ///
  /// `text` is the whole number; 24 bytes behind it can be read.
  static func word(
    number text: UnsafeRawBufferPointer,
    _ type: ColumnType,
    _ unit: TimeUnit,
    into word: inout Int64
  ) -> ValueFault? {
    guard let number = ScannedNumber(text), number.length == text.count else { return .malformed }
    switch type {
    case .int:
      let fault = number.scaled(by: 0, into: &word)
      return fault == .tooManyDigits ? .fraction : fault
    case .decimal(let scale):
      return number.scaled(by: scale, into: &word)
    case .float:
      guard let double = number.double(text) else { return .numberOutOfRange }
      word = Int64(bitPattern: double.bitPattern)
      return nil
    case .timestamp:
      let fault = number.floored(by: unit.exponent, into: &word)
      guard fault == nil, word >= TimestampText.least, word <= TimestampText.greatest else {
        return .timeOutOfRange
      }
      return nil
    case .duration:
      return number.floored(by: unit.exponent, into: &word)
    case .bool, .string, .bytes, .json, .list:
      return .wrongType(found: .number)
    }
  }

  /// The word of a text that is a timestamp or duration; 24 bytes behind it can be read.
  static func word(
    text: UnsafeRawBufferPointer,
    _ type: ColumnType,
    into word: inout Int64
  ) -> ValueFault? {
    switch type {
    case .timestamp:
      guard let start = text.baseAddress else { return .malformed }
      switch TimestampText.parse(start, text.count, into: &word) {
      case nil: return nil
      case .malformed: return .malformed
      case .missingOffset: return .missingOffset
      case .outOfRange: return .timeOutOfRange
      }
    case .duration:
      guard let value = DurationText.parse(text) else { return .malformed }
      word = value
      return nil
    case .bool, .int, .float, .decimal, .string, .bytes, .json, .list:
      return .wrongType(found: .text)
    }
  }
}
