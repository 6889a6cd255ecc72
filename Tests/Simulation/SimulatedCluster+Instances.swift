import WeirColumns
import WeirCore
import WeirTesting
import WeirWire

// What the pump of a process does: messages, frames, turns, effects.

extension SimulatedCluster {
  // MARK: Messages

  func obey(_ message: CoordinatorMessage, _ process: Int) {
    guard processes[process].life == .alive else { return }
    switch message {
    case .assign:
      assemble(process)
      report(.bound(endpoint: "\(processes[process].instance)"), process)
    case .link:
      handle(.linked, process)
      report(.linked, process)
    case .go: handle(.started, process)
    case .stop(let reason): handle(.stopRequested(reason), process)
    case .leave: die(process, .exited(code: 0))
    case .ping(let number): report(.pong(number), process)
    }
  }

  private func report(_ message: InstanceMessage, _ process: Int) {
    reports[process].send(message, due: arrival())
  }

  private func assemble(_ process: Int) {
    let stage = processes[process].stage
    let instance = processes[process].instance
    let all = scenario.partitions[stage] ?? []
    let owned = all.indices.filter { $0 % job.stages[stage].processes == instance.index }
    processes[process].node = InstanceNode(
      instance,
      job: job,
      generation: Generation(1),
      partitions: owned.map { PartitionID($0) },
      pool: processes[process].pool,
      flow: flow
    )
    guard case .source(let plan) = job.stages[stage].role else { return }
    let records = owned.map { (PartitionID($0), all[$0]) }
    processes[process].source = SimulatedSource(
      plan.schema,
      partitions: Dictionary(uniqueKeysWithValues: records),
      random: random.fork()
    )
  }

  // MARK: Frames

  func deliver(_ bytes: [UInt8], to process: Int) {
    guard processes[process].life == .alive else {
      coverage.met(.frameToTheDead)
      return
    }
    do {
      let frame = try bytes.withUnsafeBytes { raw in
        try decoder.decode(
          raw,
          schema: { self.job.edges[self.channels[Int($0.number)].edge].schema },
          pool: processes[process].pool
        )
      }
      if frame.header.kind == .credit {
        witnesses[Int(frame.header.channel.number)].granted(frame.header)
      }
      handle(.frameReceived(frame), process)
    } catch {
      violations.append("a frame does not decode: \(error)")
    }
  }

  private func send(_ frame: Frame, from process: Int) {
    let number = Int(frame.header.channel.number)
    let bytes = FrameBytes.of(frame, encoder)
    for byte in bytes { trace = (trace ^ UInt64(byte)) &* 0x100_0000_01B3 }
    if frame.header.kind == .credit {
      credits[number].send(bytes, due: arrival())
    } else {
      if let fault = witnesses[number].sent(frame.header) { violations.append(fault) }
      coverage.met(.idleChannel, if: frame.header.kind == .idle)
      coverage.met(.loneWatermark, if: frame.header.kind == .watermark)
      frames[number].send(bytes, due: arrival())
    }
    if let batch = frame.batch {
      processes[process].pool.give(batch)
    }
  }

  // MARK: Turns

  func turn(_ process: Int) {
    guard let node = processes[process].node else { return }
    let isCalled = processes[process].needsTurn || node.hasWork(at: moment)
    processes[process].needsTurn = false
    let effects = handle(.turned, process)
    processes[process].needsTurn = false
    processes[process].busyUntil = now + processes[process].cost
    guard let after = processes[process].node else { return }
    coverage.met(.firingOverTurns, if: after.isFiring)
    let isDue = after.deadline(at: moment).map { $0.nanoseconds <= now } ?? false
    if !isCalled, effects == 0, isDue, !after.hasWork(at: moment) {
      processes[process].idleTurns += 1
      if processes[process].idleTurns > 20 {
        violations.append("\(after.instance) is called by a deadline and does nothing\n\(dump)")
      }
    } else {
      processes[process].idleTurns = 0
    }
  }

  /// Handles an event and carries out the effects; returns how many there were.
  @discardableResult
  private func handle(_ event: InstanceEvent, _ process: Int) -> Int {
    processes[process].needsTurn = true
    let heldFrames = (processes[process].node?.heldBytes ?? 0) / 8
    var effects: [InstanceEffect] = []
    do throws(WeirError) {
      try processes[process].node?.handle(event, at: moment, into: &effects)
      var index = 0
      while index < effects.count {
        try carryOut(effects[index], process, into: &effects)
        index += 1
      }
    } catch {
      violations.append("\(processes[process].instance) failed: \(error)")
      return effects.count
    }
    check(process, effects: effects.count, heldFrames: heldFrames)
    return effects.count
  }

  private func carryOut(
    _ effect: InstanceEffect,
    _ process: Int,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    switch effect {
    case .send(let frame): send(frame, from: process)
    case .read(let request):
      guard let answer = processes[process].source?.read(request, at: now) else {
        violations.append("\(processes[process].instance) reads without a source")
        return
      }
      coverage.met(.emptyRead, if: answer.isEmpty)
      coverage.met(.partitionWithoutData, if: answer.isWaiting)
      coverage.met(.rejectedRecord, if: !answer.rows.rejected.isEmpty)
      try processes[process].node?.handle(.rowsRead(answer.rows), at: moment, into: &effects)
    case .findPartitions, .warn:
      violations.append("\(processes[process].instance) looks for files, and there are none")
    case .write(let batch, let edge, _):
      processes[process].written[edge, default: []] += batch.values
    case .publish:
      processes[process].committed = processes[process].written
      try processes[process].node?.handle(.published, at: moment, into: &effects)
    case .recycle(let batch):
      if let source = processes[process].source {
        source.recycle(batch)
      } else {
        processes[process].pool.give(batch)
      }
    case .finished:
      processes[process].hasFinished = true
      report(.finished(progress(process)), process)
    }
  }

  private func progress(_ process: Int) -> InstanceProgress {
    var progress = InstanceProgress()
    progress.counters = processes[process].node?.counters ?? []
    return progress
  }
}
