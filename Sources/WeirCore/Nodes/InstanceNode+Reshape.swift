import WeirColumns

/// How far an instance is with going over to another layout of the run.
struct Reshaping {
  let order: Reshape
  /// The channels of that layout, until they are the instance's own.
  var inputs: InputSet
  var outputs: OutputSet
  /// The barrier is through, and the state that belongs before it is not all written.
  var isTurning = false
  /// The new channels are in use, and what is taken over has not come or is not restored.
  var isWaiting = false
  /// When the first rows came that had to wait.
  var rowsAt: Instant?
  var stateBytes: Int64 = 0

  var epoch: Epoch { order.epoch }
}

// Going over to another layout: channels beside those in use, then a turn behind a barrier.

extension InstanceNode {
  /// Makes the channels of the layout, and says that they are there.
  mutating func reshape(
    _ order: Reshape,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) {
    guard order.round > round, hasStarted || phase == .bound else { return }
    round = order.round
    let job = declared.laid(out: order.layout)
    let rowGuard =
      phase == .bound
      ? RowGuard(job, memory: memory, quarantine: order.quarantine) : outputs.rowGuard
    if phase == .bound {
      rowGuard.trap = outputs.rowGuard.trap
      rowGuard.recordTrap = outputs.rowGuard.recordTrap
    }
    var outputs = OutputSet(
      job,
      instance: instance,
      generation: order.generation,
      pool: pool,
      flow: flow,
      rowGuard: rowGuard
    )
    outputs.now = now
    reshaping = Reshaping(
      order: order,
      inputs: InputSet(
        job,
        instance: instance,
        generation: order.generation,
        flow: flow,
        answersOnly: true,
        waits: order.begins
      ),
      outputs: outputs
    )
    // Whoever is new has nothing to leave.
    if phase == .bound { turn(into: &effects) }
    effects.append(.report(.reshaped(round)))
  }

  /// Takes a frame of the layout that is coming, or of the one that is going; false for any other.
  mutating func receiveReshaping(_ frame: Frame) throws(WeirError) -> Bool {
    let header = frame.header
    let isCredit = header.kind == .credit
    if isCredit, header.generation == leavingOutputs?.generation {
      leavingOutputs?.grant(header)
      return true
    }
    guard let order = reshaping?.order, header.generation == order.generation else { return false }
    if header.kind == .batch, order.begins, reshaping?.rowsAt == nil {
      reshaping?.rowsAt = outputs.now.instant
    }
    guard reshaping?.isWaiting == false else { return false }
    if isCredit {
      reshaping?.outputs.grant(header)
    } else {
      try reshaping?.inputs.receive(frame)
    }
    return true
  }

  /// True while input is taken from the sockets and not worked on, since the state is not there.
  var takesInputs: Bool { reshaping?.isWaiting == true }

  /// More waits for credit than may.
  var isCongested: Bool { outputs.isCongested || leavingOutputs?.isCongested == true }

  // MARK: The turn

  /// The epoch is marked, behind which the layout comes into force.
  mutating func beginTurn(into effects: inout [InstanceEffect]) {
    reshaping?.isTurning = true
    finishTurn(into: &effects)
  }

  /// Turns to the new channels once the state is written that others may have to read: until then no
  /// row may change it that belongs to a key which goes.
  mutating func finishTurn(into effects: inout [InstanceEffect]) {
    if case .keyed(let keyed) = role, keyed.isWriting { return }
    let before = job.table(of: stage)
    if !outputs.isDrained { leavingOutputs = outputs }
    if reshaping?.order.begins == false {
      reshaping?.inputs.takeOver(inputs)
      reshaping?.outputs.takeOver(outputs)
    }
    turn(into: &effects)
    let after = job.table(of: stage)
    guard hasPlace else {
      isGone = true
      phase = .finished
      reshaping = nil
      return
    }
    guard !takesInputs else { return }
    if before != after, case .keyed(var keyed) = role {
      role = .moving
      if !Mutant.groupsKept.isActive { keyed.keep(after.owners.map { $0 == instance.index }) }
      role = .keyed(keyed)
    }
    reshaping = nil
  }

  /// True if the layout in force has this instance.
  private var hasPlace: Bool { instance.index < job.stages[stage].processes }

  /// Makes the new channels the instance's own.
  private mutating func turn(into effects: inout [InstanceEffect]) {
    guard let turned = reshaping else { return }
    staleBefore += inputs.staleFrames + outputs.staleFrames
    lay(out: turned.order.layout, into: &effects)
    inputs = turned.inputs
    outputs = turned.outputs
    reshaping?.isTurning = false
    guard turned.order.begins else { return }
    reshaping?.isWaiting = true
    phase = .restoring
  }

  /// Takes the layout of the run as the one in force; nil: as the topology says.
  mutating func lay(out layout: RunLayout?, into effects: inout [InstanceEffect]) {
    isGone = false
    let layout = layout ?? declared.declaredLayout
    job = declared.laid(out: layout)
    if let stage = layout.stage(instance.stage) { effects.append(.laidOut(stage)) }
  }

  /// Sends what is left to be sent on the channels of the layout before.
  mutating func flushLeaving(at now: Moment, into effects: inout [InstanceEffect]) {
    guard leavingOutputs != nil else { return }
    leavingOutputs?.now = now
    leavingOutputs?.flush(isIdle: false, into: &effects)
    if leavingOutputs?.isDrained == true {
      staleBefore += leavingOutputs?.staleFrames ?? 0
      leavingOutputs = nil
    }
  }

  // MARK: Taking over

  /// Begins at what was handed over or, if this instance goes on with what it has, adds what those
  /// have counted that are gone.
  mutating func inherit(
    _ given: Round,
    _ snapshot: InstanceSnapshot,
    at now: Moment,
    into effects: inout [InstanceEffect]
  ) {
    guard given == round, hasStarted || takesInputs else { return }
    guard takesInputs else {
      outputs.add(snapshot)
      effects.append(.report(.joined(round, HandOver())))
      return
    }
    inputs.begin(at: snapshot.watermark)
    outputs.begin(from: snapshot)
    restoresState = false
    inheritsState = !snapshot.inherited.isEmpty
    restore(snapshot, beginsPace: false, at: now, into: &effects)
  }

  /// What was handed over is there: rows that have waited may be taken.
  mutating func join(into effects: inout [InstanceEffect]) {
    guard let joined = reshaping else { return }
    reshaping = nil
    phase = .running
    if watermark != .end { outputs.advance(to: promised) }
    let waited = joined.rowsAt.map { outputs.now.instant.nanoseconds - $0.nanoseconds } ?? 0
    effects.append(
      .report(.joined(round, HandOver(waited: waited, stateBytes: joined.stateBytes)))
    )
  }

  /// What may be said of time: results can be some way behind what is known of the inputs.
  var promised: Watermark {
    if case .keyed(let keyed) = role { return inputs.watermark.lowered(by: keyed.resultLag) }
    return watermark
  }
}
