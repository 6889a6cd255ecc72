import WeirColumns

// Preliminary results of windows that are still open.

extension WindowOperator {
  package func requestEarly() {
    precondition(isSettled, "'\(name)' has results left")
    guard spec.early else { return }
    isEarlyRequested = true
  }

  /// Makes the preliminary results of keys in panes that have changed, in the order (window, key).
  func makeEarly() throws(WeirError) {
    isEarlyRequested = false
    pending.kind = .early
    var window = paneList.next(after: fired)
    while let current = window {
      let panes = onTimePanes(of: current)
      if panes.contains(where: \.hasChanged) { try makeEarly(current, panes) }
      window = paneList.next(after: current)
    }
    for pane in paneList.panes {
      pane.hasChanged = false
      let offset = layout.ownOffset
      for chunk in 1..<state.chunkCount {
        guard let base = pane.chunks.chunk(chunk) else { continue }
        let flags = (base + offset).assumingMemoryBound(to: UInt8.self)
        for place in 0..<state.chunkSlots where flags[place] != 0 {
          _ = pane.chunks.touch(UInt32(chunk << state.shift + place))
          flags[place] = 0
        }
      }
    }
  }

  private func makeEarly(_ window: Int64, _ panes: [Pane]) throws(WeirError) {
    var order = ResultOrder()
    for chunk in 1..<state.chunkCount { order.append(changedSlots(chunk, panes), state) }
    order.seal(state)
    var slots: [UInt32] = []
    while !order.isEmpty {
      order.take(resultRows, state, into: &slots)
      let batch = Batch(output, capacity: slots.count)
      try appendResults(
        try admitted(slots, of: window),
        of: window,
        panes,
        into: batch,
        ResultMarks(isEarly: true),
        usingTotals: false
      )
      defer { firings?.done() }
      guard let having else {
        pending.append(batch)
        continue
      }
      let passing = Batch(output, capacity: slots.count)
      passing.append(batch, having.select(batch))
      pending.append(passing)
    }
  }

  private func changedSlots(_ chunk: Int, _ panes: [Pane]) -> [UInt32] {
    let offset = layout.ownOffset
    let bases = panes.filter(\.hasChanged).compactMap { $0.chunks.chunk(chunk) }
    guard !bases.isEmpty else { return [] }
    return (0..<state.chunkSlots).compactMap { place in
      let hasChanged = bases.contains {
        ($0 + offset).load(fromByteOffset: place, as: UInt8.self) != 0
      }
      return hasChanged ? UInt32(chunk << state.shift + place) : nil
    }
  }
}
