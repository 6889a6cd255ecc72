/// What one instance was at one epoch: everything but its keyed state, which lies in files.
///
/// It travels in the report of the instance and stands in the manifest, so that an instance without
/// keyed state needs no file of its own to come back.
package struct InstanceSnapshot: Hashable, Sendable, Codable {
  package var epoch: Epoch
  /// The incarnation that took it: part of the names of what it has written.
  package var incarnation: Incarnation
  /// Lineage: goes back with the state.
  package var counters: [StageCounters] = []
  /// Lineage too: what was sent since the run began, by edge and receiver.
  package var sent: [SentRows] = []
  /// The least of the inputs; a source's own.
  package var watermark = Watermark.start
  /// True if no row will come after it.
  package var isFinished = false
  /// A source's partitions, in the order in which the instance owns them.
  package var partitions: [PartitionSnapshot] = []
  /// The least number that a partition can have that was found after it.
  package var newFrom = PartitionID(0)
  /// Rows that a source has read, and when which of them was due.
  package var rowsRead = 0
  package var pace: SourcePace?
  /// What a sink has prepared and not committed, failed epochs included, oldest first.
  package var outputs: [PreparedOutput] = []
  /// Where the keyed state lies; nil if there is none.
  package var state: StateReference?
  /// Where it lies instead if the stage had another number of instances.
  ///
  /// That is in what each of those has written whose key groups are this one's now. It is never stored,
  /// since the next snapshot is whole.
  package var inherited: [StateReference] = []
  package var times = SnapshotTimes()

  package init(epoch: Epoch, incarnation: Incarnation) {
    self.epoch = epoch
    self.incarnation = incarnation
  }

  /// All that must be there to restore the keyed state.
  package var states: [StateReference] { (state.map { [$0] } ?? []) + inherited }
}

/// When a paced source began to read, and which of its rows was due then.
package struct SourcePace: Hashable, Sendable, Codable {
  package var since: WallTime
  package var row: Int

  package init(since: WallTime, row: Int) {
    self.since = since
    self.row = row
  }
}

/// How far a partition was read: opaque here, made and understood by its source's gateway.
package struct SourcePosition: Hashable, Sendable, Codable {
  package var text: String

  package init(_ text: String) { self.text = text }
}

/// A partition of a source at one epoch.
package struct PartitionSnapshot: Hashable, Sendable, Codable {
  package var partition: PartitionID
  /// Nil: nothing was read yet.
  package var position: SourcePosition?
  /// The highest event time, in microseconds; nil before the first row.
  package var highest: Int64?
  package var hasEnded: Bool
  /// Records read since the run began, those that were no rows too.
  package var rows: UInt64
  /// Of everything that was read up to the position, as its source takes it.
  package var fingerprint: UInt64
  /// Records that were read before the run began, by the one whose savepoint it has begun from.
  package var rowsBefore: UInt64

  package init(
    partition: PartitionID,
    position: SourcePosition?,
    highest: Int64?,
    hasEnded: Bool,
    rows: UInt64 = 0,
    fingerprint: UInt64 = 0,
    rowsBefore: UInt64 = 0
  ) {
    self.partition = partition
    self.position = position
    self.highest = highest
    self.hasEnded = hasEnded
    self.rows = rows
    self.fingerprint = fingerprint
    self.rowsBefore = rowsBefore
  }
}

/// Output that is durable and not visible: opaque here, made and understood by the sink's gateway.
package struct PreparedOutput: Hashable, Sendable, Codable {
  /// The epoch that it was prepared for.
  package var epoch: Epoch
  package var text: String

  package init(epoch: Epoch, text: String) {
    self.epoch = epoch
    self.text = text
  }
}

/// The files that hold an instance's keyed state at one epoch.
package struct StateReference: Hashable, Sendable, Codable {
  /// The file that was written for this epoch, which names the places in the others.
  package var file: String
  /// Earlier files that it refers to, each once.
  package var earlier: [String]
  /// Bytes that were written for this epoch.
  package var bytes: Int64

  package init(file: String, earlier: [String] = [], bytes: Int64) {
    self.file = file
    self.earlier = earlier
    self.bytes = bytes
  }

  /// All files that must be there to restore it.
  package var files: [String] { [file] + earlier }
}
