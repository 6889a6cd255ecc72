import WeirColumns
import WeirCore
import WeirFormats

/// Rows as the bytes of records, some of a batch at a time: what a sink holds of text is bounded, and is
/// still in the cache when it is passed on.
final class RecordText {
  private let rows: SelectionBuffer
  private let buffer = TextBuffer()

  /// Makes the text of at most so many rows at a time.
  init(rowsAtATime: Int = 1024) { rows = SelectionBuffer(capacity: rowsAtATime) }

  /// Calls with the text of the rows of a batch, piece by piece, and the number of rows in each.
  ///
  /// The bytes are valid during the call.
  func write(
    _ batch: Batch,
    _ writer: any RecordWriter,
    _ take: (UnsafeRawBufferPointer, Int) throws(WeirError) -> Void
  ) throws(WeirError) {
    var start = 0
    while start < batch.count {
      let count = min(rows.capacity, batch.count - start)
      for place in 0..<count { rows.indices[place] = UInt16(truncatingIfNeeded: start + place) }
      buffer.removeAll()
      writer.write(batch, Selection(indices: rows.indices, count: count), into: buffer)
      try take(buffer.bytes, count)
      start += count
    }
  }
}
