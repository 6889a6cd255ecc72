import WeirColumns

/// The behaviour of a process: events in, effects out, time as an argument.
///
/// A deterministic function of the order of its mailbox. Nothing inside waits, and a turn does a
/// bounded amount of work: one batch of rows, or one batch of a firing.
package struct InstanceNode {
  /// Where the instance is in its life.
  package enum Phase: Hashable, Sendable {
    /// Made; not connected to its peers yet, so nothing may leave.
    case binding
    /// Connected; credits and hellos leave, rows wait until all others are connected too.
    case linking
    /// Rows flow.
    case running
    /// Its input has ended and all its work is done; what it said may still wait for credit.
    case draining
    /// A sink that waits for the outside to make its output visible.
    case publishing
    /// Everything it had to say has left. It stays until it is told to leave.
    case finished
  }

  package let instance: InstanceID
  package private(set) var phase = Phase.binding
  private var role: InstanceRole
  private var inputs: InputSet
  private var outputs: OutputSet

  /// Makes the node of an instance; `partitions` are those of a source that it reads.
  package init(
    _ instance: InstanceID,
    job: JobPlan,
    generation: Generation,
    partitions: [PartitionID],
    pool: BatchPool,
    flow: FlowBudget = FlowBudget()
  ) {
    guard let stage = job.index(of: instance.stage) else {
      preconditionFailure("no stage '\(instance.stage)' in plan '\(job.name)'")
    }
    self.instance = instance
    inputs = InputSet(job, instance: instance, generation: generation, flow: flow)
    outputs = OutputSet(job, instance: instance, generation: generation, pool: pool, flow: flow)
    switch job.stages[stage].role {
    case .source(let plan):
      role = .source(SourceNode(plan, stage: stage, job: job, partitions: partitions))
    case .keyed(let plan): role = .keyed(KeyedNode(plan, stage: stage, job: job, flow: flow))
    case .stateless(let plan): role = .stateless(StatelessNode(plan, stage: stage, job: job))
    case .sink: role = .sink(SinkNode(stage: stage))
    }
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
    case .frameReceived(let frame): try receive(frame, at: now, into: &effects)
    case .rowsRead(let rows):
      if case .source(var source) = role {
        role = .moving
        defer { role = .source(source) }
        try source.rowsRead(rows, at: now, &outputs, into: &effects)
      }
    case .partitionsFound(let found):
      if case .source(var source) = role {
        role = .moving
        defer { role = .source(source) }
        source.partitionsFound(found, at: now, &outputs)
      }
    case .turned: try turn(at: now, into: &effects)
    case .linked:
      precondition(phase == .binding, "linked while \(phase)")
      phase = .linking
    case .started:
      precondition(phase == .linking, "started while \(phase)")
      phase = .running
    case .stopRequested(let reason): stop(reason, into: &effects)
    case .published:
      precondition(phase == .publishing, "published while \(phase)")
      phase = .finished
      effects.append(.finished)
    }
    guard phase != .binding else { return }
    inputs.grant(into: &effects, at: now)
    outputs.flush(isIdle: outputs.isGathering && isIdle(at: now), into: &effects)
    if phase == .draining, outputs.isDrained {
      phase = .finished
      effects.append(.finished)
    }
  }

  private mutating func receive(
    _ frame: Frame,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    if frame.header.kind == .credit {
      outputs.grant(frame.header)
    } else {
      try inputs.receive(frame)
    }
  }

  private mutating func stop(_ reason: StopReason, into effects: inout [InstanceEffect]) {
    switch (reason, role) {
    case (.drain, .source(var source)):
      role = .moving
      source.drain(&outputs)
      role = .source(source)
    case (.publish, .source(var source)):
      source.stop()
      role = .source(source)
    case (.publish, .sink): inputs.close()
    case (.drain, _), (.publish, _): break
    }
  }

  // MARK: Work

  /// True if a turn would do something now.
  package func hasWork(at now: Moment) -> Bool {
    guard phase == .running, !outputs.isCongested else { return false }
    return switch role {
    case .source(let source): source.hasWork(at: now) || source.isFinished
    case .keyed(let keyed): keyed.isFiring || inputs.hasFrames
    case .stateless, .sink: inputs.hasFrames || inputs.haveEnded
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
    var earliest = outputs.deadline
    // Without room for output nothing can be done: credit will call.
    guard phase == .running, !outputs.isCongested else { return earliest }
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
    guard phase == .running, !outputs.isCongested else { return }
    switch role {
    case .source(var source):
      role = .moving
      defer { role = .source(source) }
      _ = source.turn(at: now, &outputs, into: &effects)
      if source.isFinished { phase = .draining }
    case .keyed(var keyed):
      role = .moving
      defer { role = .keyed(keyed) }
      try keyed.turn(at: now, &inputs, &outputs, into: &effects)
      if keyed.isFinished { phase = .draining }
    case .stateless(let stateless):
      try stateless.turn(at: now, &inputs, &outputs, into: &effects)
      if inputs.haveEnded { phase = .draining }
    case .sink(let sink):
      sink.turn(at: now, &inputs, &outputs, into: &effects)
      if inputs.haveEnded {
        phase = .publishing
        effects.append(.publish)
      }
    case .moving: preconditionFailure("a turn inside a turn of \(instance)")
    }
  }

  // MARK: Queries

  /// What became of rows, by stage of the plan.
  package var counters: [StageCounters] { outputs.counters }

  /// The least watermark of the inputs; a source's own.
  package var watermark: Watermark {
    if case .source(let source) = role { return source.watermark }
    return inputs.watermark
  }

  /// True while rows wait for credit: the next stage is slower than this one.
  package var isBackpressured: Bool { outputs.isCongested }

  /// True while the results of a firing are left.
  package var isFiring: Bool {
    if case .keyed(let keyed) = role { return keyed.isFiring }
    return false
  }

  /// Bytes that were cut and wait for credit.
  package var heldBytes: Int { outputs.heldBytes }

  /// Bytes that wait in the input queues.
  package var queuedBytes: Int { inputs.queuedBytes }
}

/// What an instance does with rows.
enum InstanceRole {
  case source(SourceNode)
  case keyed(KeyedNode)
  case stateless(StatelessNode)
  case sink(SinkNode)
  /// While a role's own method runs: it was moved out, so that its memory is not copied.
  case moving
}
