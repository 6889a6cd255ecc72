import WeirColumns

/// A value that is known when an expression is checked: a typed scalar, null or an error.
package struct Constant: Hashable, Sendable {
  package var type: ColumnType
  /// What it is; a constant that is no value has zero in `word` and nothing in `bytes`.
  package var mark: RowMark
  /// A bool as 0 or 1, a float as its bits, other words as they are.
  package var word: Int64
  /// The content if the type is variable.
  package var bytes: [UInt8]

  private init(_ type: ColumnType, _ mark: RowMark, _ word: Int64, _ bytes: [UInt8]) {
    self.type = type
    self.mark = mark
    self.word = word
    self.bytes = bytes
  }

  /// A bool or a word.
  package init(_ type: ColumnType, word: Int64) {
    self.init(type, .value, word, [])
  }

  package init(float: Double) {
    self.init(.float, .value, Int64(bitPattern: float.bitPattern), [])
  }

  package init(text: String) {
    self.init(.string, .value, 0, Array(text.utf8))
  }

  package init(bool: Bool) {
    self.init(.bool, .value, bool ? 1 : 0, [])
  }

  /// Null or an error.
  package init(_ type: ColumnType, mark: RowMark) {
    precondition(mark != .value, "a constant of type \(type) without a value")
    self.init(type, mark, 0, [])
  }

  /// Row `row` of a column.
  package init(_ column: Column, row: Int) {
    let mark = column.mark(at: row)
    guard mark == .value else {
      self.init(column.type, mark, 0, [])
      return
    }
    switch column.layout {
    case .byte: self.init(column.type, .value, Int64(column.flags[row] & 1), [])
    case .word: self.init(column.type, .value, column.words[row], [])
    case .variable: self.init(column.type, .value, 0, Array(column.rawBytes(at: row)))
    }
  }

  /// Appends the constant as row `row`, the next one, of a column of its layout.
  package func append(to column: Column, at row: Int) {
    guard mark == .value else {
      column.appendNull(at: row)
      column.marks[row] = mark.rawValue
      return
    }
    switch type.layout {
    case .byte, .word: column.append(word: word, at: row)
    case .variable: bytes.withUnsafeBytes { column.append(bytes: $0, at: row) }
    }
  }

  package var float: Double { Double(bitPattern: UInt64(bitPattern: word)) }

  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Constant: CustomStringConvertible {
  /// The value as text: text in quotes, `null`, `error: …`.
  package var description: String {
    guard mark == .value else { return mark == .null ? "null" : "error: \(mark.text)" }
    return switch type {
    case .bool: word != 0 ? "true" : "false"
    case .int: "\(word)"
    case .float: float.description
    case .decimal(let scale): DecimalText.text(word, scale: scale)
    case .timestamp: TimestampText.text(word)
    case .duration: DurationText.text(word)
    case .string, .json: "'" + SyntaxNode.doubled(text, "'") + "'"
    case .bytes, .list: "\(bytes.count) bytes"
    }
  }
}
