import WeirColumns

// Firing: a cursor over the windows that are due, and within a window over the chunks of slots.

/// A window that is being fired.
struct Firing {
  enum Phase {
    /// Looking for keys with rows, chunk by chunk.
    case scanning
    /// Handing results out in the order of their keys.
    case emitting
  }

  let window: Int64
  /// The panes of the window.
  let panes: [Pane]
  /// Those of them that the totals do not contain yet.
  let entering: [Pane]
  var phase = Phase.scanning
  var nextChunk = 1
  var order = ResultOrder()
  /// Slots with rows that no filter has seen yet.
  var candidates: [UInt32] = []
}

extension WindowOperator {
  package func advance(to watermark: Watermark) {
    precondition(firing == nil && pending.isEmpty, "'\(name)' has results left")
    guard watermark > self.watermark else { return }
    self.watermark = watermark
    due = alignment.fired(watermark.microseconds)
  }

  package func emit(
    maximumRows: Int,
    into batch: Batch
  ) throws(WeirError) -> Emission {
    if isEarlyRequested { try makeEarly() }
    guard pending.isEmpty else {
      pending.move(maximumRows: maximumRows, into: batch)
      return .rows(pending.kind)
    }
    guard var current = firing ?? nextFiring() else {
      settle()
      return .none
    }
    // Nothing else refers to the cursor while it is worked on, so its arrays change in place.
    firing = nil
    switch current.phase {
    case .scanning:
      try scan(&current)
    case .emitting:
      var slots: [UInt32] = []
      current.order.take(min(maximumRows, WindowLimits.runLength), state, into: &slots)
      try appendResults(
        slots,
        of: current.window,
        current.panes,
        into: batch,
        ResultMarks(),
        usingTotals: true
      )
    }
    if case .emitting = current.phase, current.order.isEmpty {
      finish(current)
    } else {
      firing = current
    }
    return .rows(.onTime)
  }

  /// The next window that is due and has rows.
  private func nextFiring() -> Firing? {
    guard let window = paneList.next(after: fired), window <= due else { return nil }
    let panes = paneList.panes(of: window)
    let entering = totals == nil ? [] : panes.filter { !$0.isInTotals }
    return Firing(window: window, panes: panes, entering: entering)
  }

  private func scan(_ current: inout Firing) throws(WeirError) {
    let end = min(
      state.chunkCount,
      current.nextChunk + max(1, WindowLimits.slotsOfStep >> state.shift)
    )
    while current.nextChunk < end {
      let chunk = current.nextChunk
      current.nextChunk += 1
      guard let counts = countsOfWindow(current, chunk) else { continue }
      let first = UInt32(chunk << state.shift)
      for place in 0..<state.chunkSlots where counts[place] != 0 {
        current.candidates.append(first &+ UInt32(truncatingIfNeeded: place))
      }
      if current.candidates.count >= WindowLimits.runLength { try sift(&current) }
    }
    guard current.nextChunk == state.chunkCount else { return }
    try sift(&current)
    for pane in current.entering { pane.isInTotals = true }
    current.order.seal(state)
    current.phase = .emitting
  }

  /// The rows of each slot of a chunk in the window; the panes that enter go into the totals.
  private func countsOfWindow(_ current: Firing, _ chunk: Int) -> UnsafeMutablePointer<Int64>? {
    guard let totals else {
      return current.panes[0].chunks.chunk(chunk)?.assumingMemoryBound(to: Int64.self)
    }
    for pane in current.entering {
      guard let source = pane.chunks.chunk(chunk) else { continue }
      aggregates.enter(source, totals.touch(chunk, epoch: state.epoch))
    }
    return totals.chunk(chunk)?.assumingMemoryBound(to: Int64.self)
  }

  /// Filters the candidates and sorts those that pass.
  private func sift(_ current: inout Firing) throws(WeirError) {
    guard !current.candidates.isEmpty else { return }
    if let having {
      var start = 0
      while start < current.candidates.count {
        let end = min(start + WindowLimits.runLength, current.candidates.count)
        let slots = Array(current.candidates[start..<end])
        filtered.removeAll()
        try appendResults(
          slots,
          of: current.window,
          current.panes,
          into: filtered,
          ResultMarks(),
          usingTotals: true,
          only: having.columns
        )
        let passing = having.select(filtered)
        current.order.append((0..<passing.count).map { slots[Int(passing.indices[$0])] }, state)
        start = end
      }
    } else {
      current.order.append(current.candidates, state)
    }
    current.candidates.removeAll(keepingCapacity: true)
  }

  /// Takes the panes out of the totals whose last window this was.
  private func finish(_ current: Firing) {
    fired = current.window
    guard let totals else { return }
    for pane in current.panes where pane.last == current.window {
      pane.isInTotals = false
      for chunk in 1..<state.chunkCount {
        guard let source = pane.chunks.chunk(chunk) else { continue }
        aggregates.leave(source, totals.touch(chunk, epoch: state.epoch))
      }
    }
  }

  /// Forgets the panes that are closed for every row to come, and the keys that are in no other.
  private func settle() {
    fired = due
    for pane in paneList.removePrefix(through: alignment.closed(watermark.microseconds)) {
      for chunk in 1..<state.chunkCount {
        guard let base = pane.chunks.chunk(chunk) else { continue }
        forget(base, chunk)
      }
    }
  }

  private func forget(_ base: UnsafeMutableRawPointer, _ chunk: Int) {
    let counts = base.assumingMemoryBound(to: Int64.self)
    let uses = state.uses(UInt32(chunk << state.shift))
    if aggregates.ownsBytes {
      aggregates.releaseBytes(
        base,
        at: 0,
        count: state.chunkSlots,
        group: Int(state.chunkGroups[chunk])
      )
    }
    for place in 0..<state.chunkSlots where counts[place] != 0 {
      uses[place] &-= 1
      if uses[place] == 0 { state.release(UInt32(chunk << state.shift + place)) }
    }
  }
}
