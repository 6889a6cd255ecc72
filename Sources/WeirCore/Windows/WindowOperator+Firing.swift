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
  /// The panes of the window's rows that are on time.
  let panes: [Pane]
  /// Those of them that the totals do not contain yet.
  let entering: [Pane]
  var phase = Phase.scanning
  var nextChunk = 1
  var order = ResultOrder()
}

/// Panes that are being forgotten.
///
/// A key that is in no pane any more keeps its slot until the next panes are forgotten: keys that
/// come again and again are not taken out of their table and put back at each window.
struct Closing {
  var panes: [Pane]
  var nextChunk = 1
  /// Slots that had no uses when panes were last forgotten.
  var parted: [UInt32]
}

extension WindowOperator {
  package func advance(to watermark: Watermark) {
    precondition(isSettled, "'\(name)' has results left")
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
    if var current = amending {
      amending = nil
      try amend(&current, maximumRows)
      if !current.isDone { amending = current }
      return .rows(.update)
    }
    guard var current = firing ?? nextFiring() else {
      return settle() ? .none : .rows(.onTime)
    }
    // Nothing else refers to the cursor while it is worked on, so its arrays change in place.
    firing = nil
    switch current.phase {
    case .scanning:
      try scan(&current)
    case .emitting:
      var slots: [UInt32] = []
      current.order.take(min(maximumRows, resultRows), state, into: &slots)
      try appendResults(
        try admitted(slots, of: current.window),
        of: current.window,
        current.panes,
        into: batch,
        ResultMarks(),
        usingTotals: true
      )
      firings?.done()
    }
    if case .emitting = current.phase, current.order.isEmpty {
      finish(current)
    } else {
      firing = current
    }
    return .rows(.onTime)
  }

  /// The panes of the rows that are on time for a window.
  func onTimePanes(of window: Int64) -> [Pane] {
    paneList.panes(of: window).filter { !$0.isLate }
  }

  /// The next window that is due and has rows.
  private func nextFiring() -> Firing? {
    guard let window = paneList.next(after: fired), window <= due else { return nil }
    let panes = onTimePanes(of: window)
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
      addCandidates(current, chunk)
      if candidates.count >= WindowLimits.runLength { try sift(&current) }
    }
    guard current.nextChunk == state.chunkCount else { return }
    try sift(&current)
    for pane in current.entering { pane.isInTotals = true }
    current.order.seal(state)
    current.phase = .emitting
  }

  /// Notes the slots of a chunk that have rows in the window; the panes that enter go into the totals.
  private func addCandidates(_ current: Firing, _ chunk: Int) {
    let first = UInt32(chunk << state.shift)
    guard let totals else {
      guard let base = current.panes.first?.chunks.chunk(chunk) else { return }
      candidates.append(base.assumingMemoryBound(to: UInt16.self), state.chunkSlots, first)
      return
    }
    for pane in current.entering { layout.enter(pane, chunk) { totals.make(chunk) } }
    guard let base = totals.chunk(chunk) else { return }
    candidates.append(base.assumingMemoryBound(to: Int64.self), state.chunkSlots, first)
  }

  /// Filters the candidates and sorts those that pass.
  private func sift(_ current: inout Firing) throws(WeirError) {
    guard candidates.count > 0 else { return }
    let slots = candidates.slots
    guard let having else {
      current.order.append(slots, state)
      candidates.removeAll()
      return
    }
    guard firings == nil else {
      try siftNoted(Array(slots), having, &current)
      candidates.removeAll()
      return
    }
    let rows = resultRows
    var start = 0
    while start < slots.count {
      let part = UnsafeBufferPointer(rebasing: slots[start..<min(start + rows, slots.count)])
      filtered.removeAll()
      try appendResults(
        part,
        of: current.window,
        current.panes,
        into: filtered,
        ResultMarks(),
        usingTotals: true,
        only: having.columns
      )
      candidates.keep(having.select(filtered), from: start)
      start += part.count
    }
    current.order.append(candidates.kept, state)
    candidates.removeAll()
  }

  /// Takes the panes out of the totals whose last window this was, and turns to its late rows.
  private func finish(_ current: Firing) {
    fired = current.window
    amending = Amending(current.window, paneList.panes(of: current.window))
    guard let totals else { return }
    for pane in current.panes where pane.last == current.window {
      pane.isInTotals = false
      for chunk in 1..<state.chunkCount {
        layout.leave(pane, chunk) { totals.make(chunk) }
      }
    }
  }

  /// Forgets the panes that are closed for every row to come, and keys that no pane holds any more.
  ///
  /// Does a bounded part of it; true when all is done.
  private func settle() -> Bool {
    fired = due
    if closing == nil {
      let panes = paneList.removePrefix(through: alignment.closed(watermark.microseconds))
      guard !panes.isEmpty || watermark == .end && !parting.isEmpty else { return true }
      closing = Closing(panes: panes, parted: parting)
      parting = []
    }
    guard var current = closing else { return true }
    closing = nil
    var left = WindowLimits.slotsOfStep
    while left > 0, let slot = current.parted.popLast() {
      left -= 1
      if state.uses(slot).pointee == 0 { state.release(slot) }
    }
    while left > 0, let pane = current.panes.last {
      left -= state.chunkSlots
      forget(pane, current.nextChunk)
      current.nextChunk += 1
      if current.nextChunk >= state.chunkCount {
        current.nextChunk = 1
        current.panes.removeLast()
      }
    }
    let isDone = current.parted.isEmpty && current.panes.isEmpty
    guard isDone else {
      closing = current
      return false
    }
    // Nothing comes after the end: keys part at once.
    return watermark == .end ? settle() : true
  }

  private func forget(_ pane: Pane, _ chunk: Int) {
    guard let base = pane.chunks.chunk(chunk) else { return }
    let counts = base.assumingMemoryBound(to: UInt16.self)
    let uses = state.uses(UInt32(chunk << state.shift))
    if aggregates.ownsBytes {
      pane.chunks.setAside(chunk: chunk)
      layout.releaseBytes(base, group: Int(state.chunkGroups[chunk]))
    }
    for place in 0..<state.chunkSlots where counts[place] != 0 {
      uses[place] &-= 1
      if uses[place] == 0 { parting.append(UInt32(chunk << state.shift + place)) }
    }
  }
}
