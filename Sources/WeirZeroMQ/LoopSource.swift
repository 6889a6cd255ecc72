/// Something that a loop waits for, as `LoopExecutor.add` names it; never reused within a loop.
package struct LoopSource: Hashable, Sendable {
  let number: Int
}

/// When a loop turns again.
package enum NextTurn: Equatable, Sendable {
  /// At once, after a look at the sources: there is more work.
  case now
  /// When a source is ready or something woke the loop, at the latest at this point of the
  /// monotonic clock, in nanoseconds. It is never early, and about a millisecond late at most.
  case at(nanoseconds: Int64)
  /// When a source is ready or something woke the loop.
  case whenReady
  /// Never: the loop ends.
  case never
}
