import Glibc
import WeirColumns

/// Writes rows as JSON lines: one object a line, columns in schema order, nulls written as `null`.
///
/// Decimals have all digits of their scale; times are RFC 3339 in UTC, durations `1h30m`, bytes
/// base64; json passes as it is. An empty row is `{}`.
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
    fixedBytes = bytes.count + visible.count * 48 + 64
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

  private func writeRow(
    _ row: Int,
    _ columns: UnsafeMutableBufferPointer<WriterColumn>,
    _ buffer: TextBuffer
  ) {
    buffer.reserve(fixedBytes)
    var to = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    guard let base = columns.baseAddress, !columns.isEmpty else {
      to[0] = UInt8(ascii: "{")
      end(to + 1, buffer)
      return
    }
    for position in 0..<columns.count {
      let column = base + position
      to = copyPrefix(column.pointee.prefix, column.pointee.prefixCount, to)
      if column.pointee.hasMarks, column.pointee.marks[row] != 0 {
        UnsafeMutableRawPointer(to).storeBytes(
          of: UInt32(littleEndian: 0x6c6c_756e),
          as: UInt32.self
        )
        to += 4
        continue
      }
      switch column.pointee.kind {
      case .bool:
        let isTrue = column.pointee.values.load(fromByteOffset: row, as: UInt8.self) != 0
        let word: UInt64 = isTrue ? 0x6575_7274 : 0x65_736c_6166
        UnsafeMutableRawPointer(to).storeBytes(of: UInt64(littleEndian: word), as: UInt64.self)
        to += isTrue ? 4 : 5
      case .int:
        to += DecimalText.write(column.pointee.word(row), to)
      case .decimal:
        to += DecimalText.write(column.pointee.word(row), scale: column.pointee.scale, to)
      case .float:
        let bits = UInt64(bitPattern: column.pointee.word(row))
        to += FloatText.write(Double(bitPattern: bits), to: to)
      case .timestamp:
        to += column.pointee.cache.write(column.pointee.word(row), to: to)
      case .duration:
        to[0] = 0x22
        let length = DurationText.write(column.pointee.word(row), to: to + 1)
        to[length + 1] = 0x22
        to += length + 2
      case .string, .bytes, .json, .list:
        to = writeVariable(column, row, to, buffer)
      }
    }
    end(to, buffer)
  }

  private func end(_ to: UnsafeMutablePointer<UInt8>, _ buffer: TextBuffer) {
    to[0] = UInt8(ascii: "}")
    to[1] = 0x0a
    buffer.count = UnsafeMutableRawPointer(to) + 2 - buffer.start
  }

  /// Copies `{"name":` in steps of 16 bytes.
  @inline(__always)
  private func copyPrefix(
    _ prefix: UnsafePointer<UInt8>,
    _ count: Int,
    _ to: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var at = 0
    repeat {
      let step = UnsafeRawPointer(prefix).loadUnaligned(
        fromByteOffset: at,
        as: SIMD16<UInt8>.self
      )
      UnsafeMutableRawPointer(to).storeBytes(of: step, toByteOffset: at, as: SIMD16<UInt8>.self)
      at &+= 16
    } while at < count
    return to + count
  }

  /// Writes a value of any length, growing the buffer.
  @inline(__always)
  private func writeVariable(
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ row: Int,
    _ to: UnsafeMutablePointer<UInt8>,
    _ buffer: TextBuffer
  ) -> UnsafeMutablePointer<UInt8> {
    let offsets = column.pointee.values.assumingMemoryBound(to: UInt32.self)
    let start = Int(offsets[row])
    let length = Int(offsets[row &+ 1]) &- start
    let source = column.pointee.bytes + start
    buffer.count = UnsafeMutableRawPointer(to) - buffer.start
    buffer.reserve(JSONText.maximumLength(length) + fixedBytes)
    let room = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    switch column.pointee.kind {
    case .string:
      return room + JSONText.write(source, length, to: room)
    case .json:
      memcpy(room, source, length)
      return room + length
    case .bytes:
      room[0] = 0x22
      let bytes = UnsafeRawBufferPointer(start: source, count: length)
      let count = Base64.encode(bytes, to: room + 1)
      room[count + 1] = 0x22
      return room + count + 2
    case .bool, .int, .decimal, .float, .timestamp, .duration, .list:
      return writeList(column, UnsafeRawBufferPointer(start: source, count: length), buffer)
    }
  }

  @inline(never)
  private func writeList(
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ cell: UnsafeRawBufferPointer,
    _ buffer: TextBuffer
  ) -> UnsafeMutablePointer<UInt8> {
    ListText.append(cell, of: column.pointee.element, to: &list)
    buffer.reserve(list.count + fixedBytes)
    let room = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    room.update(from: list, count: list.count)
    defer { list.removeAll(keepingCapacity: true) }
    return room + list.count
  }
}
