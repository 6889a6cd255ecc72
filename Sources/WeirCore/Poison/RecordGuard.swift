/// Stands between the parser of a source and its records: notes them before they are parsed, one by
/// one if care is taken, and knows which ones have killed it.
///
/// Made for each read; of the thread of the node.
package struct RecordGuard {
  private let rowGuard: RowGuard
  private let stage: StageIndex
  /// Records that were read before this read.
  private let seen: UInt64
  private let kept: [QuarantinedRow]

  init(_ rowGuard: RowGuard, of stage: StageIndex, seen: UInt64) {
    self.rowGuard = rowGuard
    self.stage = stage
    self.seen = seen
    kept = rowGuard.records(of: stage)
  }

  /// True if records are to be parsed one by one.
  package var takesOne: Bool { rowGuard.care != .usual }

  /// True if a record that begins there may be one that is kept from the parser.
  package func mayKeep(at offset: UInt64) -> Bool { kept.contains { $0.place?.offset == offset } }

  /// Where the next record begins, after that byte, that may be one that is kept from the parser.
  package func nextKept(after offset: UInt64) -> UInt64? {
    kept.lazy.compactMap(\.place?.offset).first { $0 > offset }
  }

  /// Why a record is kept from the parser; nil if it is not.
  ///
  /// O(bytes). Up to 16 bytes past its end must be readable.
  package func reason(_ record: UnsafeRawBufferPointer, at offset: UInt64) -> String? {
    guard mayKeep(at: offset) else { return nil }
    let fingerprint = RowFingerprint.hash(record, at: offset)
    return kept.first { $0.fingerprint == fingerprint }?.reason
  }

  /// Notes that records are parsed, at most so many behind those of this read that are done; nothing
  /// else may be until `end`.
  package func begin(done: Int, most: Int) {
    rowGuard.begin(stage, .record, rows: most, position: seen + UInt64(done + most))
  }

  /// Notes that they are parsed: these.
  package func end(_ bytes: UnsafeRawBufferPointer) {
    if !bytes.isEmpty { rowGuard.recordTrap?(stage, bytes) }
    rowGuard.end()
  }

  /// Notes that one record is parsed.
  ///
  /// O(bytes). Up to 16 bytes past its end must be readable.
  package func begin(_ record: UnsafeRawBufferPointer, at place: RecordPlace, done: Int) {
    rowGuard.begin(
      stage,
      record: RowFingerprint.hash(record, at: place.offset),
      at: place,
      position: seen + UInt64(done) + 1
    )
    rowGuard.recordTrap?(stage, record)
  }

  /// Notes that the work is done.
  package func end() { rowGuard.end() }
}
