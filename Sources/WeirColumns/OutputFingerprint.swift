/// The fingerprint of rows: the same for the rows that were sent and for those that are read back
/// from what was written of them, in any order and however they were cut into batches.
///
/// ```text
///     value   a hash of its column's name and type and of its canonical form; null has one of its own
///     row     the values' hashes added up, and mixed: which values lie in one row matters
///     rows    the rows' hashes added up: their order does not
/// ```
///
/// Additions wrap. Canonical: minus zero is zero, and a `json` value of `null` is null, since files
/// do not tell them apart. Columns whose names begin with `_` are no part of it: no sink writes them.
/// Rows that differ have the same fingerprint once in 2^64, unless somebody seeks them.
package final class OutputFingerprint {
  private struct Part {
    let index: Int
    let seed: UInt64
  }

  private let parts: [Part]
  // The sums of the values' hashes, by position in the selection; owned here, freed in `deinit`.
  private var sums: UnsafeMutablePointer<UInt64>
  private var capacity: Int

  /// Makes the fingerprint of rows with these columns.
  package init(_ schema: Schema, capacity: Int = 1024) {
    parts = schema.fields.indices.filter { !schema.fields[$0].isHidden }.map { index in
      let field = schema.fields[index]
      return Part(index: index, seed: Fingerprint.of("\(field.name):\(field.type)"))
    }
    self.capacity = capacity
    sums = .allocate(capacity: capacity)
  }

  deinit { sums.deallocate() }

  /// The fingerprint of the selected rows of a batch; none: 0.
  ///
  /// That of more rows is the wrapping sum of the parts. O(rows x columns + bytes).
  package func of(_ batch: Batch, _ rows: Selection) -> UInt64 {
    if rows.count > capacity {
      sums.deallocate()
      capacity = rows.count
      sums = .allocate(capacity: capacity)
    }
    let sums = sums
    sums.update(repeating: 0, count: rows.count)
    for part in parts { Self.add(batch.columns[part.index], part.seed, rows, sums) }
    var sum: UInt64 = 0
    for position in 0..<rows.count {
      sum &+= KeyHash.mix(sums[position] ^ KeyHash.first, KeyHash.second)
    }
    return sum
  }

  // MARK: Columns

  private static func add(
    _ column: Column,
    _ seed: UInt64,
    _ rows: Selection,
    _ sums: UnsafeMutablePointer<UInt64>
  ) {
    if column.hasMarks || column.type == .json {
      addMarked(column, seed, rows, sums)
      return
    }
    let indices = rows.indices
    switch column.layout {
    case .byte:
      let flags = column.flags
      for position in 0..<rows.count {
        sums[position] &+= KeyHash.word(UInt64(flags[Int(indices[position])]), seed)
      }
    case .word where column.type == .float:
      let doubles = column.doubles
      for position in 0..<rows.count {
        sums[position] &+= KeyHash.word(KeyHash.canonical(doubles[Int(indices[position])]), seed)
      }
    case .word:
      let words = column.words
      for position in 0..<rows.count {
        sums[position] &+= KeyHash.word(UInt64(bitPattern: words[Int(indices[position])]), seed)
      }
    case .variable:
      let offsets = column.offsets
      let arena = UnsafeRawPointer(column.arena)
      for position in 0..<rows.count {
        let row = Int(indices[position])
        let start = Int(offsets[row])
        sums[position] &+= KeyHash.bytes(arena + start, Int(offsets[row &+ 1]) &- start, seed)
      }
    }
  }

  // One loop with branches serves columns with nulls, and those that may hold the text of one.
  private static func addMarked(
    _ column: Column,
    _ seed: UInt64,
    _ rows: Selection,
    _ sums: UnsafeMutablePointer<UInt64>
  ) {
    let layout = column.layout
    let isFloat = column.type == .float
    let isJSON = column.type == .json
    let null = KeyHash.mix(seed ^ KeyHash.null, KeyHash.second)
    for position in 0..<rows.count {
      let row = Int(rows.indices[position])
      guard !column.hasMarks || column.marks[row] == 0 else {
        sums[position] &+= null
        continue
      }
      switch layout {
      case .byte: sums[position] &+= KeyHash.word(UInt64(column.flags[row]), seed)
      case .word where isFloat:
        sums[position] &+= KeyHash.word(KeyHash.canonical(column.doubles[row]), seed)
      case .word:
        sums[position] &+= KeyHash.word(UInt64(bitPattern: column.words[row]), seed)
      case .variable:
        let bytes = column.rawBytes(at: row)
        let isNull = isJSON && bytes.elementsEqual(nullText)
        sums[position] &+=
          isNull
          ? null
          : KeyHash.bytes(
            UnsafeRawPointer(column.arena) + Int(column.offsets[row]),
            bytes.count,
            seed
          )
      }
    }
  }

  private static let nullText = Array("null".utf8)
}
