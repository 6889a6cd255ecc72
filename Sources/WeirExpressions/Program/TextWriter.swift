import WeirColumns

/// Writes the rows of a variable column, one after the other.
struct TextWriter {
  private let column: Column
  // The column's own buffers, taken anew whenever they grow.
  private var arena: UnsafeMutablePointer<UInt8>
  private let offsets: UnsafeMutablePointer<UInt32>
  private var capacity: Int
  /// Bytes of all rows so far.
  private(set) var end = 0
  private var row = 0

  /// A writer from row 0 on into a column that has room for all rows and `bytes` bytes.
  init(_ column: Column, bytes: Int = 0) {
    column.reserve(bytes: bytes, used: 0)
    self.column = column
    arena = column.arena
    offsets = column.offsets
    capacity = column.byteCapacity
    offsets[0] = 0
  }

  /// Appends bytes of a column to the row; `columnSlack` bytes behind them may be read.
  @inline(__always)
  mutating func append(_ text: UnsafeRawBufferPointer) {
    reserve(text.count)
    copyText(text, to: arena + end)
    end &+= text.count
  }

  /// Appends bytes from anywhere to the row.
  mutating func append(copying bytes: [UInt8]) {
    reserve(bytes.count)
    bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      UnsafeMutableRawPointer(arena + end).copyMemory(from: start, byteCount: bytes.count)
    }
    end &+= bytes.count
  }

  /// Ends the row.
  @inline(__always)
  mutating func endRow() {
    row &+= 1
    offsets[row] = UInt32(truncatingIfNeeded: end)
  }

  /// Takes back what the row has so far.
  mutating func discardRow() { end = Int(offsets[row]) }

  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if end &+ count > capacity { grow(count) }
  }

  @inline(never)
  private mutating func grow(_ count: Int) {
    column.reserve(bytes: end + count, used: end)
    arena = column.arena
    capacity = column.byteCapacity
  }
}

/// Copies a text from one arena to another, 16 bytes a step: texts are mostly too short for a call.
///
/// Both sides have slack behind their end.
@inline(__always)
func copyText(_ text: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>) {
  guard let start = text.baseAddress else { return }
  let target = UnsafeMutableRawPointer(target)
  guard text.count <= 48 else {
    target.copyMemory(from: start, byteCount: text.count)
    return
  }
  var place = 0
  repeat {
    let bytes = start.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
    target.storeBytes(of: bytes, toByteOffset: place, as: SIMD16<UInt8>.self)
    place &+= 16
  } while place < text.count
}
