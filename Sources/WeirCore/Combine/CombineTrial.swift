/// Finds out whether it pays to add rows up before they are sent, from what became of the last ones.
///
/// Counts batches and rows alone, no time, so that the same rows are always dealt with alike.
struct CombineTrial: Hashable {
  private let mode: CombineMode
  private var pause = 0
  private var nextPause = 1

  init(_ mode: CombineMode) { self.mode = mode }

  /// Whether to try with a batch of so many rows.
  mutating func tries(rows: Int) -> Bool {
    switch mode {
    case .always: return true
    case .never: return false
    case .auto:
      guard rows >= CombineLimits.leastRows else { return false }
      guard pause > 0 else { return true }
      pause -= 1
      return false
    }
  }

  /// The most partial aggregates that so many rows may become, of at most `capacity`.
  func most(rows: Int, capacity: Int) -> Int {
    mode == .always ? capacity : min(capacity, rows / CombineLimits.leastReduction)
  }

  /// Whether so many bytes in place of those of the rows are worth it.
  func pays(bytes: Int, insteadOf rows: Int) -> Bool {
    mode == .always || bytes * CombineLimits.leastShrinking <= rows
  }

  /// True if rows that are over the most are sent beside the partial aggregates.
  var takesSome: Bool { mode == .always }

  /// Notes that the rows became few enough.
  mutating func paid() { nextPause = 1 }

  /// Notes that they did not: each time in a row the pause is twice as long.
  mutating func failed() {
    pause = nextPause
    nextPause = min(nextPause * 2, CombineLimits.longestPause)
  }
}

/// When `combine: auto` adds rows up.
package enum CombineLimits {
  /// So many rows must become one, on average of a batch; with fewer, the rows are sent.
  package static let leastReduction = 4
  /// Batches of fewer rows are sent as they are, and say nothing.
  package static let leastRows = 32
  /// The most batches that are sent as they are between two tries.
  package static let longestPause = 64
  /// Partial aggregates must take so many times less memory than their rows.
  package static let leastShrinking = 2
}
