import Glibc

/// The values of one column of a batch, in raw memory that kernels work on directly.
///
/// Layouts (see `ColumnLayout`), for a column of n rows:
///
///     byte       values: n x UInt8
///     word       values: n x Int64 | Double
///     variable   values: (n + 1) x UInt32, offsets into bytes; offsets[0] is always 0
///     marks      n x UInt8 (`RowMark`); meaningful only while hasMarks is true
///
/// A row whose mark is not `value` holds an unspecified value, and no bytes if it is variable.
/// Whoever fills a column sets `hasMarks` truthfully; the number of rows belongs to the batch.
package final class Column {
  package let type: ColumnType
  package let layout: ColumnLayout
  /// Rows that fit.
  package private(set) var capacity: Int
  /// Bytes that fit into the arena of a variable column.
  package private(set) var byteCapacity: Int
  /// False: every row is a value and `marks` is not looked at.
  package var hasMarks = false

  // Raw pointers, because kernels hoist them once per batch: arrays behind class properties are
  // checked and retained at each access (69 against 245 million rows a second). Owned by this
  // object, freed in `deinit`, never handed out beyond the life of a step.
  package private(set) var values: UnsafeMutableRawPointer
  package private(set) var bytes: UnsafeMutableRawPointer
  package private(set) var marks: UnsafeMutablePointer<UInt8>

  /// Makes an empty column with room for so many rows and, if it is variable, so many bytes.
  package init(_ type: ColumnType, capacity: Int, byteCapacity: Int = 0) {
    self.type = type
    layout = type.layout
    self.capacity = capacity
    self.byteCapacity = layout == .variable ? byteCapacity : 0
    values = allocateBytes(Self.valueBytes(layout, capacity))
    bytes = allocateBytes(self.byteCapacity)
    marks = allocateBytes(capacity).assumingMemoryBound(to: UInt8.self)
    if layout == .variable { values.storeBytes(of: 0, as: UInt32.self) }
  }

  deinit {
    values.deallocate()
    bytes.deallocate()
    marks.deallocate()
  }

  private static func valueBytes(_ layout: ColumnLayout, _ rows: Int) -> Int {
    switch layout {
    case .byte: rows
    case .word: rows * 8
    case .variable: (rows + 1) * 4
    }
  }

  // MARK: The memory, as the layout has it

  /// Values of a byte column.
  package var flags: UnsafeMutablePointer<UInt8> { values.assumingMemoryBound(to: UInt8.self) }
  /// Values of a word column of whole numbers: int, decimal, timestamp, duration.
  package var words: UnsafeMutablePointer<Int64> { values.assumingMemoryBound(to: Int64.self) }
  /// Values of a float column.
  package var doubles: UnsafeMutablePointer<Double> { values.assumingMemoryBound(to: Double.self) }
  /// Offsets of a variable column; row i lies at offsets[i] ..< offsets[i + 1].
  package var offsets: UnsafeMutablePointer<UInt32> { values.assumingMemoryBound(to: UInt32.self) }
  /// The arena of a variable column.
  package var arena: UnsafeMutablePointer<UInt8> { bytes.assumingMemoryBound(to: UInt8.self) }

  /// Bytes of the arena that the first `rows` rows use.
  package func byteCount(rows: Int) -> Int {
    layout == .variable ? Int(offsets[rows]) : 0
  }

  /// Bytes that the first `rows` rows take in memory: what credit is counted in.
  package func footprint(rows: Int) -> Int {
    Self.valueBytes(layout, rows) + byteCount(rows: rows) + (hasMarks ? rows : 0)
  }

  /// Bytes that one row takes at most, alone in a column.
  package func bytes(ofRow row: Int) -> Int {
    let mark = hasMarks ? 1 : 0
    switch layout {
    case .byte: return 1 + mark
    case .word: return 8 + mark
    case .variable: return 8 + mark + Int(offsets[row + 1] - offsets[row])
    }
  }

  // MARK: Growth

  /// Makes room for `rows` rows, keeping the first `used`; pointers taken before are invalid.
  package func reserve(rows: Int, used: Int) {
    guard rows > capacity else { return }
    let grown = grownCapacity(capacity, toHold: rows)
    let newValues = allocateBytes(Self.valueBytes(layout, grown))
    memcpy(newValues, values, Self.valueBytes(layout, used))
    values.deallocate()
    values = newValues
    let newMarks = allocateBytes(grown).assumingMemoryBound(to: UInt8.self)
    memcpy(newMarks, marks, used)
    marks.deallocate()
    marks = newMarks
    capacity = grown
  }

  /// Makes room for `count` bytes in the arena, keeping the first `used`.
  package func reserve(bytes count: Int, used: Int) {
    guard count > byteCapacity else { return }
    precondition(count <= Int(UInt32.max), "arena of \(count) bytes exceeds 4 GiB")
    let grown = grownCapacity(byteCapacity, toHold: count)
    let larger = allocateBytes(grown)
    memcpy(larger, bytes, used)
    bytes.deallocate()
    bytes = larger
    byteCapacity = grown
  }

  /// Starts to keep marks: those of the first `rows` rows become `value`.
  ///
  /// No effect if marks are kept already.
  package func beginMarks(rows: Int) {
    guard !hasMarks else { return }
    memset(marks, 0, rows)
    hasMarks = true
  }

  /// Empties the column.
  package func removeAll() {
    hasMarks = false
    if layout == .variable { offsets[0] = 0 }
  }
}
