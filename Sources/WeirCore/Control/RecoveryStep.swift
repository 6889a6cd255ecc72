/// How far an instance is on its way back after a rewind: each step is told once a round.
package enum RecoveryStep: Hashable, Sendable, Codable {
  /// Its keyed state is there again: so many bytes were read.
  case restored(bytes: Int64)
  /// It has taken its first rows since the rewind. `before`: when it had taken its last ones before
  /// it, by the same clock; nil if this process never had any.
  case rows(at: Instant, before: Instant?)
  /// A source has read again all that had been read, and no row that comes at a rate is overdue. So
  /// many rows were read once more; nil if nobody knows how far it had been.
  case caughtUp(replayed: Int?)
}
