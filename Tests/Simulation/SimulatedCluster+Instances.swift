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
    case .reshape(let order):
      guard reach(.reshape, kind(process), process) else { return }
      linkMore(order.peers, process)
      handle(.reshapeOrdered(order), process)
    case .inherit(let round, let snapshot):
      guard reach(.inherit, kind(process), process) else { return }
      handle(.inherited(round, snapshot), process)
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
    case .reshape(let order):
      "reshape round \(order.round.number) behind epoch \(order.epoch.number), generation "
        + "\(order.generation.number), \(order.begins ? "begins" : "goes on"): "
        + order.layout.stages.map { "\($0.name) \($0.processes)" }.joined(separator: ", ")
    case .inherit(let round, _): "inherit round \(round.number)"
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
    // Which of the listed files are its own can change.
    let readable = plan.connector.isGenerated ? owned : Array(all.indices)
    let records = readable.map { (PartitionID($0), all[$0]) }
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

  /// Connects to more peers.
  private func linkMore(_ peers: [Peer], _ process: Int) {
    let known = processes[process].routes
    link(peers, process)
    processes[process].routes.merge(known) { new, _ in new }
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
      if header.kind == .credit { _ = witness(header) { $0.granted(header) } }
      if header.kind == .barrier {
        guard reach(.barrier, kind(process), process) else { return }
      }
      handle(.frameReceived(frame), process)
    } catch {
      violations.append("a frame does not decode: \(error)")
    }
  }

  private func send(_ frame: Frame, from process: Int) {
    let header = frame.header
    guard let channel = job.channel(header.channel) else {
      violations.append("\(name(process)) sends on channel \(header.channel.number)")
      return
    }
    let bytes = FrameBytes.of(frame, encoder)
    for byte in bytes { trace = (trace ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let isCredit = frame.header.kind == .credit
    let peer = isCredit ? channel.sender : channel.receiver
    guard let route = processes[process].routes[peer] else {
      violations.append("\(name(process)) sends to \(peer), to which it is not connected")
      return
    }
    if !isCredit, let fault = witness(header, { $0.sent(header) }) ?? nil {
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

  /// Asks who watches the channel of a frame.
  private func witness<Answer>(
    _ header: FrameHeader,
    _ ask: (inout ChannelWitness) -> Answer
  ) -> Answer? {
    guard let plan = job.channel(header.channel) else { return nil }
    let largest = largestFrames[header.channel] ?? 0
    largestFrames[header.channel] = max(largest, header.footprint)
    return ask(&witnesses[Passage(header), default: ChannelWitness(plan)])
  }

  /// Notes whether rows were added up before they were sent.
  private func noteCombined(_ header: FrameHeader) {
    guard header.kind == .batch, let rows = schemas.schema(of: header.channel, 0) else { return }
    let isCombined = header.schema != rows.fingerprint
    coverage.met(.combinedRows, if: isCombined)
    if isCombined {
      combinedChannels.insert(header.channel)
    } else {
      coverage.met(.combinedBesideRows, if: combinedChannels.contains(header.channel))
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
    case .laidOut(let stage): processes[process].layout = stage
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
      case .reshaped: reach(.reshaped, kind(process), process)
      case .joined: reach(.joined, kind(process), process)
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
}
