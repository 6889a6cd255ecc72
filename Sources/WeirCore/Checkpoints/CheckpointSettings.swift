/// `checkpoints:` and `restarts:` of a topology, as the nodes need them.
package struct CheckpointSettings: Hashable, Sendable {
  /// Nanoseconds from the opening of a checkpoint to that of the next.
  package var every: Int64 = 10_000_000_000
  /// Nanoseconds that a checkpoint may take.
  package var timeout: Int64 = 100_000_000_000
  /// Complete checkpoints that are kept.
  package var keep = 3
  /// Checkpoints in a row that may fail before the run stops; deaths do not count.
  package var mostFailures = 5
  /// Failures of one instance that count before the run stops.
  package var mostRestarts = 5
  /// Nanoseconds for which a failure counts that an instance has brought about itself, also when
  /// checkpoints are complete meanwhile.
  package var restartsWithin: Int64 = 600_000_000_000
  /// Nanoseconds after which a process that does not answer counts as dead.
  package var hangAfter: Int64 = 3_000_000_000

  package init() {}

  /// Nanoseconds between two pings: a hang is seen by so much before `hangAfter` at the most.
  var pingEvery: Int64 { hangAfter / 12 }
}

/// The guarantee of a sink.
package enum Delivery: String, Hashable, Sendable, Codable {
  /// Visible when the checkpoint is complete, by an act that may be done twice.
  case exactlyOnce
  /// Visible as soon as it is prepared: what a failure makes the run do again is visible twice.
  case atLeastOnce
  /// Visible when the checkpoint is complete, by an act that is never done twice: what a failure
  /// interrupts may be lost.
  case atMostOnce
}
