import WeirColumns
import WeirCore
import WeirTesting
import WeirWire

// What the pump of a process does: messages, frames, turns, effects.

extension SimulatedCluster {
  // MARK: Messages

  func obey(_ message: CoordinatorMessage, _ process: Int) {
    guard processes[process].isAlive else { return }
    note("\(name(process)) hears \(Self.words(message))")
    switch message {
    case .assign(let assignment):
      processes[process].instance = assignment.instance
      assemble(process)
      guard reach(.bound, kind(process), process) else { return }
      report(.bound(endpoint: "\(process)"), process)
    case .rewind(let rewind):
      guard reach(.rewind, kind(process), process) else { return }
      link(rewind.peers, process)
      handle(.rewindOrdered(rewind), process)
    case .go(let round):
      guard reach(.go, kind(process), process) else { return }
      handle(.started(round), process)
    case .checkpoint(let epoch, let isLast):
      guard reach(.mark, kind(process), process) else { return }
      handle(.checkpointOrdered(epoch, isLast: isLast), process)
    case .abort(let epoch):
      guard reach(.abort, kind(process), process) else { return }
      handle(.aborted(epoch), process)
    case .commit(let epoch, let outputs): handle(.commitOrdered(epoch, outputs), process)
    case .drain: handle(.drainOrdered, process)
    case .relax: handle(.relaxOrdered, process)
    case .leave: die(process, .exited(code: 0))
    case .ping(let number):
      report(.pong(number, processes[process].node?.epochProgress), process)
    }
  }

  private static func words(_ message: CoordinatorMessage) -> String {
    switch message {
    case .assign(let assignment): "assign \(assignment.instance)"
    case .rewind(let rewind):
      "rewind round \(rewind.round.number) to epoch \(rewind.epoch.number), generation "
        + "\(rewind.generation.number)"
    default: "\(message)"
    }
  }

  private func report(_ message: InstanceMessage, _ process: Int) {
    processes[process].reports.send(message, due: arrival())
  }

  private func assemble(_ process: Int) {
    guard let instance = processes[process].instance,
      let stage = job.index(of: instance.stage)
    else { return }
    let all = scenario.partitions[stage] ?? []
    let owned = all.indices.filter { $0 % job.stages[stage].processes == instance.index }
    processes[process].node = InstanceNode(
      instance,
      incarnation: processes[process].incarnation,
      job: job,
      partitions: owned.map { PartitionID($0) },
      pool: processes[process].pool,
      flow: flow,
      memory: processes[process].memory
    )
    plant(in: process)
    guard case .source(let plan) = job.stages[stage].role else { return }
    let records = owned.map { (PartitionID($0), all[$0]) }
    processes[process].source = SimulatedSource(
      plan.schema,
      partitions: Dictionary(uniqueKeysWithValues: records),
      isInterleaved: plan.connector.isGenerated,
      random: random.fork()
    )
  }

  /// Connects to peers; connections to processes that still are what they were stay.
  private func link(_ peers: [Peer], _ process: Int) {
    var routes: [InstanceID: Int] = [:]
    for peer in peers {
      guard let target = Int(peer.endpoint) else { continue }
      if let known = processes[process].routes[peer.instance], connections[known].to == target {
        routes[peer.instance] = known
        continue
      }
      connections.append(SimulatedConnection(from: process, to: target))
      routes[peer.instance] = connections.count - 1
    }
    processes[process].routes = routes
  }

  // MARK: Frames

  func deliver(_ bytes: [UInt8], to process: Int) {
    guard processes[process].isAlive else {
      coverage.met(.frameToTheDead)
      return
    }
    do {
      let frame = try bytes.withUnsafeBytes { raw in
        try decoder.decode(
          raw,
          schema: { self.schemas.schema(of: $0, $1) },
          pool: processes[process].pool
        )
      }
      let header = frame.header
      note(
        "\(name(process)) receives \(header.kind) \(header.sequence) of channel"
          + " \(header.channel.number), generation \(header.generation.number)"
          + (header.kind == .barrier ? ", epoch \(header.epoch.number)" : "")
      )
      if header.kind == .credit { witnesses[Int(header.channel.number)].granted(header) }
      if header.kind == .barrier {
        guard reach(.barrier, kind(process), process) else { return }
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
    let isCredit = frame.header.kind == .credit
    let peer = isCredit ? channels[number].sender : channels[number].receiver
    guard let route = processes[process].routes[peer] else {
      violations.append("\(name(process)) sends to \(peer), to which it is not connected")
      return
    }
    if !isCredit, let fault = witnesses[number].sent(frame.header) {
      violations.append(fault + "\n" + dump)
    }
    coverage.met(.idleChannel, if: frame.header.kind == .idle)
    coverage.met(.loneWatermark, if: frame.header.kind == .watermark)
    noteCombined(frame.header)
    if processes[connections[route].to].isAlive {
      connections[route].link.send(bytes, due: arrival())
    } else if random.chance(50), processes[process].node?.phase != .finished {
      // Whoever sends may find out, before or after the end is known.
      coverage.met(.lostPeer)
      report(.lost(WeirError("E406", "cannot send to '\(peer)'", recovery: .restart)), process)
    }
    if let batch = frame.batch {
      processes[process].pool.give(batch)
    }
  }

  /// Notes whether rows were added up before they were sent.
  private func noteCombined(_ header: FrameHeader) {
    guard header.kind == .batch, let rows = schemas.schema(of: header.channel, 0) else { return }
    let number = Int(header.channel.number)
    let isCombined = header.schema != rows.fingerprint
    coverage.met(.combinedRows, if: isCombined)
    if isCombined {
      combinedChannels.insert(number)
    } else {
      coverage.met(.combinedBesideRows, if: combinedChannels.contains(number))
    }
  }

  // MARK: Turns

  func turn(_ process: Int) {
    guard let node = processes[process].node else { return }
    if processes[process].restoring != nil {
      restoreSome(process)
      return
    }
    let isCalled = processes[process].needsTurn || node.hasWork(at: moment)
    processes[process].needsTurn = false
    let effects = handle(.turned, process)
    processes[process].needsTurn = false
    if processes[process].busyUntil < .max {
      processes[process].busyUntil = now + processes[process].cost
    }
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
  func handle(_ event: InstanceEvent, _ process: Int) -> Int {
    processes[process].needsTurn = true
    let heldFrames = (processes[process].node?.heldBytes ?? 0) / 8
    var effects: [InstanceEffect] = []
    do throws(WeirError) {
      try processes[process].node?.handle(event, at: moment, into: &effects)
      var index = 0
      while !dieOfPoison(process), index < effects.count, processes[process].isAlive {
        try carryOut(effects[index], process, into: &effects)
        index += 1
      }
    } catch {
      fail(process, error)
      return effects.count
    }
    if processes[process].isAlive { check(process, effects: effects.count, heldFrames: heldFrames) }
    return effects.count
  }

  private func fail(_ process: Int, _ error: WeirError) {
    let isGap = error.code == "E401" && hasCut
    coverage.met(.gapFound, if: isGap)
    guard error.code == "E000" || isGap else {
      violations.append("\(name(process)) failed: \(error)\n\(dump)")
      return
    }
    report(.failed(error), process)
    die(process, .exited(code: 1))
  }

  private func carryOut(
    _ effect: InstanceEffect,
    _ process: Int,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    switch effect {
    case .send(let frame): send(frame, from: process)
    case .read(let request):
      let records = processes[process].node?.recordGuard
      guard let answer = processes[process].source?.read(request, records, at: now) else {
        violations.append("\(name(process)) reads without a source")
        return
      }
      // Whoever has died of a record has read nothing.
      guard !dieOfPoison(process) else { return }
      coverage.met(.emptyRead, if: answer.isEmpty)
      coverage.met(.partitionWithoutData, if: answer.isWaiting)
      coverage.met(.rejectedRecord, if: !answer.rows.rejected.isEmpty)
      try processes[process].node?.handle(.rowsRead(answer.rows), at: moment, into: &effects)
    case .findPartitions, .warn:
      violations.append("\(name(process)) looks for files, and there are none")
    case .write(let batch, let edge, _):
      processes[process].written += batch.values.map { (edge, $0) }
    case .restore(let request): restore(request, process)
    case .beginState(let epoch, let live, let isFull):
      guard reach(.mark, .keyed, process) else { return }
      beginState(epoch, live, isFull: isFull, process)
    case .writeState(_, let sections):
      guard reach(.writeState, .keyed, process) else { return }
      writeState(sections, process)
    case .finishState(let epoch):
      guard reach(.finishState, .keyed, process) else { return }
      finishState(epoch, process)
    case .prepare(let epoch): prepare(epoch, process)
    case .commit(let epoch, let outputs):
      guard reach(.commit, .sink, process) else { return }
      begin(.commit(epoch, outputs), owner: process)
    case .recycle(let batch):
      if let source = processes[process].source {
        source.recycle(batch)
      } else {
        processes[process].pool.give(batch)
      }
    case .report(let message): send(message, process)
    case .finished:
      guard reach(.finished, kind(process), process) else { return }
      report(.finished(InstanceProgress()), process)
    }
  }

  private func send(_ message: InstanceMessage, _ process: Int) {
    note("\(name(process)) reports \(Self.words(message))")
    let isThere =
      switch message {
      case .rewound: reach(.rewound, kind(process), process)
      case .snapshotted: reach(.snapshotted, kind(process), process)
      case .committed: reach(.committed, kind(process), process)
      default: true
      }
    if isThere { report(message, process) }
  }

  // MARK: Sinks

  private func prepare(_ epoch: Epoch, _ process: Int) {
    guard reach(.prepare, .sink, process), let instance = processes[process].instance else {
      return
    }
    let name = "\(instance)-\(epoch.number)-\(processes[process].incarnation.number)"
    let rows = processes[process].written
    processes[process].written = []
    let part = SimulatedDisk.Part(instance: instance, epoch: epoch, rows: rows)
    begin(.prepare(epoch, name: name, part), owner: process)
  }

  /// Tells a process what has become of a write; an error says that it failed.
  func answer(_ write: SimulatedWrite, _ process: Int, _ error: WeirError?) {
    guard processes[process].isAlive else { return }
    switch write.work {
    case .numbers, .manifest, .aside, .quarantine: break
    case .state(let epoch, let reference, let file):
      if let error {
        handle(.stateFailed(epoch, error), process)
      } else {
        let rewriting = file.sections.filter { _ in random.chance(5) }.map(\.section.address)
        processes[process].stateFile = file
        handle(.stateWritten(epoch, reference, rewriting: rewriting), process)
      }
    case .prepare(let epoch, let name, let part):
      if let error {
        processes[process].written = part.rows + processes[process].written
        handle(.prepareFailed(epoch, error), process)
      } else {
        guard reach(.prepared, .sink, process) else { return }
        handle(.prepared(epoch, [PreparedOutput(epoch: epoch, text: name)]), process)
      }
    case .commit(let epoch, _):
      if let error {
        fail(process, error)
      } else {
        handle(.committed(epoch), process)
      }
    }
  }

  // MARK: State

  private func beginState(
    _ epoch: Epoch,
    _ live: [StateTable],
    isFull: Bool,
    _ process: Int
  ) {
    guard let instance = processes[process].instance else { return }
    let name = "\(instance)-\(epoch.number)-\(processes[process].incarnation.number).state"
    var file = SimulatedDisk.StateFile(sections: [])
    if !isFull {
      file.sections = processes[process].stateFile.sections.filter {
        live.contains($0.section.address.table)
      }
    }
    processes[process].newFile = (name, file)
  }

  private func writeState(_ sections: [StateSection], _ process: Int) {
    guard let name = processes[process].newFile?.name else {
      violations.append("\(self.name(process)) writes state without a file")
      return
    }
    for section in sections {
      coverage.met(.partialSnapshot, if: !section.isWhole)
      if section.isWhole {
        processes[process].newFile?.file.sections.removeAll {
          $0.section.address == section.address
        }
      }
      processes[process].newFile?.file.sections.append((section, name))
    }
  }

  private func finishState(_ epoch: Epoch, _ process: Int) {
    guard let (name, file) = processes[process].newFile else { return }
    processes[process].newFile = nil
    var earlier: [String] = []
    for (_, other) in file.sections where other != name && !earlier.contains(other) {
      earlier.append(other)
    }
    let reference = StateReference(file: name, earlier: earlier, bytes: 0)
    begin(.state(epoch, reference, file), owner: process)
  }

  /// Begins to bring back what an epoch held.
  private func restore(_ request: RestoreRequest, _ process: Int) {
    guard let instance = processes[process].instance else { return }
    note("\(name(process)) restores epoch \(request.epoch.number)")
    // What was being written belongs to a time that is given up.
    let left = writes.filter { $0.owner == process }
    writes.removeAll { $0.owner == process }
    for write in left { breakOff(write) }
    processes[process].source?.seek(request.partitions)
    processes[process].written = []
    processes[process].newFile = nil
    disk.clean(instance, keeping: request.outputs)
    if disturbance.delivery != .atLeastOnce, request.epoch > .none,
      !Mutant.partNotWithdrawn.isActive, disk.withdraw(after: request.epoch, of: instance)
    {
      coverage.met(.withdrawn)
      note("\(name(process)) withdraws what is visible after epoch \(request.epoch.number)")
    }
    damage(request)
    var sections: [StateSection] = []
    if let state = request.state {
      for file in state.files where disk.files[file]?.isWhole != true {
        violations.append("\(file) is gone or torn, and \(name(process)) is restored from it")
      }
      processes[process].stateFile = disk.files[state.file] ?? .init(sections: [])
      processes[process].readsDamage = state.files.contains { disk.damaged.contains($0) }
      // By address; what was written first comes first.
      sections = Self.inOrder(processes[process].stateFile.sections.map(\.section))
    } else {
      processes[process].stateFile = .init(sections: [])
      processes[process].readsDamage = request.inherited.flatMap(\.files).contains {
        disk.damaged.contains($0)
      }
      sections = request.inherited.flatMap { inherit($0, as: instance) }
    }
    processes[process].restoring = (request.round, sections)
  }

  /// What an instance takes over of another's state.
  private func inherit(_ state: StateReference, as instance: InstanceID) -> [StateSection] {
    coverage.met(.stateInherited)
    for file in state.files where disk.files[file]?.isWhole != true {
      violations.append("\(file) is gone or torn, and '\(instance)' inherits it")
    }
    guard let stage = job.index(of: instance.stage), let file = disk.files[state.file] else {
      return []
    }
    let processes = job.stages[stage].processes
    let table = KeyGroupTable(keyGroups: job.keyGroups, instances: processes)
    return Self.inOrder(file.sections.map(\.section)).filter { section in
      section.address.table.kind == .head
        || table.owners[section.address.group] == instance.index
    }
  }

  /// By address; what was written first comes first.
  private static func inOrder(_ sections: [StateSection]) -> [StateSection] {
    sections.enumerated()
      .sorted { ($0.element.address, $0.offset) < ($1.element.address, $1.offset) }
      .map(\.element)
  }

  /// Reads some of the state, and says when there is no more.
  private func restoreSome(_ process: Int) {
    guard let (round, sections) = processes[process].restoring else { return }
    if processes[process].readsDamage, sections.isEmpty || random.chance(50) {
      coverage.met(.damagedSnapshot)
      processes[process].restoring = nil
      processes[process].readsDamage = false
      handle(.restoreFailed(round, WeirError("E515", "it is damaged")), process)
      return
    }
    if kind(process) == .keyed {
      guard reach(.restore, .keyed, process) else { return }
    }
    if sections.isEmpty {
      processes[process].restoring = nil
      handle(.restored(round), process)
    } else {
      let count = random.integer(1...sections.count)
      processes[process].restoring?.sections.removeFirst(count)
      handle(.stateRead(round, Array(sections.prefix(count))), process)
    }
    if processes[process].busyUntil < .max {
      processes[process].busyUntil = now + processes[process].cost
    }
  }
}
