import WeirColumns

/// Which row it is, by what an operator sees of it: the same after every replay.
///
/// Rows that are equal in the columns that reach an operator are one and the same to it. The hidden
/// event time is left out, unless there is nothing else: where it is the time of reading it differs
/// from replay to replay, and the row is then never named twice.
package enum RowFingerprint {
  /// The fingerprints of the selected rows, by position; false if the rows have no column by which
  /// they could be told apart.
  ///
  /// O(rows x columns + bytes).
  static func hash(
    _ batch: Batch,
    _ rows: Selection,
    into fingerprints: UnsafeMutablePointer<UInt64>
  ) -> Bool {
    var columns: [Column] = []
    columns.reserveCapacity(batch.columns.count)
    for (column, field) in zip(batch.columns, batch.schema.fields)
    where field.name != Schema.hiddenTimeName {
      columns.append(column)
    }
    if columns.isEmpty { columns = batch.columns }
    guard !columns.isEmpty else { return false }
    KeyHash.hash(columns, rows, into: fingerprints)
    return true
  }

  /// The fingerprint of a record: the same bytes at the same place are the same record.
  ///
  /// O(bytes); up to 16 bytes past the end must be readable.
  static func hash(_ record: UnsafeRawBufferPointer, at offset: UInt64) -> UInt64 {
    guard let start = record.baseAddress else { return offset }
    return KeyHash.bytes(start, record.count, KeyHash.word(offset, KeyHash.defaultSeed))
  }

  /// The fingerprint for people: 16 hexadecimal digits.
  package static func text(_ fingerprint: UInt64) -> String {
    let digits = String(fingerprint, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
