import WeirColumns

/// Turns the bytes of a partition into rows: one kind of reader for each format.
///
/// A reader serves one partition at a time. What rows it makes depends only on the bytes and the
/// place, never on how the bytes were cut into blocks or what it read before.
package protocol RecordReader: AnyObject {
  var schema: RecordSchema { get }

  /// What a reader must know to go on from a byte offset; part of the position of a partition.
  var place: ReaderPlace { get set }

  /// Appends the records of a block to a batch and returns how many bytes of it are done with.
  ///
  /// Reads whole records only, at most until `maximumRows` rows are appended; a last record without
  /// a line end counts only if `isLast` says that nothing follows the block. Columns of the batch
  /// are the needed fields, in order; further columns are left alone. If nothing was consumed the
  /// block holds no whole record and must grow, at most to `maximumRecordBytes` + 2.
  /// `FormatLimits.blockSlack` bytes behind the block must be readable.
  func read(
    _ block: UnsafeRawBufferPointer,
    into batch: Batch,
    maximumRows: Int,
    rejected: inout RejectedRecords,
    isLast: Bool
  ) -> Int

  /// How many bytes the first record of a block has, with its line end; nil if it goes on behind it.
  ///
  /// Found without the parser, so that a record can be passed over of which the parser dies. O(bytes).
  func length(ofRecordIn block: UnsafeRawBufferPointer, isLast: Bool) -> Int?
}

/// Where in a partition a reader stands, beyond the byte offset.
package struct ReaderPlace: Hashable, Sendable, Codable {
  /// Nothing was consumed yet: a byte order mark may follow, and in CSV the header.
  package var isAtStart = true
  /// The rest of a record that is over the limit is being passed over.
  package var isInsideLongRecord = false
  /// The names of the header of a CSV file, once read.
  package var header: [String]?

  package init() {}

  /// The place before the first byte of a partition.
  package static var start: Self { Self() }
}

/// A record that is no row, and why.
package struct RejectedRecord: Hashable, Sendable {
  /// Bytes from the beginning of the block.
  package var offset: Int
  /// Bytes without the line end; a record over the limit counts as long as the limit.
  package var length: Int
  /// What is wrong, naming the field; never a value.
  package var reason: String

  package init(offset: Int, length: Int, reason: String) {
    self.offset = offset
    self.length = length
    self.reason = reason
  }
}

/// The rejected records of one call, in order.
package struct RejectedRecords: Hashable, Sendable {
  package var records: [RejectedRecord] = []

  package init() {}

  /// Empties the list and keeps its memory.
  package mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
  }
}
