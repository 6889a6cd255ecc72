// One value at a time: for plans, tests, messages and rare paths; kernels never come here.

extension Column {
  /// Appends text as row `row`, the next one, as a value.
  package func append(text: String, at row: Int) {
    var text = text
    text.withUTF8 { append(bytes: UnsafeRawBufferPointer($0), at: row) }
  }

  /// Appends bytes as row `row`, the next one, as a value.
  package func append(bytes source: UnsafeRawBufferPointer, at row: Int) {
    reserve(rows: row + 1, used: row)
    let start = Int(offsets[row])
    reserve(bytes: start + source.count, used: start)
    if let base = source.baseAddress {
      bytes.advanced(by: start).copyMemory(from: base, byteCount: source.count)
    }
    offsets[row + 1] = UInt32(start + source.count)
    if hasMarks { marks[row] = RowMark.value.rawValue }
  }

  /// Appends a null as row `row`, the next one.
  package func appendNull(at row: Int) {
    reserve(rows: row + 1, used: row)
    beginMarks(rows: row)
    marks[row] = RowMark.null.rawValue
    switch layout {
    case .byte: flags[row] = 0
    case .word: words[row] = 0
    case .variable: offsets[row + 1] = offsets[row]
    }
  }

  /// Appends a whole number, or a bool as 0 or 1, as row `row`, the next one.
  package func append(word: Int64, at row: Int) {
    reserve(rows: row + 1, used: row)
    if layout == .byte { flags[row] = UInt8(truncatingIfNeeded: word) } else { words[row] = word }
    if hasMarks { marks[row] = RowMark.value.rawValue }
  }

  /// Appends a float as row `row`, the next one.
  package func append(double: Double, at row: Int) {
    append(word: Int64(bitPattern: double.bitPattern), at: row)
  }

  /// What the row holds.
  package func mark(at row: Int) -> RowMark {
    guard hasMarks else { return .value }
    guard let mark = RowMark(rawValue: marks[row]) else {
      preconditionFailure("mark \(marks[row]) in row \(row)")
    }
    return mark
  }

  /// The bytes of a variable row, valid until the column changes.
  package func rawBytes(at row: Int) -> UnsafeRawBufferPointer {
    let start = Int(offsets[row])
    return UnsafeRawBufferPointer(start: bytes + start, count: Int(offsets[row + 1]) - start)
  }

  /// The text of a variable row.
  package func text(at row: Int) -> String {
    String(decoding: rawBytes(at: row), as: UTF8.self)
  }
}
