/// The rows of the same panes of time, by key: all windows from `first` to `last` contain them.
///
/// Windows are numbered by their ends: window e ends at e x every + offset. A row whose pane of time
/// is p belongs to the windows p + 1 ... p + n; if some of these are closed for it, which happens
/// to rows that are behind the watermark, it goes to a pane of its own that begins later.
final class Pane {
  let first: Int64
  let last: Int64
  let chunks: ChunkTable
  /// The running totals contain this pane.
  var isInTotals = false
  /// Rows came since preliminary results were last made.
  var hasChanged = false
  /// The place in the list of the batch of that number.
  var ordinal = 0
  var batchNumber = 0

  init(first: Int64, last: Int64, _ chunks: ChunkTable) {
    self.first = first
    self.last = last
    self.chunks = chunks
  }

  /// The window contains the rows of this pane.
  func belongs(to window: Int64) -> Bool { first <= window && window <= last }
}

/// The live panes of an operator, sorted by (last, first).
struct PaneList {
  private(set) var panes: [Pane] = []

  private func position(_ first: Int64, _ last: Int64) -> Int {
    var low = 0
    var high = panes.count
    while low < high {
      let middle = (low + high) / 2
      let pane = panes[middle]
      if (pane.last, pane.first) < (last, first) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The pane, if it is there; O(log of panes).
  func find(first: Int64, last: Int64) -> Pane? {
    let place = position(first, last)
    guard place < panes.count, panes[place].first == first, panes[place].last == last else {
      return nil
    }
    return panes[place]
  }

  /// Adds a pane that is not there; O(panes).
  mutating func insert(_ pane: Pane) {
    panes.insert(pane, at: position(pane.first, pane.last))
  }

  /// Removes the panes whose last window is not after that one, and returns them.
  mutating func removePrefix(through last: Int64) -> [Pane] {
    var count = 0
    while count < panes.count, panes[count].last <= last { count += 1 }
    let removed = Array(panes[..<count])
    panes.removeFirst(count)
    return removed
  }

  /// The panes of a window, in order; O(panes after it).
  func panes(of window: Int64) -> [Pane] {
    panes[position(.min, window)...].filter { $0.belongs(to: window) }
  }

  /// The least window after `window` that has rows; O(panes after it).
  func next(after window: Int64) -> Int64? {
    var least: Int64?
    for pane in panes[position(.min, window + 1)...] {
      let candidate = max(pane.first, window + 1)
      if least.map({ candidate < $0 }) ?? true { least = candidate }
    }
    return least
  }
}
