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
  /// The coordinator says where to begin; the instance is connected to its peers.
  case rewindOrdered(Rewind)
  /// Another layout comes into force behind an epoch; the instance is connected to its peers of both.
  case reshapeOrdered(Reshape)
  /// To one that begins anew in that layout: what it goes on from. To others: what instances that are
  /// gone have counted.
  case inherited(Round, InstanceSnapshot)
  /// State that `.restore` asked for, in the order in which it was written.
  case stateRead(Round, [StateSection])
  /// What `.restore` asked for is done.
  case restored(Round)
  /// It cannot be done: what was stored is damaged.
  case restoreFailed(Round, WeirError)
  /// All instances of the region are restored: rows may flow.
  case started(Round)
  /// To a source: the epoch ends here.
  case checkpointOrdered(Epoch, isLast: Bool)
  /// The epoch has failed.
  case aborted(Epoch)
  /// The state that was written up to `.finishState` is durable; these addresses should be written
  /// whole the next time, since too much of the files that hold them is dead.
  case stateWritten(Epoch, StateReference, rewriting: [StateAddress])
  /// It is not, and no later snapshot may refer to it.
  case stateFailed(Epoch, WeirError)
  /// What `.prepare` asked for is done.
  case prepared(Epoch, [PreparedOutput])
  /// It is not, and the rows go with the next epoch.
  case prepareFailed(Epoch, WeirError)
  /// To a sink: the epoch is complete.
  case commitOrdered(Epoch, [PreparedOutput])
  /// What `.commit` asked for is done.
  case committed(Epoch)
  /// To a source: the input ends here.
  case drainOrdered
  /// Rows need no longer be taken with care.
  case relaxOrdered
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
  /// Write rows to the outside; not visible, and not durable before `.prepare`.
  case write(Batch, edge: EdgeIndex, oldest: WallTime)
  /// Bring back what the outside held at an epoch; answered by `.stateRead`, as often as there is
  /// state, and then by `.restored`, or by `.restoreFailed`.
  case restore(RestoreRequest)
  /// The stage has so many instances from now on.
  case laidOut(RunLayout.Stage)
  /// Begin the file of an epoch's state; of tables that are not named nothing is needed any more.
  case beginState(Epoch, live: [StateTable], isFull: Bool)
  case writeState(Epoch, [StateSection])
  /// Make the state durable; answered by `.stateWritten`, or by `.stateFailed`, which may also come
  /// before.
  case finishState(Epoch)
  /// Make everything written so far durable, under the name of the epoch, and not visible; answered
  /// by `.prepared` or `.prepareFailed`. Rows written from now on belong to a later epoch.
  case prepare(Epoch)
  /// Make the prepared output visible; doing it twice changes nothing. Answered by `.committed`.
  case commit(Epoch, [PreparedOutput])
  /// Nobody needs the batch any more.
  case recycle(Batch)
  /// Tell the coordinator.
  case report(InstanceMessage)
  /// The instance has done all it has to do; it passes barriers until it is told to leave.
  case finished
}

/// What an instance's gateways have to bring back.
package struct RestoreRequest: Hashable, Sendable {
  /// Where a source goes on.
  package struct Partition: Hashable, Sendable {
    package var partition: PartitionID
    /// Nil: at the beginning.
    package var position: SourcePosition?

    package init(partition: PartitionID, position: SourcePosition?) {
      self.partition = partition
      self.position = position
    }
  }

  package var round: Round
  /// A sink forgets everything that was written or prepared after it, and withdraws what became
  /// visible.
  package var epoch: Epoch
  /// No row came after it.
  package var isFinished: Bool
  package var partitions: [Partition]
  /// The least number that a partition can have that was found after the epoch.
  package var newFrom: PartitionID
  /// What a sink keeps: prepared up to the epoch, and perhaps committed.
  package var outputs: [PreparedOutput]
  package var state: StateReference?
  /// What other instances have written of key groups that are its own now; if there is any, it has
  /// no state of its own.
  package var inherited: [StateReference] = []
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

  package init(scope: Scope, maximumRows: Int) {
    self.scope = scope
    self.maximumRows = maximumRows
  }
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
  /// Where to go on after these rows, in each of the partitions that they come from; nil: where the
  /// rows before have said.
  package var position: SourcePosition?
  /// What these records add to the fingerprint of each partition that they come from, in the order
  /// of `origin`; fewer: to the rest nothing.
  package var fingerprints: [UInt64]

  package init(
    origin: Origin,
    batch: Batch,
    rejected: [RejectedRecord] = [],
    next: Next = .more,
    warning: WeirError? = nil,
    position: SourcePosition? = nil,
    fingerprints: [UInt64] = []
  ) {
    self.origin = origin
    self.batch = batch
    self.rejected = rejected
    self.next = next
    self.warning = warning
    self.position = position
    self.fingerprints = fingerprints
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
  /// It was not parsed at all, because it kills the parser.
  package var isPoison: Bool

  package init(
    partition: PartitionID,
    place: String,
    reason: String,
    raw: [UInt8],
    isPoison: Bool = false
  ) {
    self.partition = partition
    self.place = place
    self.reason = reason
    self.raw = raw
    self.isPoison = isPoison
  }
}
