import WeirColumns

/// Writes rows as JSON lines: one object a line, columns in schema order, nulls written as `null`.
///
/// Decimals have all digits of their scale; times are RFC 3339 in UTC, durations `1h30m`, bytes
/// base64; json passes as it is, since readers leave no line end in it. An empty row is `{}`.
package final class JSONLinesWriter: RecordWriter {
  package let schema: Schema
  /// The columns that are written.
  private let visible: [Int]
  // `{"a":`, `,"b":` one behind the other, and where each begins; freed in `deinit`.
  private let prefixes: UnsafeMutablePointer<UInt8>
  private let prefixStarts: [Int]
  /// Bytes of a row without its texts, bytes, json and lists, at most.
  private let fixedBytes: Int
  private var list: [UInt8] = []

  package init(_ schema: Schema) {
    self.schema = schema
    visible = schema.fields.indices.filter { !schema.fields[$0].isHidden }
    var bytes: [UInt8] = []
    var starts: [Int] = []
    for (position, index) in visible.enumerated() {
      starts.append(bytes.count)
      bytes.append(position == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
      var name = Array(schema.fields[index].name.utf8)
      let count = name.count
      name += [UInt8](repeating: 0, count: 16)
      var quoted = [UInt8](repeating: 0, count: JSONText.maximumLength(count) + 16)
      let length = JSONText.write(name, count, to: &quoted)
      bytes += quoted.prefix(length)
      bytes.append(UInt8(ascii: ":"))
    }
    starts.append(bytes.count)
    prefixStarts = starts
    prefixes = .allocate(capacity: bytes.count + TextBuffer.slack)
    prefixes.initialize(repeating: 0, count: bytes.count + TextBuffer.slack)
    prefixes.update(from: bytes, count: bytes.count)
    fixedBytes = bytes.count + visible.count * 56 + 64
  }

  deinit { prefixes.deallocate() }

  /// JSON lines have no header.
  package func writeHeader(into buffer: TextBuffer) {}

  package func write(_ batch: Batch, _ rows: Selection?, into buffer: TextBuffer) {
    precondition(
      batch.columns.count == schema.fields.count,
      "a batch of \(batch.columns.count) columns for \(schema.fields)"
    )
    let count = rows?.count ?? batch.count
    withUnsafeTemporaryAllocation(of: WriterColumn.self, capacity: visible.count) { columns in
      for (position, index) in visible.enumerated() {
        let start = prefixStarts[position]
        let count = prefixStarts[position + 1] - start
        let prefix = UnsafeBufferPointer(start: prefixes + start, count: count)
        columns.initializeElement(
          at: position,
          to: WriterColumn(batch.columns[index], prefix: prefix)
        )
      }
      for position in 0..<count {
        let row = rows.map { Int($0.indices[position]) } ?? position
        writeRow(row, columns, buffer)
      }
      columns.deinitialize()
    }
  }

  @inline(__always)
  private func writeRow(
    _ row: Int,
    _ columns: UnsafeMutableBufferPointer<WriterColumn>,
    _ buffer: TextBuffer
  ) {
    guard let base = columns.baseAddress, !columns.isEmpty else {
      buffer.reserve(fixedBytes)
      (buffer.start + buffer.count).storeBytes(of: UInt8(ascii: "{"), as: UInt8.self)
      buffer.count += 1
      end(buffer.start + buffer.count, buffer)
      return
    }
    let end = base + columns.count
    // Room for the whole row at once; only lists, whose text may be of any length, look again.
    var room = fixedBytes
    var column = base
    while column < end {
      room &+= column.pointee.longestText(row)
      column += 1
    }
    buffer.reserve(room)
    var to = buffer.start + buffer.count
    column = base
    while column < end {
      to = copyPrefix(column.pointee.prefix, column.pointee.prefixCount, to)
      if column.pointee.hasMarks, column.pointee.marks[row] != 0 {
        to.storeBytes(of: UInt32(littleEndian: 0x6c6c_756e), as: UInt32.self)
        to += 4
      } else {
        to = writeValue(column, row, to, room, buffer)
      }
      column += 1
    }
    self.end(to, buffer)
  }

  /// Writes a value that is not null and returns where the next byte goes.
  @inline(__always)
  private func writeValue(
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ row: Int,
    _ to: UnsafeMutableRawPointer,
    _ room: Int,
    _ buffer: TextBuffer
  ) -> UnsafeMutableRawPointer {
    switch column.pointee.kind {
    case .string:
      let (start, count) = column.pointee.text(row)
      return to + JSONText.write(start, count, to: to)
    case .decimal:
      let (scale, unit) = (column.pointee.scale, column.pointee.unit)
      return to + DecimalText.write(column.pointee.word(row), scale: scale, unit: unit, to)
    case .timestamp:
      to.storeBytes(of: 0x22, as: UInt8.self)
      let length = column.pointee.times.write(column.pointee.word(row), to: to + 1)
      to.storeBytes(of: 0x22, toByteOffset: length &+ 1, as: UInt8.self)
      return to + length + 2
    case .int:
      return to + DecimalText.write(column.pointee.word(row), to)
    case .bool:
      let isTrue = column.pointee.values.load(fromByteOffset: row, as: UInt8.self) != 0
      let word: UInt64 = isTrue ? 0x6575_7274 : 0x65_736c_6166
      to.storeBytes(of: UInt64(littleEndian: word), as: UInt64.self)
      return to + (isTrue ? 4 : 5)
    case .float:
      let bits = UInt64(bitPattern: column.pointee.word(row))
      return to + FloatText.write(Double(bitPattern: bits), to: to)
    case .duration:
      to.storeBytes(of: 0x22, as: UInt8.self)
      let length = DurationText.write(column.pointee.word(row), to: to + 1)
      to.storeBytes(of: 0x22, toByteOffset: length + 1, as: UInt8.self)
      return to + length + 2
    case .json:
      let (start, count) = column.pointee.text(row)
      to.copyMemory(from: start, byteCount: count)
      return to + count
    case .bytes:
      to.storeBytes(of: 0x22, as: UInt8.self)
      let target = to.assumingMemoryBound(to: UInt8.self)
      let count = Base64.encode(column.pointee.variable(row), to: target + 1)
      to.storeBytes(of: 0x22, toByteOffset: count + 1, as: UInt8.self)
      return to + count + 2
    case .list:
      return writeList(column, row, to, room, buffer)
    }
  }

  private func end(_ to: UnsafeMutableRawPointer, _ buffer: TextBuffer) {
    to.storeBytes(of: UInt16(littleEndian: 0x0a7d), as: UInt16.self)
    buffer.count = to + 2 - buffer.start
  }

  /// Copies `{"name":` in steps of 16 bytes.
  @inline(__always)
  private func copyPrefix(
    _ prefix: UnsafePointer<UInt8>,
    _ count: Int,
    _ to: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    var at = 0
    repeat {
      let step = UnsafeRawPointer(prefix).loadUnaligned(
        fromByteOffset: at,
        as: SIMD16<UInt8>.self
      )
      to.storeBytes(of: step, toByteOffset: at, as: SIMD16<UInt8>.self)
      at &+= 16
    } while at < count
    return to + count
  }

  /// Writes a list, growing the buffer: behind it there is room for the whole row again.
  @inline(never)
  private func writeList(
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ row: Int,
    _ to: UnsafeMutableRawPointer,
    _ room: Int,
    _ buffer: TextBuffer
  ) -> UnsafeMutableRawPointer {
    buffer.count = to - buffer.start
    ListText.append(column.pointee.variable(row), of: column.pointee.element, to: &list)
    buffer.reserve(list.count + room)
    let target = buffer.start + buffer.count
    target.copyMemory(from: list, byteCount: list.count)
    defer { list.removeAll(keepingCapacity: true) }
    return target + list.count
  }
}
