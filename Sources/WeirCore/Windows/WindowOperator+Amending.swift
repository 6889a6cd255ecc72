// Late rows that came before their window fired: they change its result once that is out.

/// A window that has just fired, while its late rows are added to the results.
struct Amending {
  let window: Int64
  /// The panes that its results were made of.
  let onTime: [Pane]
  /// Those that change them now.
  let late: [Pane]
  private(set) var nextChunk = 1
  private(set) var isScanned = false
  var order = ResultOrder()

  /// Nil if none of the panes is late.
  init?(_ window: Int64, _ panes: [Pane]) {
    late = panes.filter(\.isLate)
    guard !late.isEmpty else { return nil }
    self.window = window
    onTime = panes.filter { !$0.isLate }
  }

  /// True when all changed results were made.
  var isDone: Bool { isScanned && order.isEmpty }

  /// Looks for keys with late rows in some of the chunks.
  mutating func scan(_ state: KeyedState) {
    let end = min(
      state.chunkCount,
      nextChunk + max(1, WindowLimits.slotsOfStep >> state.shift)
    )
    while nextChunk < end {
      order.append(slots(of: nextChunk, state), state)
      nextChunk += 1
    }
    guard nextChunk == state.chunkCount else { return }
    order.seal(state)
    isScanned = true
  }

  private func slots(of chunk: Int, _ state: KeyedState) -> [UInt32] {
    let counts = late.compactMap {
      $0.chunks.chunk(chunk)?.assumingMemoryBound(to: UInt16.self)
    }
    guard !counts.isEmpty else { return [] }
    return (0..<state.chunkSlots).compactMap { place in
      counts.contains { $0[place] > 0 } ? UInt32(chunk << state.shift + place) : nil
    }
  }
}

extension WindowOperator {
  /// Does a bounded part of it: the changed results are then pending.
  func amend(_ current: inout Amending, _ maximumRows: Int) throws(WeirError) {
    guard current.isScanned else {
      current.scan(state)
      return
    }
    var slots: [UInt32] = []
    current.order.take(min(maximumRows, resultRows), state, into: &slots)
    let touched = try admitted(slots, of: current.window).map {
      Touched(window: current.window, slot: $0)
    }
    guard !touched.isEmpty else { return }
    try makeUpdates(touched, [try resultsBefore(touched, touched.indices, current.onTime)])
    firings?.done()
  }
}
