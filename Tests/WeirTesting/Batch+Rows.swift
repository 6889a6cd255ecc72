import WeirColumns

extension Batch {
  /// A batch of rows written as literals; `stamps`, if given, has one entry a row.
  package static func of(
    _ schema: Schema,
    _ rows: [[Value]],
    stamps: [Int64?] = []
  ) -> Batch {
    let batch = Batch(schema, capacity: max(rows.count, 1))
    batch.append(rows, stamps: stamps)
    return batch
  }

  /// Appends rows written as literals behind those that are there.
  package func append(_ rows: [[Value]], stamps: [Int64?] = []) {
    precondition(
      stamps.isEmpty || stamps.count == rows.count,
      "\(stamps.count) stamps, \(rows.count) rows"
    )
    reserve(rows: count + rows.count)
    for (offset, row) in rows.enumerated() {
      precondition(row.count == columns.count, "\(row) in \(columns.count) columns")
      for (column, value) in zip(columns, row) { column.append(value, at: count + offset) }
    }
    if stamps.contains(where: { $0 != nil }) { beginStamps(rows: count) }
    if hasStamps {
      for offset in rows.indices {
        self.stamps.words[count + offset] =
          offset < stamps.count ? stamps[offset] ?? Self.noStamp : Self.noStamp
      }
    }
    count += rows.count
  }

  /// The rows as values.
  package var values: [[Value]] {
    (0..<count).map { row in columns.map { $0.value(at: row) } }
  }

  /// The stamps by row, nil where a row has none.
  package var stampValues: [Int64?] {
    (0..<count).map { row in
      hasStamps && stamps.words[row] != Self.noStamp ? stamps.words[row] : nil
    }
  }
}

extension Column {
  /// Appends a value as row `row`, the next one.
  package func append(_ value: Value, at row: Int) {
    switch value {
    case .null: appendNull(at: row)
    case .bool(let flag): append(word: flag ? 1 : 0, at: row)
    case .int(let word) where type == .float: append(double: Double(word), at: row)
    case .int(let word): append(word: word, at: row)
    case .double(let double): append(double: double, at: row)
    case .text(let text): append(text: text, at: row)
    case .bytes(let bytes): bytes.withUnsafeBytes { append(bytes: $0, at: row) }
    case .error(let mark):
      appendNull(at: row)
      marks[row] = mark.rawValue
    }
  }

  /// What the row holds.
  package func value(at row: Int) -> Value {
    switch mark(at: row) {
    case .value: break
    case .null: return .null
    case let mark: return .error(mark)
    }
    switch layout {
    case .byte: return .bool(flags[row] != 0)
    case .word where type == .float: return .double(doubles[row])
    case .word: return .int(words[row])
    case .variable where type == .string: return .text(text(at: row))
    case .variable: return .bytes(Array(rawBytes(at: row)))
    }
  }
}
