import WeirColumns

/// What reaches an instance: the entries of its mailbox.
package enum InstanceEvent {
  /// A frame from a sender, or a credit from a receiver.
  case frameReceived(Frame)
  /// The answer to `.read`.
  case rowsRead(SourceRows)
  /// The answer to `.findPartitions`: those that this instance has to read from now on.
  case partitionsFound([PartitionID])
  /// Time to do a bounded amount of work.
  case turned
  /// This instance is connected to its peers.
  case linked
  /// All instances are connected: rows may flow.
  case started
  /// The coordinator asks to stop.
  case stopRequested(StopReason)
  /// What `.publish` asked for is done.
  case published
}

/// What an instance wants done, in order.
package enum InstanceEffect {
  case send(Frame)
  /// Read rows; answered by `.rowsRead` before anything else happens.
  case read(ReadRequest)
  /// Look for partitions that have appeared; answered by `.partitionsFound` before anything else
  /// happens.
  case findPartitions
  /// Tell people of something that does not keep the run from going on.
  case warn(WeirError)
  /// Write rows to the outside.
  case write(Batch, edge: EdgeIndex, oldest: WallTime)
  /// Make everything written visible; answered by `.published`.
  case publish
  /// Nobody needs the batch any more.
  case recycle(Batch)
  /// The instance has done all it has to do; it stays until it is told to leave.
  case finished
}

/// Which rows a source wants next.
package struct ReadRequest: Hashable, Sendable {
  /// Which partitions the rows may come from.
  package enum Scope: Hashable, Sendable {
    case partition(PartitionID)
    /// In the order of row numbers, over all partitions of the instance.
    case all
  }

  package var scope: Scope
  package var maximumRows: Int
}

/// Rows that a source has read.
package struct SourceRows {
  /// Which partition a row belongs to.
  package enum Origin: Hashable, Sendable {
    case partition(PartitionID)
    /// Row j belongs to list[(first + j) % list.count].
    case interleaved([PartitionID], first: Int)
  }

  /// What can be expected next.
  package enum Next: Hashable, Sendable {
    case more
    /// Nothing now; perhaps later.
    case waiting
    case ended
  }

  package var origin: Origin
  package var batch: Batch
  package var rejected: [RejectedRecord]
  package var next: Next
  /// What people should know of the partition; the run goes on.
  package var warning: WeirError?

  package init(
    origin: Origin,
    batch: Batch,
    rejected: [RejectedRecord] = [],
    next: Next = .more,
    warning: WeirError? = nil
  ) {
    self.origin = origin
    self.batch = batch
    self.rejected = rejected
    self.next = next
    self.warning = warning
  }
}

/// A record that is no row.
package struct RejectedRecord: Hashable, Sendable {
  package var partition: PartitionID
  /// Where it begins, for people: such as `payments-1.jsonl, byte 1204`.
  package var place: String
  /// Why: names the field and what was expected, never the content.
  package var reason: String
  package var raw: [UInt8]

  package init(partition: PartitionID, place: String, reason: String, raw: [UInt8]) {
    self.partition = partition
    self.place = place
    self.reason = reason
    self.raw = raw
  }
}
