/// The rows of a batch that are meant, in ascending order: what a filter leaves.
///
/// Indices are 16 bits wide, which is why a batch has at most 65,536 rows.
package struct Selection {
  // Owned by a `SelectionBuffer` that outlives every use of this view.
  package var indices: UnsafeMutablePointer<UInt16>
  package var count: Int

  package init(indices: UnsafeMutablePointer<UInt16>, count: Int) {
    self.indices = indices
    self.count = count
  }
}

/// Memory for a selection, reused from batch to batch.
package final class SelectionBuffer {
  /// The most rows of a batch: indices are 16 bits wide.
  package static let maximumRows = 65_536

  package private(set) var capacity: Int
  // Freed in `deinit`; grows only between batches.
  package private(set) var indices: UnsafeMutablePointer<UInt16>

  package init(capacity: Int) {
    self.capacity = capacity
    indices = .allocate(capacity: capacity + 32)
  }

  deinit { indices.deallocate() }

  /// Makes room for `rows` indices; what was selected before is lost.
  package func reserve(_ rows: Int) {
    precondition(rows <= Self.maximumRows, "a batch of \(rows) rows is over the limit")
    guard rows > capacity else { return }
    indices.deallocate()
    capacity = rows
    indices = .allocate(capacity: rows + 32)
  }

  /// All rows of a batch of `count` rows.
  package func all(_ count: Int) -> Selection {
    reserve(count)
    let indices = indices
    for row in 0..<count { indices[row] = UInt16(truncatingIfNeeded: row) }
    return Selection(indices: indices, count: count)
  }
}

extension Selection {
  /// Keeps the rows whose flag is 1 and whose mark is `value`: null counts as false.
  ///
  /// The flags and marks lie by row of the batch. In place.
  package mutating func keep(where condition: Column) {
    let indices = indices
    let flags = condition.flags
    var kept = 0
    if condition.hasMarks {
      let marks = condition.marks
      for position in 0..<count {
        let row = indices[position]
        indices[kept] = row
        kept &+= flags[Int(row)] & 1 == 1 && marks[Int(row)] == 0 ? 1 : 0
      }
    } else {
      for position in 0..<count {
        let row = indices[position]
        indices[kept] = row
        kept &+= Int(flags[Int(row)] & 1)
      }
    }
    count = kept
  }
}
