import WeirColumns

// Late rows within the allowed lateness: what had fired fires again.

extension WindowOperator {
  /// A result that rows of the batch change after it was due.
  struct Touched {
    var window: Int64
    var slot: UInt32
  }

  /// Touched results of one window, at most `WindowLimits.runLength`, as they were before.
  struct Before {
    var range: Range<Int>
    /// Nil without a filter, which makes the old results needless.
    var batch: Batch?
    /// By touched result of the range: its row in `batch` if it had been passed on.
    var rows: [Int?] = []
  }

  /// The fired results that rows of late panes change, in the order (window, key), each once.
  func touchedResults(_ groups: [(Pane, SlotRows)]) -> [Touched] {
    var touched: [Touched] = []
    for (pane, rows) in groups where pane.first <= fired {
      for window in pane.first...min(pane.last, fired) {
        for position in 0..<rows.count {
          touched.append(Touched(window: window, slot: rows.slots[position]))
        }
      }
    }
    guard !touched.isEmpty else { return [] }
    touched.sort { ($0.window, $0.slot) < ($1.window, $1.slot) }
    var kept: [Touched] = []
    for result in touched {
      if let last = kept.last, last.window == result.window, last.slot == result.slot { continue }
      kept.append(result)
    }
    kept.sort { left, right in
      if left.window != right.window { return left.window < right.window }
      return state.arenas.precedes(state.cell(left.slot), state.cell(right.slot))
    }
    return kept
  }

  /// What had been passed on of the touched results; called before the rows are added.
  func resultsBefore(_ touched: [Touched]) throws(WeirError) -> [Before] {
    var parts: [Before] = []
    var start = 0
    let rows = state.resultRows(of: output)
    while start < touched.count {
      var end = start + 1
      while end < touched.count, touched[end].window == touched[start].window,
        end - start < rows
      { end += 1 }
      let panes = paneList.panes(of: touched[start].window)
      parts.append(try resultsBefore(touched, start..<end, panes))
      start = end
    }
    return parts
  }

  /// What had been passed on of the touched results of one window; `panes` are those that it was
  /// made of.
  func resultsBefore(
    _ touched: [Touched],
    _ range: Range<Int>,
    _ panes: [Pane]
  ) throws(WeirError) -> Before {
    var part = Before(range: range)
    guard having != nil else { return part }
    part.rows = [Int?](repeating: nil, count: range.count)
    // Keys without a row in the window had no result.
    let shown = range.filter { hasRows(touched[$0].slot, panes) }
    let batch = Batch(output, capacity: shown.count)
    try appendResults(
      shown.map { touched[$0].slot },
      of: touched[range.lowerBound].window,
      panes,
      into: batch,
      ResultMarks(isRetracted: true),
      usingTotals: false
    )
    for row in passing(batch) { part.rows[shown[row] - range.lowerBound] = row }
    part.batch = batch
    return part
  }

  /// Puts the changed results, and those that must be taken back, where `emit` finds them; called
  /// after the rows are added.
  func makeUpdates(_ touched: [Touched], _ before: [Before]) throws(WeirError) {
    pending.kind = .update
    for part in before {
      let window = touched[part.range.lowerBound].window
      let after = Batch(output, capacity: part.range.count)
      try appendResults(
        touched[part.range].map(\.slot),
        of: window,
        paneList.panes(of: window),
        into: after,
        ResultMarks(isUpdate: true),
        usingTotals: false
      )
      guard let old = part.batch else {
        pending.append(after)
        continue
      }
      var isPassing = [Bool](repeating: false, count: after.count)
      for row in passing(after) { isPassing[row] = true }
      let results = Batch(output, capacity: after.count)
      for (row, oldRow) in part.rows.enumerated() {
        if isPassing[row] {
          results.append(after, row: row)
        } else if let oldRow {
          results.append(old, row: oldRow)
        }
      }
      pending.append(results)
    }
  }

  private func passing(_ batch: Batch) -> [Int] {
    guard let having, batch.count > 0 else { return [] }
    let selection = having.select(batch)
    return (0..<selection.count).map { Int(selection.indices[$0]) }
  }

  private func hasRows(_ slot: UInt32, _ panes: [Pane]) -> Bool {
    panes.contains { layout.rows(of: slot, in: $0) > 0 }
  }
}

extension Batch {
  /// Appends one row of another batch of the same columns: for rare paths.
  func append(_ source: Batch, row: Int) {
    var index = UInt16(truncatingIfNeeded: row)
    withUnsafeMutablePointer(to: &index) { append(source, Selection(indices: $0, count: 1)) }
  }
}
