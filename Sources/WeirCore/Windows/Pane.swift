/// The rows of the same panes of time, by key: all windows from `first` to `last` contain them.
///
/// Windows are numbered by their ends: window e ends at e x every + offset. A row whose pane of time
/// is p belongs to the windows p + 1 ... p + n. Of these the watermark that the row is judged by may
/// have passed some: they take it as a late row, if they are not closed, in a *late* pane; the others
/// take it on time, in a pane that begins later. Which row is on time for a window thus follows from
/// the row alone, and not from how far this operator was when it came.
final class Pane {
  let first: Int64
  let last: Int64
  /// Its windows take its rows only after their first result.
  let isLate: Bool
  let chunks: ChunkTable
  /// What does not fit its chunks; see `PaneLayout`.
  let carries: ChunkTable
  /// The running totals contain this pane.
  var isInTotals = false
  /// Rows came since preliminary results were last made.
  var hasChanged = false
  /// The place among the panes of the assignment of that number.
  var ordinal = 0
  var assignmentNumber = 0

  init(
    first: Int64,
    last: Int64,
    isLate: Bool,
    _ chunks: ChunkTable,
    carries: ChunkTable
  ) {
    self.first = first
    self.last = last
    self.isLate = isLate
    self.chunks = chunks
    self.carries = carries
  }

  /// The window contains the rows of this pane.
  func belongs(to window: Int64) -> Bool { first <= window && window <= last }

  /// The place in the order of panes.
  fileprivate var key: (Int64, Int64, Int) { Self.key(first, last, isLate) }

  fileprivate static func key(
    _ first: Int64,
    _ last: Int64,
    _ isLate: Bool
  ) -> (Int64, Int64, Int) {
    (last, first, isLate ? 1 : 0)
  }
}

/// The live panes of an operator, sorted by (last, first), late ones behind their like.
struct PaneList {
  private(set) var panes: [Pane] = []

  private func position(_ key: (Int64, Int64, Int)) -> Int {
    var low = 0
    var high = panes.count
    while low < high {
      let middle = (low + high) / 2
      if panes[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func position(ofLast last: Int64) -> Int { position(Pane.key(.min, last, false)) }

  /// The pane, if it is there; O(log of panes).
  func find(first: Int64, last: Int64, isLate: Bool) -> Pane? {
    let key = Pane.key(first, last, isLate)
    let place = position(key)
    guard place < panes.count, panes[place].key == key else { return nil }
    return panes[place]
  }

  /// Adds a pane that is not there; O(panes).
  mutating func insert(_ pane: Pane) {
    panes.insert(pane, at: position(pane.key))
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
    panes[position(ofLast: window)...].filter { $0.belongs(to: window) }
  }

  /// The least window after `window` that has rows; O(panes after it).
  func next(after window: Int64) -> Int64? {
    var least: Int64?
    for pane in panes[position(ofLast: window + 1)...] {
      let candidate = max(pane.first, window + 1)
      if least.map({ candidate < $0 }) ?? true { least = candidate }
    }
    return least
  }
}
