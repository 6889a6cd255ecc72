import WeirColumns

/// The behaviour of a process: events in, effects out, time as an argument.
///
/// A deterministic function of the order of its mailbox. Nothing inside waits, and a turn does a
/// bounded amount of work: one batch of rows, one batch of a firing, or one slice of a snapshot.
package struct InstanceNode {
  /// Where the instance is in its life; a rewind leads from any phase to `restoring`.
  package enum Phase: Hashable, Sendable {
    /// Made, or told to begin where it cannot; waits for the coordinator to say where to begin.
    case bound
    /// What was queued and gathered is gone; the state is being brought back.
    case restoring
    /// Restored; nothing may leave before all others are too.
    case ready
    /// Rows flow.
    case running
    /// Its input has ended and all its work is done; what it said may still wait for credit.
    case draining
    /// Everything it had to say has left. It passes barriers until it is told to leave.
    case finished
  }

  package let instance: InstanceID
  package let incarnation: Incarnation
  package internal(set) var phase = Phase.bound
  /// The rewind or reshape that was obeyed last.
  package internal(set) var round = Round(0)
  /// As the topology says; `job` has the layout that is in force.
  let declared: JobPlan
  var job: JobPlan
  let stage: StageIndex
  private let partitions: [PartitionID]
  let pool: BatchPool
  let flow: FlowBudget
  let memory: MarkMemory
  var role: InstanceRole
  var inputs: InputSet
  var outputs: OutputSet
  /// The layout that comes into force behind an epoch, and how far the turn to it is.
  var reshaping: Reshaping?
  /// The layout in force has no place for this instance: it waits to be told to leave.
  var isGone = false
  /// Outputs of the layout before, until all that was said on them has left.
  var leavingOutputs: OutputSet?
  var snapshots = SnapshotProgress()
  var resuming = ResumeProgress()
  /// An epoch that is aligned while the state or output of one before is still being written.
  var waiting: Epoch?
  /// When the first barrier of the epoch that is being aligned, or waits, came.
  var aligningSince: (epoch: Epoch, instant: Instant)?
  /// State has been read since the last rewind.
  var restoresState = false
  /// What it has read is of other instances.
  var inheritsState = false
  /// Frames of older generations that earlier rounds have dropped.
  var staleBefore: UInt64 = 0

  /// Makes the node of an instance; `partitions` are those of a source that it reads, and `memory` is
  /// where it notes what it works on.
  package init(
    _ instance: InstanceID,
    incarnation: Incarnation = Incarnation(1),
    job: JobPlan,
    partitions: [PartitionID],
    pool: BatchPool,
    flow: FlowBudget = FlowBudget(),
    memory: MarkMemory = MarkMemory()
  ) {
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)' in plan '\(job.name)'")
    }
    self.instance = instance
    self.incarnation = incarnation
    declared = job
    self.job = job
    self.stage = stage
    self.partitions = partitions
    self.pool = pool
    self.flow = flow
    self.memory = memory
    // Before the first rewind there is no generation: whatever arrives is a broken invariant.
    let none = Generation(0)
    inputs = InputSet(job, instance: instance, generation: none, flow: flow)
    outputs = OutputSet(
      job,
      instance: instance,
      generation: none,
      pool: pool,
      flow: flow,
      rowGuard: RowGuard(job, memory: memory)
    )
    role = InstanceRole(job, stage: stage, partitions: partitions, flow: flow)
  }

  // MARK: Events

  /// Handles one event; throws when the instance cannot go on.
  package mutating func handle(
    _ event: InstanceEvent,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    outputs.now = now
    switch event {
    case .frameReceived(let frame): try receive(frame)
    case .rowsRead(let rows): try rowsRead(rows, at: now, into: &effects)
    case .partitionsFound(let found):
      sourceOrdered { source, outputs in source.partitionsFound(found, at: now, &outputs) }
    case .turned: try turn(at: now, into: &effects)
    case .rewindOrdered(let rewind): self.rewind(to: rewind, at: now, into: &effects)
    case .reshapeOrdered(let reshape): self.reshape(reshape, at: now, into: &effects)
    case .inherited(let given, let snapshot):
      inherit(given, snapshot, at: now, into: &effects)
    case .stateRead(let read, let sections):
      guard phase == .restoring, read == round, case .keyed(let keyed) = role else { break }
      guard !Mutant.stateForgotten.isActive else { break }
      restoresState = true
      do throws(WeirError) {
        for section in sections {
          try keyed.restore(section)
          reshaping?.stateBytes += Int64(section.bytes.count)
          resuming.restored(section.bytes.count)
        }
      } catch {
        try restoreFailed(error, into: &effects)
      }
    case .restored(let restored):
      guard phase == .restoring, restored == round else { break }
      do throws(WeirError) {
        try finishRestore()
        resuming.finishRestore(round, into: &effects)
        if reshaping == nil {
          effects.append(.report(.rewound(round)))
        } else {
          join(into: &effects)
        }
      } catch {
        try restoreFailed(error, into: &effects)
      }
    case .restoreFailed(let restored, let error):
      guard phase == .restoring, restored == round else { break }
      try restoreFailed(error, into: &effects)
    case .started(let started):
      guard phase == .ready, started == round else { break }
      phase = .running
      if watermark != .end { outputs.advance(to: promised) }
    case .checkpointOrdered(let epoch, let isLast):
      guard hasStarted else { break }
      sourceOrdered { source, _ in if isLast { source.halt() } }
      mark(epoch, into: &effects)
    case .aborted(let epoch):
      inputs.abort(epoch)
      snapshots.abort(epoch)
      if let waiting, waiting <= epoch { self.waiting = nil }
    case .stateWritten(let epoch, let state, let rewriting):
      keyedOrdered { keyed in keyed.stateWritten(epoch, rewriting: rewriting) }
      snapshots.written(epoch, state, at: now.instant, into: &effects)
      markWaiting(into: &effects)
    case .stateFailed(let epoch, let error):
      keyedOrdered { keyed in keyed.stateFailed(epoch) }
      if reshaping?.epoch == epoch { finishTurn(into: &effects) }
      snapshots.failed(epoch, .write, error, into: &effects)
      markWaiting(into: &effects)
    case .prepared(let epoch, let outputs):
      prepared(epoch, outputs, into: &effects)
      markWaiting(into: &effects)
    case .prepareFailed(let epoch, let error):
      snapshots.failed(epoch, .prepare, error, into: &effects)
      markWaiting(into: &effects)
    case .commitOrdered(let epoch, let outputs): effects.append(.commit(epoch, outputs))
    case .committed(let epoch):
      committed(epoch, into: &effects)
      markWaiting(into: &effects)
    case .drainOrdered: sourceOrdered { source, outputs in source.drain(&outputs) }
    case .relaxOrdered: rowGuard.relax()
    }
    let isEarly = Mutant.sendsBeforeGo.isActive || Mutant.futureFrameIgnored.isActive
    flushLeaving(at: now, into: &effects)
    guard hasStarted || phase == .ready && isEarly || takesInputs else { return }
    if resuming.isOpen { noteResumed(at: now, into: &effects) }
    inputs.grant(into: &effects, at: now, takesCombined: takesCombined)
    guard !takesInputs else { return }
    outputs.flush(isIdle: outputs.isGathering && isIdle(at: now), into: &effects)
    if phase == .draining, outputs.isDrained, leavingOutputs == nil {
      phase = .finished
      effects.append(.finished)
    }
  }

  /// True unless somebody has to see each row, or it is not known how far the inputs are.
  private var takesCombined: Bool {
    rowGuard.care == .usual && !rowGuard.knowsPoison(of: stage) && !takesInputs
  }

  private mutating func receive(_ frame: Frame) throws(WeirError) {
    if try receiveReshaping(frame) { return }
    if frame.header.kind == .credit {
      outputs.grant(frame.header)
    } else {
      try inputs.receive(frame)
      if let epoch = inputs.aligning, aligningSince?.epoch != epoch {
        aligningSince = (epoch, outputs.now.instant)
      }
    }
  }

  private mutating func rowsRead(
    _ rows: SourceRows,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    guard case .source(var source) = role else { return }
    role = .moving
    defer { role = .source(source) }
    try source.rowsRead(rows, at: now, &outputs, into: &effects)
  }

  /// Tells a source something; others are not concerned.
  private mutating func sourceOrdered(_ order: (inout SourceNode, inout OutputSet) -> Void) {
    guard hasStarted, case .source(var source) = role else { return }
    role = .moving
    order(&source, &outputs)
    role = .source(source)
  }

  private mutating func keyedOrdered(_ order: (inout KeyedNode) -> Void) {
    guard case .keyed(var keyed) = role else { return }
    role = .moving
    order(&keyed)
    role = .keyed(keyed)
  }

  // MARK: Going back

  private mutating func noteResumed(at now: Moment, into effects: inout [InstanceEffect]) {
    if case .source(let source) = role {
      resuming.note(source, at: now, round, into: &effects)
    } else {
      resuming.note(taken: inputs.firstRowsAt, round, into: &effects)
    }
  }

  private mutating func finishRestore() throws(WeirError) {
    if restoresState, case .keyed(var keyed) = role {
      role = .moving
      defer { role = .keyed(keyed) }
      try keyed.finishRestore(at: inputs.watermark, isInherited: inheritsState)
    }
    phase = .ready
  }

  /// Waits for an older epoch to begin at, if what was stored is damaged; throws anything else.
  private mutating func restoreFailed(
    _ error: WeirError,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    guard error.isDamage, reshaping == nil else { throw error }
    phase = .bound
    effects.append(.report(.stateUnusable(round, error)))
  }

  /// Drops everything of the generation before, and begins to restore.
  ///
  /// What the channels have said is said again, so that their ends need not be remembered; the
  /// watermark is kept, since which rows are late must not depend on a failure.
  private mutating func rewind(
    to rewind: Rewind,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) {
    guard rewind.round > round else { return }
    round = rewind.round
    phase = .restoring
    reshaping = nil
    leavingOutputs = nil
    lay(out: rewind.layout, into: &effects)
    staleBefore = staleFrames
    restoresState = false
    inheritsState = rewind.snapshot?.inherited.isEmpty == false
    waiting = nil
    let snapshot = rewind.snapshot
    var rowsRead: Int?
    if case .source(let source) = role { rowsRead = source.rowsRead }
    resuming.begin(rewind, taken: inputs.lastRowsAt, rowsRead: rowsRead)
    inputs = InputSet(
      job,
      instance: instance,
      generation: rewind.generation,
      flow: flow,
      watermark: snapshot?.watermark ?? .start
    )
    let (kept, keptSent) = (outputs.counters, outputs.sent)
    let rowGuard = RowGuard(
      job,
      memory: memory,
      care: rewind.care,
      quarantine: rewind.quarantine
    )
    rowGuard.trap = outputs.rowGuard.trap
    rowGuard.recordTrap = outputs.rowGuard.recordTrap
    outputs = OutputSet(
      job,
      instance: instance,
      generation: rewind.generation,
      pool: pool,
      flow: flow,
      rowGuard: rowGuard,
      from: snapshot
    )
    if Mutant.countersKept.isActive { outputs.counters = kept }
    if Mutant.sentKept.isActive { outputs.sent = keptSent }
    outputs.now = now
    restore(snapshot, beginsPace: rewind.beginsPace, at: now, into: &effects)
  }

  /// Begins to bring back what a snapshot says, nil: the beginning.
  mutating func restore(
    _ snapshot: InstanceSnapshot?,
    beginsPace: Bool,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) {
    // A snapshot knows them all: those that the instance was made with may be others' now.
    let owned = snapshot?.partitions ?? []
    let partitions = snapshot == nil ? self.partitions : owned.map(\.partition)
    role = InstanceRole(job, stage: stage, partitions: partitions, flow: flow)
    if case .source(var source) = role, let snapshot {
      role = .moving
      source.restore(snapshot, beginsPace: beginsPace, at: now)
      role = .source(source)
    }
    snapshots = SnapshotProgress()
    let known = Mutant.positionKept.isActive ? [] : owned
    effects.append(
      .restore(
        RestoreRequest(
          round: round,
          epoch: snapshot?.epoch ?? .none,
          isFinished: snapshot?.isFinished ?? false,
          partitions: partitions.map { partition in
            RestoreRequest.Partition(
              partition: partition,
              position: known.first { $0.partition == partition }?.position
            )
          },
          newFrom: snapshot?.newFrom ?? PartitionID(0),
          outputs: snapshot?.outputs ?? [],
          state: snapshot?.state,
          inherited: snapshot?.inherited ?? []
        )
      )
    )
  }

  // MARK: Work

  /// True once rows may flow.
  var hasStarted: Bool {
    switch phase {
    case .bound, .restoring, .ready: false
    case .running, .draining, .finished: true
    }
  }

  /// True if nothing keeps the instance from its rows.
  private var mayWork: Bool {
    hasStarted && !isGone && !isCongested && waiting == nil && reshaping?.isTurning != true
  }

  /// True if a turn would do something now.
  package func hasWork(at now: Moment) -> Bool {
    guard hasStarted else { return false }
    if case .keyed(let keyed) = role, keyed.isWriting { return true }
    guard mayWork else { return false }
    return switch role {
    case .source(let source): source.hasWork(at: now) || phase == .running && source.isFinished
    case .keyed(let keyed): keyed.isFiring || keyed.hasRows || inputs.hasFrames
    case .stateless, .sink: inputs.hasFrames || phase == .running && inputs.haveEnded
    case .moving: false
    }
  }

  /// True if nothing is to be done until something arrives or time passes.
  private func isIdle(at now: Moment) -> Bool {
    if case .source(let source) = role, source.isReading { return false }
    return !hasWork(at: now)
  }

  /// The next moment at which something must happen although nothing arrives.
  package func deadline(at now: Moment) -> Instant? {
    guard hasStarted else { return nil }
    var earliest = outputs.deadline
    // Without room for output nothing can be done: credit will call.
    guard phase == .running, !isCongested, reshaping?.isTurning != true else { return earliest }
    let due: Instant? =
      switch role {
      case .source(let source): source.deadline(at: now)
      case .keyed(let keyed): keyed.deadline
      case .stateless, .sink, .moving: nil
      }
    if let due { earliest = min(earliest ?? due, due) }
    return earliest
  }

  private mutating func turn(
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    guard hasStarted else { return }
    keyedOrdered { keyed in keyed.writeSlice(into: &effects) }
    if reshaping?.isTurning == true { finishTurn(into: &effects) }
    guard mayWork else { return }
    switch role {
    case .source(var source):
      role = .moving
      defer { role = .source(source) }
      _ = source.turn(at: now, &outputs, into: &effects)
      if source.isFinished { finish() }
    case .keyed(var keyed):
      role = .moving
      defer { role = .keyed(keyed) }
      try keyed.turn(at: now, &inputs, &outputs, into: &effects)
      if keyed.isFinished { finish() }
    case .stateless(let stateless):
      try stateless.turn(at: now, &inputs, &outputs, into: &effects)
      if inputs.haveEnded { finish() }
    case .sink(let sink):
      sink.turn(at: now, &inputs, &outputs, into: &effects)
      if inputs.haveEnded { finish() }
    case .moving: preconditionFailure("a turn inside a turn of \(instance)")
    }
    // What the barriers said of time may fire results: they belong to the epoch that ends.
    if case .keyed(let keyed) = role, keyed.isFiring { return }
    if let epoch = inputs.takeAligned() {
      waiting = epoch
      markWaiting(into: &effects)
    }
  }

  private mutating func finish() { if phase == .running { phase = .draining } }
}
