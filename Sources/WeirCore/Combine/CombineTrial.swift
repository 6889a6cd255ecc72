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

  /// Rows of one key and pane that a batch must have for them to be added up.
  var leastOfGroup: Int { mode == .always ? 1 : CombineLimits.leastOfGroup }

  /// Whether so many of the rows of a batch are worth it.
  func pays(taken: Int, of rows: Int) -> Bool {
    taken > 0 && (mode == .always || taken * CombineLimits.leastShare >= rows)
  }

  /// Whether so many bytes in place of those of the rows are worth it.
  func pays(bytes: Int, insteadOf rows: Int) -> Bool {
    mode == .always || bytes * CombineLimits.leastShrinking <= rows
  }

  /// Notes that it was worth it.
  mutating func paid() { nextPause = 1 }

  /// Notes that it was not: each time in a row the pause is twice as long.
  mutating func failed() {
    pause = nextPause
    nextPause = min(nextPause * 2, CombineLimits.longestPause)
  }
}

/// When `combine: auto` adds rows up.
package enum CombineLimits {
  /// So many rows a batch must have of a key and pane; those of others are sent as they are.
  package static let leastOfGroup = 8
  /// One row in so many of a batch must be of such a key and pane.
  package static let leastShare = 4
  /// Batches of fewer rows are sent as they are, and say nothing.
  package static let leastRows = 32
  /// The most batches that are sent as they are between two tries.
  package static let longestPause = 64
  /// Partial aggregates must take so many times less memory than their rows.
  package static let leastShrinking = 2
}
