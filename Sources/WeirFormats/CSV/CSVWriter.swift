import Glibc
import WeirColumns

/// Writes rows as CSV: a line a row, values in the forms of JSON without its quotes.
///
/// Texts, json and lists are quoted only where they must be: if they hold a delimiter, a quote or a
/// line end, or are what stands for null. Lines end with a line feed. A null in the only column
/// makes an empty line when nulls are empty, which readers pass over.
package final class CSVWriter: RecordWriter {
  package let schema: Schema
  package let format: CSVFormat
  /// The columns that are written.
  private let visible: [Int]
  private let nulls: [UInt8]
  private var list: [UInt8] = []

  /// Bytes of a row without its texts, bytes, json and lists, at most.
  private let fixedBytes: Int

  package init(_ schema: Schema, format: CSVFormat = CSVFormat()) {
    self.schema = schema
    self.format = format
    visible = schema.fields.indices.filter { !schema.fields[$0].isHidden }
    nulls = Array(format.nulls.utf8)
    fixedBytes = visible.count * (48 + nulls.count) + 64
  }

  /// Appends the names of the columns, if the format has a header.
  package func writeHeader(into buffer: TextBuffer) {
    guard format.hasHeader else { return }
    for (position, index) in visible.enumerated() {
      if position > 0 { append(format.delimiter, buffer) }
      let name = Array(schema.fields[index].name.utf8)
      name.withUnsafeBytes { appendText($0, buffer) }
    }
    append(0x0a, buffer)
  }

  package func write(_ batch: Batch, _ rows: Selection?, into buffer: TextBuffer) {
    precondition(
      batch.columns.count == schema.fields.count,
      "a batch of \(batch.columns.count) columns for \(schema.fields)"
    )
    let count = rows?.count ?? batch.count
    withUnsafeTemporaryAllocation(of: WriterColumn.self, capacity: visible.count) { columns in
      for (position, index) in visible.enumerated() {
        columns.initializeElement(at: position, to: WriterColumn(batch.columns[index]))
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
    guard let base = columns.baseAddress else { return append(0x0a, buffer) }
    let delimiter = format.delimiter
    var to = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    for position in 0..<columns.count {
      let column = base + position
      if position > 0 {
        to[0] = delimiter
        to += 1
      }
      if column.pointee.hasMarks, column.pointee.marks[row] != 0 {
        to.update(from: nulls, count: nulls.count)
        to += nulls.count
      } else {
        to = writeValue(row, column, to, buffer)
      }
    }
    to[0] = 0x0a
    buffer.count = UnsafeMutableRawPointer(to) + 1 - buffer.start
  }

  /// Writes a value and returns where the next byte goes; `fixedBytes` of room are left.
  @inline(__always)
  private func writeValue(
    _ row: Int,
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ to: UnsafeMutablePointer<UInt8>,
    _ buffer: TextBuffer
  ) -> UnsafeMutablePointer<UInt8> {
    switch column.pointee.kind {
    case .bool:
      let isTrue = column.pointee.values.load(fromByteOffset: row, as: UInt8.self) != 0
      memcpy(to, isTrue ? "true" : "false", isTrue ? 4 : 5)
      return to + (isTrue ? 4 : 5)
    case .int:
      return to + DecimalText.write(column.pointee.word(row), to)
    case .decimal:
      let (scale, unit) = (column.pointee.scale, column.pointee.unit)
      return to + DecimalText.write(column.pointee.word(row), scale: scale, unit: unit, to)
    case .float:
      let bits = UInt64(bitPattern: column.pointee.word(row))
      return to + FloatText.write(Double(bitPattern: bits), to: to)
    case .timestamp:
      return to + column.pointee.times.write(column.pointee.word(row), to: to)
    case .duration:
      return to + DurationText.write(column.pointee.word(row), to: to)
    case .string, .json, .bytes, .list:
      buffer.count = UnsafeMutableRawPointer(to) - buffer.start
      appendVariable(row, column, buffer)
      buffer.reserve(fixedBytes)
      return buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    }
  }

  private func appendVariable(
    _ row: Int,
    _ column: UnsafeMutablePointer<WriterColumn>,
    _ buffer: TextBuffer
  ) {
    let bytes = column.pointee.variable(row)
    switch column.pointee.kind {
    case .bytes:
      buffer.reserve(bytes.count * 2 + 4)
      let room = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
      let length = Base64.encode(bytes, to: room)
      let text = UnsafeRawBufferPointer(start: room, count: length)
      guard text.elementsEqual(nulls) else {
        buffer.count += length
        break
      }
      // Without quotes it would be read as null.
      Array(text).withUnsafeBytes { appendText($0, buffer) }
    case .list:
      list.removeAll(keepingCapacity: true)
      ListText.append(bytes, of: column.pointee.element, to: &list)
      list.withUnsafeBytes { appendText($0, buffer) }
    case .string, .json, .bool, .int, .decimal, .float, .timestamp, .duration:
      appendText(bytes, buffer)
    }
  }

  private func append(_ byte: UInt8, _ buffer: TextBuffer) {
    buffer.reserve(1)
    buffer.start.storeBytes(of: byte, toByteOffset: buffer.count, as: UInt8.self)
    buffer.count += 1
  }

  private func appendPlain(_ text: UnsafeRawBufferPointer, _ buffer: TextBuffer) {
    guard let start = text.baseAddress else { return }
    buffer.reserve(text.count)
    memcpy(buffer.start + buffer.count, start, text.count)
    buffer.count += text.count
  }

  private func appendText(_ text: UnsafeRawBufferPointer, _ buffer: TextBuffer) {
    guard needsQuotes(text) else {
      appendPlain(text, buffer)
      return
    }
    buffer.reserve(text.count * 2 + 2)
    let to = buffer.start.assumingMemoryBound(to: UInt8.self) + buffer.count
    to[0] = 0x22
    var end = 1
    for byte in text {
      to[end] = byte
      end += 1
      if byte == 0x22 {
        to[end] = byte
        end += 1
      }
    }
    to[end] = 0x22
    buffer.count += end + 1
  }

  private func needsQuotes(_ text: UnsafeRawBufferPointer) -> Bool {
    let delimiter = format.delimiter
    for byte in text where byte == delimiter || byte == 0x22 || byte == 0x0a || byte == 0x0d {
      return true
    }
    return text.elementsEqual(nulls)
  }
}
