import WeirColumns

// Results that are noted before they are computed: where care is taken, or some are kept from here.

extension WindowOperator {
  package var identityWidth: Int { keyWidth + 2 }

  /// The most results that may be computed at a time.
  var resultRows: Int { min(state.resultRows(of: output), firings?.most ?? .max) }

  /// The slots whose results may be computed, which are noted until `firings.done()`.
  func admitted(_ slots: [UInt32], of window: Int64) throws(WeirError) -> [UInt32] {
    guard let firings, !slots.isEmpty else { return slots }
    let named = Batch(output, capacity: slots.count)
    try appendResults(
      slots,
      of: window,
      [],
      into: named,
      ResultMarks(),
      usingTotals: false,
      only: Array(0..<identityWidth)
    )
    let rows = firings.admit(named)
    return (0..<rows.count).map { slots[Int(rows.indices[$0])] }
  }

  /// Filters candidates that are noted piece by piece, and sorts those that pass.
  func siftNoted(
    _ slots: [UInt32],
    _ having: any RowFilter,
    _ current: inout Firing
  ) throws(WeirError) {
    var passing: [UInt32] = []
    let rows = resultRows
    var start = 0
    while start < slots.count {
      let part = Array(slots[start..<min(start + rows, slots.count)])
      start += part.count
      let noted = try admitted(part, of: current.window)
      filtered.removeAll()
      try appendResults(
        noted,
        of: current.window,
        current.panes,
        into: filtered,
        ResultMarks(),
        usingTotals: true
      )
      let selected = having.select(filtered)
      firings?.done()
      for position in 0..<selected.count {
        passing.append(noted[Int(selected.indices[position])])
      }
    }
    current.order.append(passing, state)
  }
}
