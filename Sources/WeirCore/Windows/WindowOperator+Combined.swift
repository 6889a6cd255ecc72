import WeirColumns

// Taking partial aggregates, each of which stands for rows of one key and one pane.

extension WindowOperator {
  package func merge(_ partials: Batch, watermark: Watermark) throws(WeirError) {
    precondition(isSettled, "'\(name)' has results left")
    guard let combined else { throw foreign("partial aggregates, which nobody makes for it") }
    guard partials.count > 0 else { return }
    buffers.reserve(partials.count)
    let judge = max(watermark, self.watermark).microseconds
    let assignment = try assign(partials, combined, judge)
    combined.find(partials, assignment.rows, in: state, buffers)
    for (pane, rows) in groups(assignment) {
      precondition(!pane.isInTotals, "rows for windows \(pane.first) ... after \(fired)")
      pane.hasChanged = true
      count(rows, partials.columns[combined.form.rowsColumn].words, in: pane)
      try layout.merge(rows, of: partials, combined.form, to: pane, state.chunkGroups, scratch)
    }
  }

  /// The panes that the partial aggregates belong to: on time for all their windows, or their sender
  /// has not done as it must.
  private func assign(
    _ partials: Batch,
    _ combined: CombinedKeys,
    _ judge: Int64
  ) throws(WeirError) -> Assignment {
    assignmentNumber += 1
    var assignment = Assignment(rows: Selection(indices: buffers.rows, count: 0), panes: [])
    let starts = partials.times.words
    let counts = partials.columns[combined.form.rowsColumn].words
    let passed = alignment.fired(judge)
    var last: (start: Int64, pane: Pane)?
    for row in 0..<partials.count {
      guard (1...Int64(SelectionBuffer.maximumRows)).contains(counts[row]) else {
        throw foreign("a partial aggregate of \(counts[row]) rows")
      }
      if let last, last.start == starts[row] {
        append(row, last.pane, to: &assignment)
        continue
      }
      let number = alignment.pane(starts[row])
      guard alignment.time(number) == starts[row], number >= passed else {
        throw foreign(
          "a partial aggregate of the time from \(starts[row]) on, where windows up to "
            + "\(alignment.time(passed)) have fired"
        )
      }
      let pane = try regularPane(number, starts[row])
      last = (starts[row], pane)
      append(row, pane, to: &assignment)
    }
    return assignment
  }

  private func foreign(_ what: String) -> WeirError {
    WeirError(
      "E402",
      "operator '\(name)' cannot take what arrived",
      detail: what,
      blame: .weir,
      recovery: .restart
    )
  }

  /// Counts the rows that stand behind partial aggregates, as `countRows` counts rows.
  private func count(
    _ rows: SlotRows,
    _ counts: UnsafePointer<Int64>,
    in pane: Pane
  ) {
    pane.chunks.reserve(state.chunkCount)
    pane.chunks.setAside(rows)
    pane.chunks.noteTouched()
    let mask = state.chunkSlots &- 1
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let place = Int(slot) & mask
      let base = pane.chunks.make(Int(slot) >> state.shift)
      let count = base.assumingMemoryBound(to: UInt16.self) + place
      if count.pointee == 0 { state.uses(slot).pointee &+= 1 }
      NarrowCount.add(counts[Int(rows.rows[position])], to: count) {
        pane.carries.touch(slot).assumingMemoryBound(to: Int64.self) + place
      }
    }
    noteChanges(rows, in: pane)
  }
}

/// Finds the slots of partial aggregates, whose key columns come first.
struct CombinedKeys {
  let form: CombinedForm
  private let codec: KeyCodec

  init(_ form: CombinedForm) {
    self.form = form
    codec = KeyCodec(Array(0..<form.keyWidth), of: form.schema)
  }

  /// Finds the slots of the selected rows, into `buffers.slots`, by position, and counts a sample of the
  /// rows that they stand for.
  func find(
    _ partials: Batch,
    _ rows: Selection,
    in state: KeyedState,
    _ buffers: RowBuffers
  ) {
    KeyHash.hash(codec.columns.map { partials.columns[$0] }, rows, into: buffers.hashes)
    codec.encode(partials, rows, into: buffers.cells)
    state.find(buffers.hashes, buffers.cells, rows.count, into: buffers.slots)
    let counts = partials.columns[form.rowsColumn].words
    state.keyCounts?.note(buffers.hashes, buffers.slots, rows.count) {
      Int(counts[Int(rows.indices[$0])])
    }
  }
}
