import WeirColumns
import WeirCore
import WeirTesting

// What the process of the coordinator does: events in, effects out.

extension SimulatedCluster {
  func startCoordinator() {
    restartAt = nil
    starts += 1
    let record = disk.record
    coverage.met(.resumed, if: starts > 1 && !record.manifests.isEmpty)
    let outputs = record.manifests.last?.members.flatMap(\.snapshot.outputs) ?? []
    coverage.met(.resumedCommit, if: outputs.contains { disk.hidden[$0.text] != nil })
    coordinator = CoordinatorNode(job, record: record)
    note("coordinator starts at epoch \(record.manifests.last?.epoch.number ?? 0)")
    command(.started)
  }

  func command(_ event: CoordinatorEvent) {
    var effects: [CoordinatorEffect] = []
    coordinator?.handle(event, at: moment.instant, into: &effects)
    for effect in effects {
      guard coordinator != nil else { return }
      carryOut(effect)
    }
  }

  private func process(_ incarnation: Incarnation) -> Int {
    guard let index = processes.lastIndex(where: { $0.incarnation == incarnation }) else {
      preconditionFailure("no process \(incarnation)")
    }
    return index
  }

  private func carryOut(_ effect: CoordinatorEffect) {
    switch effect {
    case .spawn(let incarnation, let instance): spawn(incarnation, instance)
    case .assign(let incarnation, let instance):
      let index = process(incarnation)
      coverage.met(.spareUsed, if: processes[index].instance == nil)
      processes[index].instance = instance
      order(.assign(assignment(incarnation, instance)), index)
    case .send(let incarnation, let message): send(message, to: process(incarnation))
    case .kill(let incarnation): die(process(incarnation), .killed(signal: 9))
    case .writeNumbers(let numbers):
      note("coordinator takes numbers up to epoch \(numbers.epoch.number)")
      guard reach(.numbers, .coordinator) else { return }
      begin(.numbers(numbers), owner: nil)
    case .writeManifest(let manifest):
      note("coordinator records epoch \(manifest.epoch.number), finished \(manifest.isFinished)")
      guard reach(manifest.isFinished ? .conclude : .recording, .coordinator) else { return }
      begin(.manifest(manifest), owner: nil)
    case .writeQuarantine(let rows):
      note("coordinator keeps \(rows.count) rows from their operators")
      begin(.quarantine(rows), owner: nil)
      if disturbance.interruptsQuarantine, starts == 1 {
        coverage.met(.quarantineInterrupted)
        killCoordinator(losesPower: random.chance(50))
      }
    case .delete(let epochs, let files):
      note("coordinator deletes \(epochs.map(\.number)), \(files)")
      guard reach(.delete, .coordinator) else { return }
      disk.manifests.removeAll { epochs.contains($0.epoch) }
      for file in files { disk.files[file] = nil }
    case .say(let notice):
      notices.append(notice)
      if case .checkpointFailed(_, let error) = notice {
        coverage.met(.timedOut, if: error.message.contains("took longer"))
      }
      if case .progress = notice { return }
      note("coordinator says \(notice)")
    case .end(let outcome):
      note("the run is \(outcome)")
      self.outcome = outcome
    }
  }

  private func send(_ message: CoordinatorMessage, to process: Int) {
    switch message {
    case .checkpoint(let epoch, _):
      if epoch < highestEpoch { violations.append("epoch \(epoch.number) was used before") }
      if epoch > highestEpoch {
        highestEpoch = epoch
        checkOneEpochAtATime(epoch)
        guard reach(.open, .coordinator) else { return }
      }
    case .rewind(let rewind):
      if rewind.generation < highestGeneration {
        violations.append("generation \(rewind.generation.number) was used before")
      }
      highestGeneration = rewind.generation
    case .abort: coverage.met(.aborted)
    default: break
    }
    order(message, process)
  }

  /// A sink may only be asked for what is recorded, and everything recorded before must be visible.
  private func checkOneEpochAtATime(_ epoch: Epoch) {
    guard disturbance.delivery == .exactlyOnce, let last = disk.manifests.last else { return }
    for output in last.members.flatMap(\.snapshot.outputs)
    where disk.visible[output.text] == nil {
      violations.append(
        "epoch \(epoch.number) was opened before \(output.text) of \(last.epoch.number) was visible"
      )
    }
  }

  private func assignment(_ incarnation: Incarnation, _ instance: InstanceID) -> Assignment {
    Assignment(
      instance: instance,
      incarnation: incarnation,
      path: "",
      base: "",
      text: "",
      runFolder: "",
      partitions: [],
      startedAt: moment.wall
    )
  }

  private func order(_ message: CoordinatorMessage, _ process: Int) {
    guard processes[process].isAlive else { return }
    processes[process].orders.send(message, due: arrival())
  }

  private func spawn(_ incarnation: Incarnation, _ instance: InstanceID?) {
    if incarnation <= highestIncarnation {
      violations.append("incarnation \(incarnation.number) was used before")
    }
    highestIncarnation = incarnation
    let isSlow = costs.chance(disturbance.slow)
    coverage.met(.slowProcess, if: isSlow)
    let cost = isSlow ? 4_000_000 : costs.integer64(1000...50_000)
    processes.append(SimulatedProcess(incarnation, instance, cost: cost))
    let process = processes.count - 1
    note("\(name(process)) starts")
    guard reach(.start, kind(process), process) else { return }
    processes[process].reports.send(.hello(version: InstanceMessage.version), due: arrival())
  }

  // MARK: The disk

  func begin(_ work: SimulatedWrite.Work, owner: Int?) {
    let round = owner.flatMap { processes[$0].node?.round } ?? Round(0)
    // Now and then a disk takes its time, and the run goes on meanwhile.
    let pause = random.chance(15) ? random.integer64(0...20 * disturbance.delay) : 0
    let write = SimulatedWrite(due: arrival() + pause, owner: owner, round: round, work: work)
    writes.append(write)
  }

  /// A write is durable, or has failed; whoever asked for it hears of it.
  func finish(_ write: SimulatedWrite) {
    // A run whose state folder cannot be written at its start or its end has failed, and says so.
    let isVital = coordinator?.phase == .numbering || coordinator?.phase == .concluding
    let fails = isDisturbed && !isVital && random.chance(disturbance.diskFailures)
    coverage.met(.diskFailure, if: fails)
    if !fails { makeDurable(write) }
    let error = WeirError("E000", "the disk is full", recovery: .retry)
    switch write.work {
    case .numbers: command(fails ? .numbersFailed(error) : .numbersWritten)
    case .manifest(let manifest):
      guard fails || manifest.isFinished || reach(.recorded, .coordinator) else { return }
      command(
        fails ? .manifestFailed(manifest.epoch, error) : .manifestWritten(manifest.epoch)
      )
    case .quarantine: command(fails ? .quarantineFailed(error) : .quarantineWritten)
    case .state, .prepare, .commit:
      if let owner = write.owner { answer(write, owner, fails ? error : nil) }
    }
  }

  func makeDurable(_ write: SimulatedWrite) {
    switch write.work {
    case .numbers(let numbers): disk.numbers = numbers
    case .quarantine(let rows):
      coverage.met(.rowQuarantined)
      disk.quarantine = rows
    case .manifest(let manifest):
      note("epoch \(manifest.epoch.number) is recorded")
      for file in manifest.files where disk.files[file] == nil {
        violations.append("\(file) is not durable, and epoch \(manifest.epoch.number) names it")
      }
      for output in manifest.members.flatMap(\.snapshot.outputs) {
        coverage.met(.failedEpochCommittedLater, if: output.epoch < manifest.epoch)
        if disk.hidden[output.text] == nil, disk.visible[output.text] == nil {
          violations.append("\(output.text) is not durable, and a manifest names it")
        }
      }
      disk.write(manifest)
    case .state(_, let reference, let file): disk.files[reference.file] = file
    case .prepare(_, let name, let part): disk.hidden[name] = part
    case .commit(let epoch, let outputs):
      let isRecorded = disk.manifests.contains { $0.epoch >= epoch }
      if !isRecorded, disturbance.checkpoints != nil, disturbance.delivery != .atLeastOnce {
        violations.append("epoch \(epoch.number) becomes visible, and is not recorded")
      }
      for output in outputs {
        if let fault = disk.commit(output) { violations.append(fault) }
      }
    }
  }
}
