/// How a run is stopped from outside.
package enum StopReason: String, Hashable, Sendable, Codable, CaseIterable {
  /// At a checkpoint: no open window fires, and the next run goes on from there.
  case checkpoint
  /// The input ends here; every window fires.
  case drain
  /// At once: what is not committed yet is done again by the next run.
  case now
}
