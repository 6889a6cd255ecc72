import WeirColumns
import WeirCore
import WeirTesting
import WeirWire

/// A whole run in one thread: the coordinator, its processes, and a network of which only the order
/// within a channel is certain.
///
/// Each step does one thing that could happen now, chosen at random: a message or frame arrives, a
/// process has a turn, somebody asks to stop, a process dies. When nothing can happen the clock goes
/// on to the next deadline. Everything follows from the seed.
final class SimulatedCluster {
  let scenario: Scenario
  let disturbance: Disturbance
  let job: JobPlan
  let channels: [ChannelPlan]
  let instances: [InstanceID]
  /// The processes at the ends of each channel.
  let senders: [Int]
  let receivers: [Int]
  var random: SeededRandom
  var now: Int64 = 1_000_000
  /// Microseconds of the wall clock at time 0; jumps.
  var wallStart: Int64 = 1_767_261_600_000_000
  var step = 0

  var coordinator: CoordinatorNode
  var processes: [SimulatedProcess]
  /// Frames under way, by channel: from its sender, and credits back.
  var frames: [SimulatedLink<[UInt8]>]
  var credits: [SimulatedLink<[UInt8]>]
  /// Messages of each process: to the coordinator, and from it; and its end.
  var reports: [SimulatedLink<InstanceMessage>]
  var orders: [SimulatedLink<CoordinatorMessage>]
  var ends: [SimulatedLink<ProcessEnd>]

  var witnesses: [ChannelWitness]
  let flow: FlowBudget
  let encoder = FrameEncoder(codec: .refusing, policy: .none)
  let decoder = FrameDecoder(codec: .refusing)
  var coverage = Coverage()
  var violations: [String] = []
  var notices: [RunNotice] = []
  var outcome: RunOutcome?
  /// The process that the disturbance chose, if it did.
  var victim: Int?
  /// Where the run was when the end of the victim became known, or a stop was asked for.
  var phaseAtFault: CoordinatorNode.Phase?
  /// A sum over everything that was sent, in order: equal for equal runs.
  var trace: UInt64 = 0xCBF2_9CE4_8422_2325

  /// A run that takes more steps than this goes nowhere.
  static let mostSteps = 50_000

  init(_ scenario: Scenario, _ disturbance: Disturbance, _ random: SeededRandom) {
    self.scenario = scenario
    self.disturbance = disturbance
    self.random = random
    job = scenario.job
    let all = job.instances
    instances = all
    channels = job.channels
    senders = channels.map { channel in all.firstIndex(of: channel.sender) ?? 0 }
    receivers = channels.map { channel in all.firstIndex(of: channel.receiver) ?? 0 }
    coordinator = CoordinatorNode(job)
    var flow = FlowBudget()
    if disturbance.isScarce {
      flow.inputBytes = self.random.element(of: [64, 256, 1024])
      flow.outputBytes = self.random.element(of: [64, 256, 1024])
      flow.leastCredit = 32
      flow.firstCredit = 128
      flow.emittedRows = self.random.integer(1...8)
    }
    self.flow = flow
    processes = []
    frames = channels.map { _ in SimulatedLink() }
    credits = channels.map { _ in SimulatedLink() }
    reports = job.instances.map { _ in SimulatedLink() }
    orders = job.instances.map { _ in SimulatedLink() }
    ends = job.instances.map { _ in SimulatedLink() }
    witnesses = channels.map { ChannelWitness($0) }
    for instance in job.instances {
      let isSlow = self.random.chance(disturbance.slow)
      coverage.met(.slowProcess, if: isSlow)
      processes.append(
        SimulatedProcess(
          instance,
          stage: job.index(of: instance.stage) ?? 0,
          cost: isSlow ? 4_000_000 : self.random.integer64(1000...50_000)
        )
      )
    }
    for situation in scenario.situations { coverage.met(situation) }
  }

  var moment: Moment {
    Moment(
      instant: Instant(nanoseconds: now),
      wall: WallTime(microseconds: wallStart + now / 1000)
    )
  }

  func index(of instance: InstanceID) -> Int {
    guard let index = instances.firstIndex(of: instance) else {
      preconditionFailure("no instance \(instance)")
    }
    return index
  }

  /// When a message sent now arrives.
  func arrival() -> Int64 { now + random.integer64(0...disturbance.delay) }

  // MARK: The run

  /// What may happen.
  private enum Action {
    case frame(Int)
    case credit(Int)
    case report(Int)
    case order(Int)
    case end(Int)
    case turn(Int)
    case tick
  }

  /// Runs to the end, or until something is wrong.
  func run() {
    command(.started)
    var ready: [Action] = []
    while outcome == nil, violations.isEmpty {
      disturb()
      ready.removeAll(keepingCapacity: true)
      let next = collect(into: &ready)
      if ready.isEmpty {
        guard let next else {
          violations.append("nothing can happen any more\n\(dump)")
          return
        }
        now = max(now + 1, next)
        continue
      }
      perform(random.element(of: ready))
      now += random.integer64(0...20_000)
      step += 1
      if step > Self.mostSteps { violations.append("no end after \(step) steps\n\(dump)") }
    }
  }

  /// Collects what can happen now; returns when the next thing after it can.
  private func collect(into ready: inout [Action]) -> Int64? {
    var next: Int64?
    func add(_ action: Action, due: Int64?, busyUntil: Int64 = 0) {
      guard let due else { return }
      let time = max(due, busyUntil)
      if time <= now { ready.append(action) } else { next = min(next ?? time, time) }
    }
    for number in channels.indices {
      let sender = processes[senders[number]].busyUntil
      let receiver = processes[receivers[number]].busyUntil
      add(.frame(number), due: frames[number].due, busyUntil: receiver)
      add(.credit(number), due: credits[number].due, busyUntil: sender)
    }
    for number in processes.indices {
      let busyUntil = processes[number].busyUntil
      add(.report(number), due: reports[number].due)
      add(.order(number), due: orders[number].due, busyUntil: busyUntil)
      add(.end(number), due: ends[number].due)
      add(.turn(number), due: processes[number].nextTurn(at: moment))
    }
    add(.tick, due: coordinator.deadline?.nanoseconds)
    return next
  }

  private func perform(_ action: Action) {
    switch action {
    case .frame(let channel):
      guard let bytes = frames[channel].receive() else { return }
      deliver(bytes, to: receivers[channel])
    case .credit(let channel):
      guard let bytes = credits[channel].receive() else { return }
      deliver(bytes, to: senders[channel])
    case .report(let process):
      guard let message = reports[process].receive() else { return }
      command(.messageReceived(processes[process].instance, message))
    case .order(let process):
      if let message = orders[process].receive() { obey(message, process) }
    case .end(let process):
      guard let end = ends[process].receive() else { return }
      if process == victim, phaseAtFault == nil { phaseAtFault = coordinator.phase }
      command(.exited(processes[process].instance, end))
    case .turn(let process): turn(process)
    case .tick: command(.ticked)
    }
  }

  // MARK: Disturbances

  private func disturb() {
    if disturbance.jumps, random.integer(0...199) == 0 {
      wallStart += random.chance(50) ? 3_600_000_000 : -3_600_000_000
      coverage.met(.wallClockStep)
    }
    if random.integer(0...999) < disturbance.pauses {
      let process = random.integer(0...processes.count - 1)
      processes[process].busyUntil = now + random.integer64(1_000_000...800_000_000)
      coverage.met(.pausedProcess)
    }
    switch disturbance.fault {
    case .none, .failedStart, .hangAtStart: break
    case .interrupt(let first, let again):
      if step == first { signal(.interrupt) }
      if let again, step == first + again, phaseAtFault != nil { signal(.interrupt) }
    case .terminate(let at): if step == at { signal(.terminate) }
    case .crash(let at): if step == at, victim == nil { crash() }
    case .crashWhileLeaving: if coordinator.phase == .leaving, victim == nil { crash() }
    }
  }

  private func signal(_ signal: StopSignal) {
    let phase = coordinator.phase
    // A step may come round again when only the clock went on.
    guard phaseAtFault == nil || phase == .stopping else { return }
    if phaseAtFault == nil { phaseAtFault = phase }
    switch phase {
    case .created, .binding, .linking: coverage.met(.interruptedAtStart)
    case .running:
      coverage.met(.interruptedWhileRunning)
      coverage.met(
        .interruptedWhileFiring,
        if: processes.contains { $0.node?.isFiring == true }
      )
      coverage.met(.terminated, if: signal == .terminate)
    case .stopping:
      if case .interrupt(let first, _) = disturbance.fault, step == first { return }
      coverage.met(.interruptedTwice)
    case .leaving, .killing, .ended: break
    }
    command(.signalled(signal))
  }

  private func crash() {
    let alive = processes.indices.filter { processes[$0].life == .alive }
    guard !alive.isEmpty else { return }
    let chosen = random.element(of: alive)
    victim = chosen
    die(chosen, .killed(signal: 9))
  }

  /// Ends a process; what it sent before still arrives.
  func die(_ process: Int, _ end: ProcessEnd) {
    guard processes[process].life == .alive else { return }
    processes[process].life = .dead
    processes[process].node = nil
    processes[process].busyUntil = 0
    ends[process].send(end, due: arrival())
  }

  // MARK: The coordinator

  func command(_ event: CoordinatorEvent) {
    var effects: [CoordinatorEffect] = []
    coordinator.handle(event, at: moment.instant, into: &effects)
    var index = 0
    while index < effects.count {
      carryOut(effects[index], into: &effects)
      index += 1
    }
  }

  private func carryOut(_ effect: CoordinatorEffect, into effects: inout [CoordinatorEffect]) {
    switch effect {
    case .spawn(let instance): spawn(index(of: instance), into: &effects)
    case .assign(let instance):
      let assignment = Assignment(
        instance: instance,
        incarnation: Incarnation(1),
        generation: Generation(1),
        path: "",
        base: "",
        text: "",
        runFolder: "",
        partitions: [],
        startedAt: moment.wall
      )
      order(.assign(assignment), index(of: instance))
    case .send(let instance, let message): order(message, index(of: instance))
    case .kill(let instance): die(index(of: instance), .killed(signal: 9))
    case .say(let notice): notices.append(notice)
    case .end(let outcome): self.outcome = outcome
    }
  }

  private func order(_ message: CoordinatorMessage, _ process: Int) {
    guard processes[process].life == .alive else { return }
    orders[process].send(message, due: arrival())
  }

  private func spawn(_ process: Int, into effects: inout [CoordinatorEffect]) {
    if disturbance.fault == .failedStart, process == processes.count / 2 {
      coverage.met(.failedStart)
      phaseAtFault = coordinator.phase
      victim = process
      let error = WeirError("E000", "start '\(processes[process].instance)'")
      coordinator.handle(
        .spawnFailed(processes[process].instance, error),
        at: moment.instant,
        into: &effects
      )
      return
    }
    processes[process].life = .alive
    if disturbance.fault == .hangAtStart, process == processes.count / 2 {
      coverage.met(.hangAtStart)
      phaseAtFault = coordinator.phase
      victim = process
      return
    }
    reports[process].send(.hello(version: InstanceMessage.version), due: arrival())
  }
}
