import Glibc

// Kernels that copy rows from column to column. Pointers are hoisted once; sums are wrapping because
// capacities were checked before the loop.

extension Column {
  /// Appends the selected rows of `source`, which has the same layout, behind the first `used` rows.
  ///
  /// The column grows as needed. O(rows + bytes).
  package func append(_ source: Column, _ rows: Selection, used: Int) {
    precondition(source.layout == layout, "gather \(source.type) into \(type)")
    reserve(rows: used + rows.count, used: used)
    switch layout {
    case .byte: gatherBytes(source, rows, used)
    case .word: gatherWords(source.words, rows, used)
    case .variable: gatherArena(source, rows, used)
    }
    appendMarks(source, rows, used)
  }

  /// Appends the first `count` rows of `source` behind the first `used`; O(rows + bytes).
  package func append(_ source: Column, first count: Int, used: Int) {
    precondition(source.layout == layout, "append \(source.type) to \(type)")
    reserve(rows: used + count, used: used)
    switch layout {
    case .byte: memcpy(values + used, source.values, count)
    case .word: memcpy(values + used * 8, source.values, count * 8)
    case .variable:
      let start = offsets[used]
      let length = Int(source.offsets[count])
      reserve(bytes: Int(start) + length, used: Int(start))
      memcpy(bytes + Int(start), source.bytes, length)
      let target = offsets + used
      let origin = source.offsets
      for row in 0...count { target[row] = origin[row] &+ start }
    }
    guard source.hasMarks || hasMarks else { return }
    beginMarks(rows: used)
    if source.hasMarks {
      memcpy(marks + used, source.marks, count)
    } else {
      memset(marks + used, 0, count)
    }
  }

  private func gatherBytes(_ source: Column, _ rows: Selection, _ used: Int) {
    let from = source.flags
    let to = flags + used
    let indices = rows.indices
    for position in 0..<rows.count { to[position] = from[Int(indices[position])] }
  }

  private func gatherWords(
    _ from: UnsafeMutablePointer<Int64>,
    _ rows: Selection,
    _ used: Int
  ) {
    let to = words + used
    let indices = rows.indices
    for position in 0..<rows.count { to[position] = from[Int(indices[position])] }
  }

  private func gatherArena(_ source: Column, _ rows: Selection, _ used: Int) {
    let from = source.offsets
    let indices = rows.indices
    let count = rows.count
    var end = Int(offsets[used])
    var total = end
    for position in 0..<count {
      let row = Int(indices[position])
      total &+= Int(from[row &+ 1] &- from[row])
    }
    reserve(bytes: total, used: end)
    let to = offsets + used + 1
    let arena = arena
    let origin = source.arena
    for position in 0..<count {
      let row = Int(indices[position])
      let start = Int(from[row])
      let length = Int(from[row &+ 1]) &- start
      copyShort(origin + start, arena + end, length)
      end &+= length
      to[position] = UInt32(truncatingIfNeeded: end)
    }
  }

  private func appendMarks(_ source: Column, _ rows: Selection, _ used: Int) {
    guard source.hasMarks || hasMarks else { return }
    beginMarks(rows: used)
    let to = marks + used
    guard source.hasMarks else {
      memset(to, 0, rows.count)
      return
    }
    let from = source.marks
    let indices = rows.indices
    for position in 0..<rows.count { to[position] = from[Int(indices[position])] }
  }
}

/// Copies `length` bytes in steps of 16; both sides have `columnSlack` bytes behind their end.
@inline(__always)
func copyShort(
  _ from: UnsafeMutablePointer<UInt8>,
  _ to: UnsafeMutablePointer<UInt8>,
  _ length: Int
) {
  if length <= 16 {
    let first = UnsafeRawPointer(from).loadUnaligned(as: SIMD16<UInt8>.self)
    UnsafeMutableRawPointer(to).storeBytes(of: first, as: SIMD16<UInt8>.self)
  } else {
    memcpy(to, from, length)
  }
}

extension Batch {
  /// Appends the selected rows of a batch of the same column types; O(rows + bytes).
  package func append(_ source: Batch, _ rows: Selection) {
    for (column, origin) in zip(columns, source.columns) {
      column.append(origin, rows, used: count)
    }
    appendStamps(source, rows)
    count += rows.count
  }

  /// Appends the stamps of the selected rows; part of appending rows column by column.
  package func appendStamps(_ source: Batch, _ rows: Selection) {
    guard source.hasStamps || hasStamps else {
      stamps.reserve(rows: count + rows.count, used: count)
      return
    }
    beginStamps(rows: count)
    if source.hasStamps {
      stamps.append(source.stamps, rows, used: count)
    } else {
      stamps.reserve(rows: count + rows.count, used: count)
      (stamps.words + count).update(repeating: Self.noStamp, count: rows.count)
    }
  }

  /// Starts to keep stamps: the first `rows` rows, those so far, get `noStamp`.
  package func beginStamps(rows: Int) {
    guard !hasStamps else { return }
    stamps.words.update(repeating: Self.noStamp, count: rows)
    hasStamps = true
  }
}
