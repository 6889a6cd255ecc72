extension Batch {
  /// Takes rows out; `rows` ascends. O(rows of the batch), for rare rows.
  package func remove(rows removed: [Int]) {
    let buffer = SelectionBuffer(capacity: count)
    var kept = 0
    var next = 0
    for row in 0..<count {
      if next < removed.count, removed[next] == row {
        next += 1
        continue
      }
      buffer.indices[kept] = UInt16(truncatingIfNeeded: row)
      kept += 1
    }
    let copy = Batch(schema, capacity: max(kept, 1))
    copy.append(self, Selection(indices: buffer.indices, count: kept))
    removeAll()
    append(copy, buffer.all(kept))
  }
}
