import Glibc
import WeirColumns

/// Where the next value of a field goes: the memory of its column, hoisted for one call.
struct Cell {
  // Owned by the batch, which outlives the call; refreshed when a column grows.
  var values: UnsafeMutableRawPointer
  var bytes: UnsafeMutablePointer<UInt8>
  var marks: UnsafeMutablePointer<UInt8>
  /// Bytes of the arena in use, and bytes that fit.
  var end = 0
  var limit = 0
  /// All ones for a column; zero for a field that nobody needs, whose words go to one spare place.
  var rowMask = 0
  /// The column of the batch; -1 for a field that nobody needs.
  var column = -1
  var layout: ColumnLayout
  var isMarked = false
  /// Marks were begun in this call, so they are kept only if a row of it is null.
  var isNewlyMarked = false

  @inline(__always)
  var words: UnsafeMutablePointer<Int64> { values.assumingMemoryBound(to: Int64.self) }
  @inline(__always)
  var doubles: UnsafeMutablePointer<Double> { values.assumingMemoryBound(to: Double.self) }
  @inline(__always)
  var flags: UnsafeMutablePointer<UInt8> { values.assumingMemoryBound(to: UInt8.self) }
  @inline(__always)
  var offsets: UnsafeMutablePointer<UInt32> { values.assumingMemoryBound(to: UInt32.self) }
}

/// The cells of all fields of a schema while a call of a reader fills a batch.
///
/// `open`, then values row by row, then `close`. A row that turns out to be none is undone.
final class RowCells {
  let count: Int
  // Freed in `deinit`; one cell per field, because an array would be checked at each value.
  let cells: UnsafeMutablePointer<Cell>
  // Takes the words of fields that nobody needs.
  private let spare: UnsafeMutableRawPointer
  private var batch: Batch?
  private var firstRow = 0
  private var rowLimit = 0

  init(_ schema: RecordSchema) {
    count = schema.fields.count
    cells = .allocate(capacity: max(count, 1))
    spare = .allocate(byteCount: 64, alignment: 8)
    var column = 0
    for (index, field) in schema.fields.enumerated() {
      var cell = Cell(
        values: spare,
        bytes: spare.assumingMemoryBound(to: UInt8.self),
        marks: spare.assumingMemoryBound(to: UInt8.self),
        layout: field.type.layout
      )
      if field.isNeeded {
        cell.rowMask = -1
        cell.column = column
        column += 1
      }
      (cells + index).initialize(to: cell)
    }
  }

  deinit {
    cells.deallocate()
    spare.deallocate()
  }

  /// Makes room for so many more rows and takes the memory of the columns.
  func open(_ batch: Batch, maximumRows: Int) {
    self.batch = batch
    firstRow = batch.count
    rowLimit = batch.count + maximumRows
    batch.reserve(rows: rowLimit)
    for index in 0..<count where cells[index].column >= 0 {
      let column = batch.columns[cells[index].column]
      precondition(
        column.layout == cells[index].layout,
        "column \(cells[index].column) of the batch is \(column.type)"
      )
      cells[index].values = column.values
      cells[index].bytes = column.bytes.assumingMemoryBound(to: UInt8.self)
      cells[index].marks = column.marks
      cells[index].limit = column.byteCapacity
      cells[index].end = column.byteCount(rows: firstRow)
      cells[index].isMarked = column.hasMarks
      cells[index].isNewlyMarked = false
      if column.hasMarks { memset(column.marks + firstRow, 0, maximumRows) }
    }
  }

  /// Ends the call: the batch has `rows` rows now.
  func close(rows: Int) {
    guard let batch else { preconditionFailure("cells are closed twice") }
    for index in 0..<count where cells[index].isNewlyMarked {
      // Rows that were undone may have begun the marks.
      var isAnyNull = false
      for row in firstRow..<rows where cells[index].marks[row] != 0 { isAnyNull = true }
      if !isAnyNull { batch.columns[cells[index].column].hasMarks = false }
    }
    batch.count = rows
    self.batch = nil
  }

  /// Takes back what was stored of a row.
  func undo(row: Int) {
    for index in 0..<count where cells[index].column >= 0 {
      if cells[index].layout == .variable { cells[index].end = Int(cells[index].offsets[row]) }
      if cells[index].isMarked { cells[index].marks[row] = 0 }
    }
  }

  /// Stores a null; nothing for a field that nobody needs.
  func setNull(_ index: Int, row: Int) {
    let cell = cells + index
    guard cell.pointee.column >= 0 else { return }
    if !cell.pointee.isMarked { beginMarks(cell, row) }
    cell.pointee.marks[row] = RowMark.null.rawValue
    switch cell.pointee.layout {
    case .byte: cell.pointee.flags[row] = 0
    case .word: cell.pointee.words[row] = 0
    case .variable: cell.pointee.offsets[row + 1] = UInt32(cell.pointee.end)
    }
  }

  /// Makes room for `count` more bytes in the arena of a field.
  @inline(never)
  func grow(_ index: Int, by count: Int) {
    guard let batch, cells[index].column >= 0 else {
      preconditionFailure("field \(index) has no arena to grow by \(count)")
    }
    let column = batch.columns[cells[index].column]
    column.reserve(bytes: cells[index].end + count, used: cells[index].end)
    cells[index].bytes = column.bytes.assumingMemoryBound(to: UInt8.self)
    cells[index].limit = column.byteCapacity
  }

  /// Makes room for `count` bytes and returns where they go.
  func room(_ index: Int, _ count: Int) -> UnsafeMutablePointer<UInt8> {
    if cells[index].end + count > cells[index].limit { grow(index, by: count) }
    return cells[index].bytes + cells[index].end
  }

  /// Ends the variable value of a row whose `count` bytes lie in the room.
  func endValue(_ index: Int, row: Int, _ count: Int) {
    cells[index].end += count
    cells[index].offsets[row + 1] = UInt32(cells[index].end)
  }

  @inline(never)
  private func beginMarks(_ cell: UnsafeMutablePointer<Cell>, _ row: Int) {
    guard let batch else { preconditionFailure("marks of closed cells") }
    batch.columns[cell.pointee.column].beginMarks(rows: row)
    memset(cell.pointee.marks + row, 0, rowLimit - row)
    cell.pointee.isMarked = true
    cell.pointee.isNewlyMarked = true
  }
}
