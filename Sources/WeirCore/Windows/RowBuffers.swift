import WeirColumns

/// Memory for what an operator works out about the rows of a batch, used again for each.
final class RowBuffers {
  private(set) var capacity = 0
  // All by position among the rows that are taken; raw, because kernels hoist them. Allocated
  // together by `reserve`, freed in `deinit`.
  private(set) var rows: UnsafeMutablePointer<UInt16>
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  private(set) var cells: UnsafeMutablePointer<Cell>
  private(set) var slots: UnsafeMutablePointer<UInt32>
  /// The place of the row's pane in the list of the batch's panes.
  private(set) var ordinals: UnsafeMutablePointer<UInt16>
  private(set) var groupedRows: UnsafeMutablePointer<UInt16>
  private(set) var groupedSlots: UnsafeMutablePointer<UInt32>

  init() {
    rows = .allocate(capacity: 0)
    hashes = .allocate(capacity: 0)
    cells = .allocate(capacity: 0)
    slots = .allocate(capacity: 0)
    ordinals = .allocate(capacity: 0)
    groupedRows = .allocate(capacity: 0)
    groupedSlots = .allocate(capacity: 0)
  }

  deinit { deallocate() }

  private func deallocate() {
    rows.deallocate()
    hashes.deallocate()
    cells.deallocate()
    slots.deallocate()
    ordinals.deallocate()
    groupedRows.deallocate()
    groupedSlots.deallocate()
  }

  /// Makes room for so many rows; what the buffers held is lost.
  func reserve(_ count: Int) {
    precondition(count <= SelectionBuffer.maximumRows, "a batch of \(count) rows")
    guard count > capacity else { return }
    deallocate()
    rows = .allocate(capacity: count)
    hashes = .allocate(capacity: count)
    cells = .allocate(capacity: count)
    slots = .allocate(capacity: count)
    ordinals = .allocate(capacity: count)
    groupedRows = .allocate(capacity: count)
    groupedSlots = .allocate(capacity: count)
    capacity = count
  }

  /// Takes all rows of a batch.
  func takeAll(_ count: Int) -> Selection {
    let rows = rows
    for row in 0..<count { rows[row] = UInt16(truncatingIfNeeded: row) }
    return Selection(indices: rows, count: count)
  }

  /// Sorts rows and slots by ordinal, keeping their order otherwise, into the grouped buffers.
  ///
  /// Returns where each ordinal's rows begin, and, last, where the last end; O(rows + ordinals).
  func group(_ count: Int, ordinals ordinalCount: Int) -> [Int] {
    let ordinals = ordinals
    let rows = rows
    let slots = slots
    let groupedRows = groupedRows
    let groupedSlots = groupedSlots
    var starts = [Int](repeating: 0, count: ordinalCount + 1)
    starts.withUnsafeMutableBufferPointer { starts in
      for position in 0..<count { starts[Int(ordinals[position]) &+ 1] &+= 1 }
      for ordinal in 0..<ordinalCount { starts[ordinal &+ 1] &+= starts[ordinal] }
      for position in 0..<count {
        let ordinal = Int(ordinals[position])
        groupedRows[starts[ordinal]] = rows[position]
        groupedSlots[starts[ordinal]] = slots[position]
        starts[ordinal] &+= 1
      }
      // Each start has moved on to the next one's.
      for ordinal in stride(from: ordinalCount, to: 0, by: -1) {
        starts[ordinal] = starts[ordinal &- 1]
      }
      starts[0] = 0
    }
    return starts
  }
}

extension KeyedState {
  /// Finds the slots of the selected rows, into `buffers.slots`, by position, and counts a sample of
  /// their keys.
  func find(_ batch: Batch, _ rows: Selection, _ buffers: RowBuffers) {
    KeyHash.hash(codec.columns.map { batch.columns[$0] }, rows, into: buffers.hashes)
    codec.encode(batch, rows, into: buffers.cells)
    find(buffers.hashes, buffers.cells, rows.count, into: buffers.slots)
    keyCounts?.note(buffers.hashes, buffers.slots, rows.count)
  }
}
