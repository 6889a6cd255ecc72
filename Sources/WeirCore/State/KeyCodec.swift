import Glibc
import WeirColumns

/// Turns key columns into cells of canonical bytes, which compare as the keys do, and back.
///
/// One column of text is its bytes; one column of another type is 8 bytes, big-endian and with the
/// sign turned, so that bytes compare as numbers; a null is the null cell. Several columns follow
/// each other, each with a tag:
///
///     0x02 text 0x00    text and bytes; a 0x00 inside becomes 0x00 0xFF; the last column of a
///                       key goes without escapes and without the 0x00
///     0x0C ... 0x1C     a number: 0x14 is zero, above it 1 to 8 big-endian bytes of a positive,
///                       below it 1 to 8 of a negative number less one, complemented
///     0x21 8 bytes      a float, big-endian, ordered bits
///     0x26, 0x27        false, true
///     0xFE              null: the last in order, and never equal to a value
final class KeyCodec {
  private enum Form {
    case none
    case text
    case word
    case composite
  }

  /// The key columns of the input.
  let columns: [Int]
  let types: [ColumnType]
  private let form: Form
  // The encoded keys of a batch, when there are several columns; freed in `deinit`.
  private var scratch: UnsafeMutablePointer<UInt8>
  private var scratchCapacity = 0

  init(_ columns: [Int], of schema: Schema) {
    self.columns = columns
    types = columns.map { schema.fields[$0].type }
    form =
      switch types.count {
      case 0: .none
      case 1: types[0].layout == .variable ? .text : .word
      default: .composite
      }
    scratch = .allocate(capacity: 0)
  }

  deinit { scratch.deallocate() }

  // MARK: Columns to cells

  /// The cells of the selected rows, by position; long ones refer to addresses that stay valid
  /// until the batch changes or this is called again.
  func encode(_ batch: Batch, _ rows: Selection, into cells: UnsafeMutablePointer<Cell>) {
    switch form {
    case .none:
      for position in 0..<rows.count { cells[position] = .empty }
    case .text:
      encodeText(batch.columns[columns[0]], rows, cells)
      applyNulls(batch.columns[columns[0]], rows, cells)
    case .word:
      encodeWords(batch.columns[columns[0]], rows, cells)
      applyNulls(batch.columns[columns[0]], rows, cells)
    case .composite:
      encodeComposite(batch, rows, cells)
    }
  }

  private func encodeText(
    _ column: Column,
    _ rows: Selection,
    _ cells: UnsafeMutablePointer<Cell>
  ) {
    let offsets = column.offsets
    let arena = UnsafeRawPointer(column.arena)
    let indices = rows.indices
    for position in 0..<rows.count {
      let row = Int(indices[position])
      let start = Int(offsets[row])
      let count = Int(offsets[row &+ 1]) &- start
      if count <= Cell.longestInline {
        cells[position] = .inline(arena + start, count)
      } else {
        cells[position] = .long(at: UInt64(UInt(bitPattern: arena + start)), count: count)
      }
    }
  }

  private func encodeWords(
    _ column: Column,
    _ rows: Selection,
    _ cells: UnsafeMutablePointer<Cell>
  ) {
    let indices = rows.indices
    let count = rows.count
    switch column.layout {
    case .byte:
      let flags = column.flags
      for position in 0..<count { cells[position] = .word(Int64(flags[Int(indices[position])])) }
    case .word where column.type == .float:
      let doubles = column.doubles
      for position in 0..<count {
        cells[position] = .word(OrderedWord.of(doubles[Int(indices[position])]))
      }
    case .word:
      let words = column.words
      for position in 0..<count { cells[position] = .word(words[Int(indices[position])]) }
    case .variable:
      preconditionFailure("a word key of type \(column.type)")
    }
  }

  private func applyNulls(
    _ column: Column,
    _ rows: Selection,
    _ cells: UnsafeMutablePointer<Cell>
  ) {
    guard column.hasMarks else { return }
    for position in 0..<rows.count where column.marks[Int(rows.indices[position])] != 0 {
      cells[position] = .null
    }
  }

  private func encodeComposite(
    _ batch: Batch,
    _ rows: Selection,
    _ cells: UnsafeMutablePointer<Cell>
  ) {
    var bound = 16
    for index in columns {
      let column = batch.columns[index]
      bound += rows.count * 9 + 2 * column.byteCount(rows: batch.count)
    }
    if bound > scratchCapacity {
      scratch.deallocate()
      scratch = .allocate(capacity: bound)
      scratchCapacity = bound
    }
    var end = scratch
    for position in 0..<rows.count {
      let start = end
      let row = Int(rows.indices[position])
      for (place, index) in columns.enumerated() {
        let isLast = place == columns.count - 1
        Self.encode(batch.columns[index], row, isLast: isLast, at: &end)
      }
      let count = end - start
      cells[position] =
        count <= Cell.longestInline
        ? .inline(start, count)
        : .long(at: UInt64(UInt(bitPattern: start)), count: count)
    }
  }

  private static func encode(
    _ column: Column,
    _ row: Int,
    isLast: Bool,
    at end: inout UnsafeMutablePointer<UInt8>
  ) {
    guard !column.hasMarks || column.marks[row] == 0 else {
      put(Tag.null, at: &end)
      return
    }
    switch column.layout {
    case .byte:
      put(Tag.false + column.flags[row], at: &end)
    case .word where column.type == .float:
      put(Tag.float, at: &end)
      putBigEndian(UInt64(bitPattern: OrderedWord.of(column.doubles[row]) ^ .min), 8, at: &end)
    case .word:
      encode(column.words[row], at: &end)
    case .variable:
      put(Tag.text, at: &end)
      let bytes = column.rawBytes(at: row)
      guard !isLast else {
        if let base = bytes.baseAddress { memcpy(end, base, bytes.count) }
        end += bytes.count
        return
      }
      for byte in bytes {
        put(byte, at: &end)
        if byte == 0 { put(0xFF, at: &end) }
      }
      put(0, at: &end)
    }
  }

  private static func encode(_ value: Int64, at end: inout UnsafeMutablePointer<UInt8>) {
    // For negative numbers the magnitude less one, so that the least number has one too.
    let magnitude = UInt64(bitPattern: value < 0 ? ~value : value)
    var count = (64 - magnitude.leadingZeroBitCount + 7) / 8
    if value < 0 {
      count = max(count, 1)
      put(Tag.zero - UInt8(count), at: &end)
      putBigEndian(~magnitude, count, at: &end)
    } else {
      put(Tag.zero + UInt8(count), at: &end)
      putBigEndian(magnitude, count, at: &end)
    }
  }

  private enum Tag {
    static let text: UInt8 = 0x02
    static let zero: UInt8 = 0x14
    static let float: UInt8 = 0x21
    static let `false`: UInt8 = 0x26
    static let null: UInt8 = 0xFE
  }

  @inline(__always)
  private static func put(_ byte: UInt8, at end: inout UnsafeMutablePointer<UInt8>) {
    end.pointee = byte
    end += 1
  }

  private static func putBigEndian(
    _ value: UInt64,
    _ count: Int,
    at end: inout UnsafeMutablePointer<UInt8>
  ) {
    for place in 0..<count {
      put(UInt8(truncatingIfNeeded: value >> UInt64((count - 1 - place) * 8)), at: &end)
    }
  }

  // MARK: Cells to columns

  /// Appends the keys behind the first `used` rows of `targets`, the key columns of a result.
  ///
  /// O(keys x columns + bytes).
  func decode(
    _ cells: [UnsafePointer<Cell>],
    _ arenas: GroupArenas,
    into targets: ArraySlice<Column>,
    used: Int
  ) {
    switch form {
    case .none:
      return
    case .text:
      decodeText(cells, arenas, targets[targets.startIndex], used)
    case .word:
      let column = targets[targets.startIndex]
      column.reserve(rows: used + cells.count, used: used)
      for (position, cell) in cells.enumerated() {
        if cell.pointee.isNull {
          column.appendNull(at: used + position)
        } else {
          OrderedWord.store(cell.pointee.orderedWord, into: column, at: used + position)
          if column.hasMarks { column.marks[used + position] = 0 }
        }
      }
    case .composite:
      for (position, cell) in cells.enumerated() {
        var bytes = arenas.bytes(cell)
        for (place, column) in targets.enumerated() {
          Self.decode(&bytes, into: column, at: used + position, isLast: place == types.count - 1)
        }
      }
    }
  }

  /// Whether a restored cell, whose bytes are there, is a key of these columns; O(bytes).
  func accepts(_ cell: UnsafePointer<Cell>, _ arenas: GroupArenas) -> Bool {
    switch form {
    case .none: Cell.sameBits(cell.pointee, .empty)
    case .text: true
    case .word: cell.pointee.isNull || !cell.pointee.isLong && cell.pointee.count == 8
    case .composite: accepts(arenas.bytes(cell))
    }
  }

  /// Whether `decode` would read these bytes, all of them.
  private func accepts(_ key: UnsafeRawBufferPointer) -> Bool {
    var bytes = key[...]
    for (place, type) in types.enumerated() {
      guard let tag = bytes.popFirst() else { return false }
      if tag == Tag.null { continue }
      let count: Int
      switch type.layout {
      case .byte where tag == Tag.false || tag == Tag.false + 1: count = 0
      case .word where type == .float && tag == Tag.float: count = 8
      case .word where type != .float && (Tag.zero - 8...Tag.zero + 8).contains(tag):
        count = abs(Int(tag) - Int(Tag.zero))
      case .variable where tag == Tag.text:
        if place == types.count - 1 { return true }
        guard let end = Self.endOfText(bytes) else { return false }
        count = end - bytes.startIndex
      default: return false
      }
      guard count <= bytes.count else { return false }
      bytes = bytes.dropFirst(count)
    }
    return bytes.isEmpty
  }

  /// Behind the 0x00 that ends a text; nil if none does.
  private static func endOfText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
    var place = bytes.startIndex
    while place < bytes.endIndex {
      defer { place += 1 }
      guard bytes[place] == 0 else { continue }
      guard place + 1 < bytes.endIndex, bytes[place + 1] == 0xFF else { return place + 1 }
      place += 1
    }
    return nil
  }

  private func decodeText(
    _ cells: [UnsafePointer<Cell>],
    _ arenas: GroupArenas,
    _ column: Column,
    _ used: Int
  ) {
    column.reserve(rows: used + cells.count, used: used)
    var end = Int(column.offsets[used])
    var total = end
    for cell in cells { total &+= cell.pointee.count }
    column.reserve(bytes: total, used: end)
    let offsets = column.offsets + used + 1
    let target = column.bytes
    for (position, cell) in cells.enumerated() {
      let value = cell.pointee
      if value.isLong {
        memcpy(target + end, arenas.pointer(value.low), value.count)
      } else {
        // 16 bytes at once: the column has room behind its end.
        (target + end).copyMemory(from: cell, byteCount: 16)
      }
      end &+= value.count
      offsets[position] = UInt32(truncatingIfNeeded: end)
      if value.isNull { column.beginMarks(rows: used + position) }
      if column.hasMarks { column.marks[used + position] = value.isNull ? 1 : 0 }
    }
  }

  private static func decode(
    _ bytes: inout UnsafeRawBufferPointer,
    into column: Column,
    at row: Int,
    isLast: Bool
  ) {
    let tag = bytes[0]
    bytes = UnsafeRawBufferPointer(rebasing: bytes[1...])
    switch tag {
    case Tag.null:
      column.appendNull(at: row)
    case Tag.false, Tag.false + 1:
      column.append(word: Int64(tag - Tag.false), at: row)
    case Tag.float:
      let ordered = Int64(bitPattern: takeBigEndian(&bytes, 8)) ^ .min
      column.append(double: OrderedWord.double(ordered), at: row)
    case Tag.zero - 8..<Tag.zero:
      let count = Int(Tag.zero - tag)
      let high: UInt64 = count == 8 ? 0 : ~0 << UInt64(count * 8)
      column.append(word: Int64(bitPattern: takeBigEndian(&bytes, count) | high), at: row)
    case Tag.zero...Tag.zero + 8:
      let count = Int(tag - Tag.zero)
      column.append(word: Int64(bitPattern: takeBigEndian(&bytes, count)), at: row)
    default:
      precondition(tag == Tag.text, "tag \(tag) in a key")
      takeText(&bytes, into: column, at: row, isLast: isLast)
    }
  }

  private static func takeText(
    _ bytes: inout UnsafeRawBufferPointer,
    into column: Column,
    at row: Int,
    isLast: Bool
  ) {
    guard !isLast else {
      column.append(bytes: bytes, at: row)
      return
    }
    var text: [UInt8] = []
    var place = 0
    while true {
      let byte = bytes[place]
      place += 1
      if byte == 0 {
        guard place < bytes.count, bytes[place] == 0xFF else { break }
        place += 1
      }
      text.append(byte)
    }
    text.withUnsafeBytes { column.append(bytes: $0, at: row) }
    bytes = UnsafeRawBufferPointer(rebasing: bytes[place...])
  }

  private static func takeBigEndian(_ bytes: inout UnsafeRawBufferPointer, _ count: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in 0..<count { value = value << 8 | UInt64(bytes[place]) }
    bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
    return value
  }
}
