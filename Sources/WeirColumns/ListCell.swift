/// The bytes of one value of a list column.
///
/// All numbers are little-endian. Equal lists have equal bytes, so a list can be a key.
///
///     count      UInt32, elements
///     element    count times
///       mark     UInt8, 0 a value, 1 null; a null ends here
///       value    bool: UInt8, 0 or 1
///                int, decimal, timestamp, duration: Int64
///                float: the 64 bits of the number
///                string: UInt32, bytes; then the bytes, UTF-8
package enum ListCell {
  /// Bytes in front of the elements.
  package static let headerBytes = 4

  /// The number of elements of a cell.
  package static func count(_ cell: UnsafeRawBufferPointer) -> Int {
    precondition(cell.count >= headerBytes, "a list cell of \(cell.count) bytes")
    return Int(UInt32(littleEndian: cell.loadUnaligned(as: UInt32.self)))
  }
}

/// Puts one list cell together, element by element.
package struct ListCellBuilder {
  /// The cell so far, complete after each element.
  package private(set) var bytes: [UInt8] = [0, 0, 0, 0]
  /// Elements so far.
  package private(set) var count: UInt32 = 0

  package init() {}

  /// Starts again with an empty list, keeping the memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: [0, 0, 0, 0])
    count = 0
  }

  package mutating func appendNull() {
    bytes.append(1)
    countUp()
  }

  package mutating func append(bool: Bool) {
    bytes.append(0)
    bytes.append(bool ? 1 : 0)
    countUp()
  }

  /// Appends an int, decimal, timestamp or duration, or the bits of a float.
  package mutating func append(word: Int64) {
    bytes.append(0)
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    countUp()
  }

  package mutating func append(double: Double) {
    append(word: Int64(bitPattern: double.bitPattern))
  }

  package mutating func append(text: UnsafeRawBufferPointer) {
    precondition(text.count <= Int(UInt32.max), "an element of \(text.count) bytes")
    bytes.append(0)
    withUnsafeBytes(of: UInt32(text.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text)
    countUp()
  }

  private mutating func countUp() {
    count += 1
    withUnsafeBytes(of: count.littleEndian) { number in
      for (index, byte) in number.enumerated() { bytes[index] = byte }
    }
  }
}

/// Walks over the elements of one list cell.
package struct ListCellCursor {
  /// An element; text is valid as long as the cell.
  package enum Element {
    case null
    case bool(Bool)
    /// An int, decimal, timestamp or duration.
    case word(Int64)
    case float(Double)
    case text(UnsafeRawBufferPointer)
  }

  // Owned by the column that the cell lies in.
  private let cell: UnsafeRawBufferPointer
  private let type: ElementType
  private var at = ListCell.headerBytes
  private var left: Int

  /// Starts before the first element of a cell, which must stay alive and unchanged.
  package init(_ cell: UnsafeRawBufferPointer, of type: ElementType) {
    self.cell = cell
    self.type = type
    left = ListCell.count(cell)
  }

  /// The next element; nil at the end.
  package mutating func next() -> Element? {
    guard left > 0 else { return nil }
    left -= 1
    let mark: UInt8 = load()
    guard mark == 0 else { return .null }
    switch type {
    case .bool:
      let flag: UInt8 = load()
      return .bool(flag != 0)
    case .int, .decimal, .timestamp, .duration:
      return .word(Int64(littleEndian: load()))
    case .float:
      return .float(Double(bitPattern: UInt64(littleEndian: load())))
    case .string:
      let count = Int(UInt32(littleEndian: load()))
      let start = at
      at += count
      return .text(UnsafeRawBufferPointer(rebasing: cell[start..<at]))
    }
  }

  private mutating func load<Value: BitwiseCopyable>() -> Value {
    let value = cell.loadUnaligned(fromByteOffset: at, as: Value.self)
    at += MemoryLayout<Value>.size
    return value
  }
}
