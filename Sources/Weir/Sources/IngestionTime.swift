import WeirColumns
import WeirPOSIX

/// Event time of a source without one: when its rows were read.
enum IngestionTime {
  /// Fills the time column from a row on, if no column that was read holds the time.
  static func stamp(_ batch: Batch, from first: Int, readColumns: Int) {
    guard let index = batch.schema.eventTime, index >= readColumns, first < batch.count else {
      return
    }
    let column = batch.columns[index]
    column.reserve(rows: batch.count, used: first)
    let now = WallClock.now().microseconds
    for row in first..<batch.count { column.words[row] = now }
  }
}
