/// The bounds of what records may be; each refuses a record with a reason.
package enum FormatLimits {
  /// Bytes of the longest record, its line end not counted.
  package static let maximumRecordBytes = 16 << 20
  /// How deep objects and arrays of a record may lie in one another.
  package static let maximumDepth = 128
  /// Bytes that must be readable behind a block: readers load whole words past its end.
  package static let blockSlack = 64
  /// Shapes of lines that a reader remembers at a time.
  static let rememberedShapes = 4
  /// Lines in a row that fit no remembered shape before one of them is replaced.
  static let missesToReplace = 16
  /// Rows after which steps of a shape that gave up guessing guess again, and guesses that must
  /// have failed for it: one in 32, an estimate of where guessing stops to pay.
  static let rowsToRetry = 16_384
  static let surprisesToGiveUp = 512
  /// Values of a line that is worth remembering.
  static let rememberedValues = 256

  /// Refuses a bound of the length of records that is none.
  static func check(recordBytes: Int) {
    precondition(
      recordBytes > 0 && recordBytes <= maximumRecordBytes,
      "records of \(recordBytes) bytes"
    )
  }
}
