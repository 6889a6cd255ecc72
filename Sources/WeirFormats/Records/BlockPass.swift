import Glibc

/// How far a call of a reader has come in its block.
struct BlockPass {
  // Into the block, which outlives the call.
  let start: UnsafeRawPointer
  var at: UnsafeRawPointer
  let end: UnsafeRawPointer
  /// The next row.
  var row: Int
  let rowLimit: Int

  /// Passes over what may stand before the first record; false if the block holds none of it whole.
  mutating func begin(_ place: inout ReaderPlace, isLast: Bool) -> Bool {
    passMark(&place, isLast: isLast) && passLongRecord(&place, isLast: isLast)
  }

  /// Passes over a byte order mark; false if the block is too short to tell.
  private mutating func passMark(_ place: inout ReaderPlace, isLast: Bool) -> Bool {
    guard place.isAtStart else { return true }
    let count = end - at
    guard count >= 3 || isLast else { return false }
    place.isAtStart = false
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    if count >= 3, memcmp(at, mark, 3) == 0 { at += 3 }
    return true
  }

  /// Passes over the rest of a record that is too long; false if it goes on behind the block.
  mutating func passLongRecord(_ place: inout ReaderPlace, isLast: Bool) -> Bool {
    guard place.isInsideLongRecord else { return true }
    guard let newline = memchr(at, 0x0a, end - at) else {
      at = end
      if isLast { place.isInsideLongRecord = false }
      return false
    }
    at = UnsafeRawPointer(newline) + 1
    place.isInsideLongRecord = false
    return true
  }

  /// Refuses a record that has no end within `limit` bytes, and passes over those.
  mutating func rejectLongRecord(
    _ place: inout ReaderPlace,
    _ rejected: inout RejectedRecords,
    limit: Int
  ) {
    rejected.records.append(
      RejectedRecord(
        offset: at - start,
        length: limit,
        reason: "the record is longer than \(limit) bytes"
      )
    )
    at += limit
    place.isInsideLongRecord = true
  }
}
