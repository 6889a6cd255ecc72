import WeirCore
import WeirTesting

// What goes wrong.

extension SimulatedCluster {
  /// Notes that a step of the protocols is taken, and lets the fault come that waits for it.
  ///
  /// Returns false if whoever takes the step is gone then.
  @discardableResult
  func reach(_ step: ProtocolStep, _ kind: NodeKind, _ process: Int? = nil) -> Bool {
    for index in traps.indices where traps[index].kind == kind && traps[index].step == step {
      traps[index].count -= 1
      guard traps[index].count == 0 else { continue }
      let fault = traps[index].fault
      coverage.met(kind, step, fault)
      noteFault()
      note("FAULT \(fault) at \(step) of \(process.map { name($0) } ?? "coordinator")")
      switch fault {
      case .kill: if let process { die(process, .killed(signal: 9)) }
      case .hang: if let process { processes[process].busyUntil = .max }
      case .coordinator: killCoordinator(losesPower: false)
      case .power: killCoordinator(losesPower: true)
      }
    }
    if let process { return processes[process].isAlive }
    return coordinator != nil
  }

  private func noteFault() {
    faults += 1
    coverage.met(.severalFaults, if: faults > 1)
    let isRewinding = processes.contains { process in
      process.isAlive && (process.node?.phase == .restoring || process.node?.phase == .ready)
    }
    coverage.met(.faultDuringRewind, if: isRewinding && coordinator?.phase != .starting)
  }

  func kind(_ process: Int) -> NodeKind {
    guard let instance = processes[process].instance, let stage = job.index(of: instance.stage)
    else { return .spare }
    return kind(ofStage: stage)
  }

  private func kind(ofStage stage: StageIndex) -> NodeKind {
    switch job.stages[stage].role {
    case .source: .source
    case .keyed: .keyed
    case .stateless: .stateless
    case .sink: .sink
    }
  }

  func disturb() {
    if disturbance.jumps, random.integer(0...199) == 0 {
      wallStart += random.chance(50) ? 3_600_000_000 : -3_600_000_000
      coverage.met(.wallClockStep)
    }
    if isDisturbed, random.integer(0...999) < disturbance.pauses {
      let alive = processes.indices.filter {
        processes[$0].isAlive && processes[$0].busyUntil < .max
      }
      if !alive.isEmpty {
        let process = random.element(of: alive)
        processes[process].busyUntil = now + random.integer64(1_000_000...800_000_000)
        coverage.met(.pausedProcess)
      }
    }
    if disturbance.kills.contains(step) { killSomebody() }
    if disturbance.cuts.contains(step) { cutSomething() }
    if disturbance.scales.contains(step) { scaleSomething() }
    ask()
  }

  private func killSomebody() {
    let alive = processes.indices.filter { processes[$0].isAlive }
    guard let coordinator, !alive.isEmpty else { return }
    if disturbance.checkpoints == nil {
      guard coordinator.phase == .starting || coordinator.phase == .running else { return }
      isDoomed = true
      coverage.met(.crashWithoutCheckpoints)
    }
    let victim = random.element(of: alive)
    noteFault()
    note("FAULT kill of \(name(victim))")
    die(victim, .killed(signal: 9))
  }

  /// Asks for other numbers of processes of one stage, or of several.
  private func scaleSomething() {
    // More senders or receivers of one stage change the order of rows.
    guard coordinator != nil, !scenario.expectations.contains(where: \.isOrdered) else { return }
    let stages = job.stages.filter { stage in
      if case .source(let plan) = stage.role, plan.connector.isGenerated { return false }
      return stage.processes > 0 && stage.role.canBeDealtAnew
    }
    guard !stages.isEmpty else { return }
    let wanted = disturbance.kindsToScale
    let first = random.element(of: stages).name
    var order = ScaleOrder([])
    for stage in stages {
      let isWanted = wanted.contains(job.index(of: stage.name).map { kind(ofStage: $0) } ?? .spare)
      guard isWanted || wanted.isEmpty && stage.name == first || random.chance(20) else { continue }
      let before = coordinator?.layout.stage(stage.name)?.processes ?? 1
      let others = (1...4).filter { $0 != before }
      order.stages.append(ScaleOrder.Stage(stage.name, .to(random.element(of: others))))
    }
    var effects: [CoordinatorEffect] = []
    do throws(WeirError) {
      try coordinator?.scale(order, at: moment.instant, into: &effects)
      note("somebody asks for \(order.stages.map { "\($0.name) \($0.change)" })")
    } catch {
      coverage.met(.scalingRefused)
      note("\(error.message)")
    }
    carryOut(effects)
  }

  /// Loses what is under way between two live processes; the sender is told, sooner or later.
  private func cutSomething() {
    let busy = connections.indices.filter { number in
      connections[number].link.count > 0 && processes[connections[number].from].isAlive
        && processes[connections[number].to].isAlive
    }
    guard !busy.isEmpty else { return }
    let chosen = random.element(of: busy)
    let sender = connections[chosen].from
    connections[chosen].link.cut()
    coverage.met(.cutChannel)
    hasCut = true
    note("FAULT cut from \(name(sender)) to \(name(connections[chosen].to))")
    let error = WeirError("E406", "it is no longer connected", recovery: .restart)
    processes[sender].reports.send(.lost(error), due: arrival())
  }

  /// Damages a file that is about to be restored from, if the run can go back behind it: nothing older
  /// needs it, and nothing newer is built on it.
  func damage(_ request: RestoreRequest) {
    guard damages > 0, isDisturbed, let state = request.state, disk.manifests.count > 1,
      disk.manifests.last?.epoch == request.epoch, random.chance(50)
    else { return }
    let older = disk.manifests.dropLast().flatMap(\.files)
    guard !older.contains(state.file) else { return }
    damages -= 1
    noteFault()
    note("FAULT damage of \(state.file)")
    disk.damaged.append(state.file)
  }

  private func ask() {
    guard let coordinator else { return }
    if disturbance.wantsCheckpoints, step % 60 == 30 {
      coverage.met(.checkpointWanted, if: coordinator.phase == .running)
      command(.checkpointRequested)
    }
    switch disturbance.request {
    case .none: break
    case .signal(let signal, let first, let again):
      if step == first, !hasBeenAsked {
        hasBeenAsked = true
        coverage.met(.interrupted, if: signal == .interrupt && coordinator.phase == .running)
        coverage.met(.terminated, if: signal == .terminate && coordinator.phase == .running)
        note("FAULT \(signal)")
        command(.signalled(signal))
      } else if let again, step == first + again, coordinator.phase == .stopping {
        coverage.met(.interruptedTwice)
        command(.signalled(signal))
      }
    case .stop(let reason, let at):
      guard step == at, !hasBeenAsked else { break }
      hasBeenAsked = true
      coverage.met(.drained, if: reason == .drain && coordinator.phase == .running)
      coverage.met(.stopped, if: reason != .drain && coordinator.phase == .running)
      note("FAULT stop, \(reason)")
      command(.stopRequested(reason))
    }
  }

  // MARK: Deaths

  /// Plants the row that kills whoever works on it.
  func plant(in process: Int) {
    guard let poison = scenario.poison, poison.kind == kind(process) else { return }
    let (memory, fatal) = (processes[process].memory, processes[process].fatal)
    guard let rowGuard = processes[process].node?.rowGuard else { return }
    switch poison.victim {
    case .record(let name):
      rowGuard.recordTrap = { stage, bytes in
        guard stage == poison.stage, fatal.mark == nil, bytes.elementsEqual(name.utf8) else {
          return
        }
        fatal.mark = memory.mark
      }
    case .result(let key, let start):
      rowGuard.trap = { stage, kind, batch, rows in
        guard kind == .firing, stage == poison.stage, fatal.mark == nil else { return }
        let values = batch.values
        for position in 0..<rows.count {
          let result = values[Int(rows.indices[position])]
          if result[0] == key, result[1] == start { fatal.mark = memory.mark }
        }
      }
    case .row(let number):
      rowGuard.trap = { [unowned self] stage, kind, batch, rows in
        guard kind == .row, stage == poison.stage, fatal.mark == nil else { return }
        let numbers = batch.columns[1].words
        for position in 0..<rows.count where numbers[Int(rows.indices[position])] == number {
          fatal.mark = memory.mark
        }
        killAtWork(fatal, memory.mark)
      }
    }
  }

  /// Kills somebody who has one row in hand that does no harm, once: that must be held against no row.
  private func killAtWork(_ fatal: FatalMark, _ mark: WorkMark?) {
    guard disturbance.killsAtWork, !hasKilledAtWork, fatal.mark == nil,
      let mark, mark.fingerprints.count == 1
    else { return }
    hasKilledAtWork = true
    fatal.mark = mark
    fatal.isKill = true
  }

  /// Ends a process that a row has killed in the middle of a step: true if there was one.
  func dieOfPoison(_ process: Int) -> Bool {
    guard processes[process].isAlive, let mark = processes[process].fatal.mark else { return false }
    guard !processes[process].fatal.isKill else {
      coverage.met(.killedAtWork)
      note("FAULT \(name(process)) is killed with a row in hand")
      die(process, .killed(signal: 9), at: mark)
      return true
    }
    coverage.met(.poisonedRow, if: mark.kind == .row)
    coverage.met(.poisonedRecord, if: mark.kind == .record)
    coverage.met(.poisonedResult, if: mark.kind == .firing)
    coverage.met(.poisonAtSender, if: mark.kind == .row && kind(process) == .source)
    note("FAULT a \(mark.kind) kills \(name(process)), one of \(mark.rows)")
    die(process, .killed(signal: 11), at: mark)
    return true
  }

  /// Ends a process; what it sent before still arrives.
  func die(_ process: Int, _ end: ProcessEnd, at mark: WorkMark? = nil) {
    guard processes[process].isAlive else { return }
    note("\(name(process)) ends: \(end)")
    bury(process)
    processes[process].ends.send(SimulatedEnd(end: end, mark: mark), due: arrival())
  }

  private func bury(_ process: Int) {
    processes[process].isAlive = false
    processes[process].node = nil
    processes[process].busyUntil = 0
    processes[process].orders.cut()
    abandonWrites(of: process)
  }

  /// What a writer has begun when it dies is durable or not, and nobody has heard of it.
  private func abandonWrites(of owner: Int?) {
    let left = writes.filter { $0.owner == owner }
    writes.removeAll { $0.owner == owner }
    for write in left { breakOff(write) }
  }

  /// Kills the coordinator, and with it all processes; it is started again.
  func killCoordinator(losesPower: Bool) {
    guard coordinator != nil else { return }
    coordinator = nil
    abandonWrites(of: nil)
    for process in processes.indices where processes[process].isAlive {
      bury(process)
    }
    for process in processes.indices {
      processes[process].reports.cut()
      processes[process].ends.cut()
    }
    if losesPower {
      for index in connections.indices { connections[index].link.cut() }
      undoDeletions()
    }
    restartAt = now + random.integer64(1000...5_000_000)
  }
}
