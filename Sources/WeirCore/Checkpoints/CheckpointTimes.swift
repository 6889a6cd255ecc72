/// How long an instance took for its part of a checkpoint, in microseconds.
package struct SnapshotTimes: Hashable, Sendable, Codable {
  /// From its first barrier until it could mark its state: all inputs had delivered theirs, and what it
  /// had to write of the epoch before was written.
  package var alignment: Int64 = 0
  /// From the mark until its state was durable.
  package var write: Int64 = 0
  /// From the mark until its output was durable.
  package var prepare: Int64 = 0

  package init() {}

  var sum: Int64 { alignment + write + prepare }
}

/// How long the steps of a complete checkpoint took, in microseconds, one after the other: those of
/// the instance that reported last, then those of the coordinator.
package struct CheckpointTimes: Hashable, Sendable, Codable {
  package var epoch: Epoch
  /// The instance that reported last.
  package var slowest: InstanceID
  /// From the opening to its first barrier, and its reports on their way.
  package var barrier: Int64
  package var alignment: Int64
  package var write: Int64
  package var prepare: Int64
  /// Until the manifest was durable: the checkpoint is complete.
  package var manifest: Int64
  /// Until all output was visible.
  package var commit: Int64

  package init(
    epoch: Epoch,
    slowest: InstanceID,
    reported: Int64,
    snapshot: SnapshotTimes,
    manifest: Int64,
    commit: Int64
  ) {
    self.epoch = epoch
    self.slowest = slowest
    barrier = max(reported - snapshot.sum, 0)
    alignment = snapshot.alignment
    write = snapshot.write
    prepare = snapshot.prepare
    self.manifest = manifest
    self.commit = commit
  }

  /// From the opening until it was complete.
  package var untilComplete: Int64 { barrier + alignment + write + prepare + manifest }
}
