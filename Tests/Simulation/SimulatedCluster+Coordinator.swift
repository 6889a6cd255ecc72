import WeirColumns
import WeirCore
import WeirTesting

// What the process of the coordinator does: events in, effects out.

extension SimulatedCluster {
  func startCoordinator() {
    restartAt = nil
    starts += 1
    passOverDamage()
    if disturbance.changesLayout, starts > 1 { changeLayout() }
    let record = disk.record
    coverage.met(.resumed, if: starts > 1 && !record.manifests.isEmpty)
    let outputs = record.manifests.last?.members.flatMap(\.snapshot.outputs) ?? []
    coverage.met(.resumedCommit, if: outputs.contains { disk.hidden[$0.text] != nil })
    coordinator = CoordinatorNode(job, record: record)
    note("coordinator starts at epoch \(record.manifests.last?.epoch.number ?? 0)")
    command(.started)
  }

  /// What a start does before anything else: a damaged checkpoint is put aside for the one before,
  /// and what is visible after the one that is gone on from is withdrawn.
  private func passOverDamage() {
    while let last = disk.manifests.last, disk.isDamaged(last) {
      coverage.met(.damageAtStart)
      note("epoch \(last.epoch.number) is damaged and put aside")
      disk.manifests.removeLast()
      disk.points.removeAll { $0.epoch >= last.epoch }
    }
    guard disturbance.checkpoints != nil, disturbance.delivery != .atLeastOnce,
      let last = disk.manifests.last,
      disk.withdraw(after: last.epoch)
    else { return }
    coverage.met(.withdrawnAtStart)
  }

  /// Somebody has changed `processes` of the topology while it did not run.
  private func changeLayout() {
    // More senders or receivers of one stage change the order of rows.
    guard !scenario.expectations.contains(where: \.isOrdered) else { return }
    for stage in job.stages.indices where job.stages[stage].processes > 0 {
      switch job.stages[stage].role {
      case .source(let plan): if plan.connector.isGenerated { continue }
      case .stateless, .keyed: break
      case .sink: continue
      }
      let processes = random.integer(1...3)
      coverage.met(.layoutChanged, if: processes != job.stages[stage].processes)
      job.stages[stage].processes = processes
    }
    channels = job.channels
    schemas = ChannelSchemas(job)
    witnesses = channels.map { ChannelWitness($0) }
    note("the processes are \(job.stages.map(\.processes))")
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
    case .setAside(let epoch):
      note("coordinator puts epoch \(epoch.number) aside")
      guard reach(.aside, .coordinator) else { return }
      begin(.aside(epoch), owner: nil)
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
      delete(epochs, files: files)
    case .say(let notice):
      notices.append(notice)
      if case .checkpointFailed(_, let error) = notice {
        coverage.met(.timedOut, if: error.message.contains("took longer"))
      }
      if case .progress = notice { return }
      note("coordinator says \(notice)")
    case .end(let outcome):
      note("the run is \(outcome)")
      if disturbance.checkpoints == nil { settleOutput() }
      self.outcome = outcome
    }
  }

  /// Without checkpoints all output is visible or, if somebody died while it was being shown, none.
  private func settleOutput() {
    let prepared = coordinator?.manifests.last?.members.flatMap(\.snapshot.outputs) ?? []
    guard prepared.contains(where: { disk.hidden[$0.text] != nil }) else { return }
    if disk.withdraw(after: .none) { note("what was shown is hidden again") }
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
}
