/// Rows as columns: what channels carry and operators work on.
///
/// A batch belongs to one thread at a time. `stamps` is the hidden column of lateness: a row that
/// was behind the watermark of its partition when it was read carries that watermark, all others
/// `Batch.noStamp`; a batch without such rows has `hasStamps == false`.
package final class Batch {
  package let schema: Schema
  package let columns: [Column]
  /// Rows in the batch.
  package var count = 0
  /// Microseconds; only meaningful while `hasStamps` is true.
  package let stamps: Column
  package var hasStamps = false

  /// The stamp of a row that was not behind its partition's watermark.
  package static let noStamp = Int64.min

  /// Makes an empty batch with room for `capacity` rows and so many bytes a row in each arena.
  package init(_ schema: Schema, capacity: Int, bytesPerRow: Int = 16) {
    self.schema = schema
    columns = schema.fields.map {
      Column($0.type, capacity: capacity, byteCapacity: capacity * bytesPerRow)
    }
    stamps = Column(.timestamp, capacity: capacity)
  }

  /// A view: other columns, or an order of its own, over the rows of `source`.
  ///
  /// Shares the columns and the stamps; valid while the source is not changed.
  package init(viewing source: Batch, schema: Schema, columns: [Column]) {
    self.schema = schema
    self.columns = columns
    count = source.count
    stamps = source.stamps
    hasStamps = source.hasStamps
  }

  /// The column that holds the event time.
  package var times: Column {
    guard let index = schema.eventTime else {
      preconditionFailure("no event time in \(schema.fields)")
    }
    return columns[index]
  }

  /// Rows that fit without growing.
  package var capacity: Int { stamps.capacity }

  /// Bytes that the rows take in memory: the unit of credit.
  package var footprint: Int {
    var sum = hasStamps ? count * 8 : 0
    for column in columns { sum += column.footprint(rows: count) }
    return sum
  }

  /// Bytes that one row takes at most, alone in a batch of these columns.
  package func bytes(ofRow row: Int) -> Int {
    columns.reduce(hasStamps ? 8 : 0) { $0 + $1.bytes(ofRow: row) }
  }

  /// Makes room for `rows` rows in every column; O(rows) when it grows.
  package func reserve(rows: Int) {
    for column in columns { column.reserve(rows: rows, used: count) }
    stamps.reserve(rows: rows, used: count)
  }

  /// Empties the batch and keeps its memory.
  package func removeAll() {
    count = 0
    hasStamps = false
    for column in columns { column.removeAll() }
  }
}
