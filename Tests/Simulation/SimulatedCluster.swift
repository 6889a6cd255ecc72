import WeirColumns
import WeirCore
import WeirTesting
import WeirWire

/// A whole run in one thread: the coordinator, its processes, a disk, and a network of which only the
/// order between two processes is certain.
///
/// Each step does one thing that could happen now, chosen at random: a message or frame arrives, a
/// write becomes durable, a process has a turn, somebody asks to stop, a process dies. When nothing
/// can happen the clock goes on to the next deadline. Everything follows from the seed.
package final class SimulatedCluster {
  let scenario: Scenario
  let disturbance: Disturbance
  /// Its layout may be another one after a restart of the coordinator.
  var job: JobPlan
  let schemas: ChannelSchemas
  /// Channels that have carried partial aggregates.
  var combinedChannels: Set<ChannelID> = []
  var random: SeededRandom
  var now: Int64 = 1_000_000
  /// Microseconds of the wall clock at time 0; jumps.
  var wallStart: Int64 = 1_767_261_600_000_000
  package internal(set) var step = 0

  var coordinator: CoordinatorNode?
  /// When the coordinator is started again.
  var restartAt: Int64?
  var starts = 0
  var processes: [SimulatedProcess] = []
  var connections: [SimulatedConnection] = []
  var writes: [SimulatedWrite] = []
  var disk = SimulatedDisk()

  /// Of each channel in each generation.
  var witnesses: [Passage: ChannelWitness] = [:]
  /// Bytes of the largest batch that was sent on each.
  var largestFrames: [ChannelID: Int] = [:]
  let flow: FlowBudget
  let encoder = FrameEncoder(codec: .refusing, policy: .none)
  let decoder = FrameDecoder(codec: .refusing)
  package internal(set) var coverage = Coverage()
  package internal(set) var violations: [String] = []
  var notices: [RunNotice] = []
  var outcome: RunOutcome?
  /// Faults that have come so far.
  var faults = 0
  var traps: [Disturbance.Trap]
  /// Files of state that are still to be damaged.
  var damages: Int
  /// True once somebody was killed in a run without checkpoints.
  var isDoomed = false
  var hasBeenAsked = false
  /// Somebody was killed with a single row in hand that does no harm.
  var hasKilledAtWork = false
  /// A connection has lost frames.
  var hasCut = false
  /// Numbers that were used by any coordinator.
  var highestEpoch = Epoch.none
  var highestGeneration = Generation(0)
  var highestIncarnation = Incarnation(0)
  /// A sum over everything that was sent, in order: equal for equal runs.
  package internal(set) var trace: UInt64 = 0xCBF2_9CE4_8422_2325
  /// A line for each event, if they are wanted.
  package internal(set) var lines: [String] = []
  let keepsLines: Bool
  /// Costs of processes, by how often one was started.
  var costs: SeededRandom

  /// A run that takes more steps than this goes nowhere.
  static let mostSteps = 120_000

  init(
    _ scenario: Scenario,
    _ disturbance: Disturbance,
    _ random: SeededRandom,
    keepsLines: Bool
  ) {
    self.scenario = scenario
    self.disturbance = disturbance
    self.random = random
    self.keepsLines = keepsLines
    var job = scenario.job
    job.checkpoints = disturbance.checkpoints
    self.job = job
    schemas = ChannelSchemas(job)
    var flow = FlowBudget()
    flow.sliceBytes = self.random.element(of: [1, 100, 10_000])
    if disturbance.isScarce {
      flow.inputBytes = self.random.element(of: [64, 256, 1024])
      flow.outputBytes = self.random.element(of: [64, 256, 1024])
      flow.leastCredit = 32
      flow.firstCredit = 128
      flow.asideBytes = self.random.element(of: [64, 1024])
      flow.emittedRows = self.random.integer(1...8)
    }
    self.flow = flow
    traps = disturbance.traps
    damages = disturbance.damages
    costs = self.random.fork()
    for situation in scenario.situations { coverage.met(situation) }
    coverage.met(.severalRegions, if: job.regions.count > 1)
    coverage.met(.atLeastOnce, if: disturbance.delivery == .atLeastOnce)
    coverage.met(.atMostOnce, if: disturbance.delivery == .atMostOnce)
  }

  /// Runs the seed and checks it.
  package static func run(seed: UInt64, keepsLines: Bool = false) -> SimulatedCluster {
    var random = SeededRandom(seed: seed)
    let disturbance = Disturbance(&random, seed: seed)
    let scenario = ScenarioMaker.make(random.fork(), disturbance)
    let cluster = SimulatedCluster(scenario, disturbance, random.fork(), keepsLines: keepsLines)
    cluster.run()
    cluster.checkEnd()
    return cluster
  }

  var moment: Moment {
    Moment(
      instant: Instant(nanoseconds: now),
      wall: WallTime(microseconds: wallStart + now / 1000)
    )
  }

  /// When a message sent now arrives.
  func arrival() -> Int64 { now + random.integer64(0...disturbance.delay) }

  /// True while faults may still come.
  var isDisturbed: Bool { step < 2_000 }

  func note(_ line: @autoclosure () -> String) {
    if keepsLines { lines.append("\(now / 1000) us  \(line())") }
  }

  // MARK: The run

  /// What may happen.
  private enum Action {
    case frame(Int)
    case report(Int)
    case order(Int)
    case end(Int)
    case turn(Int)
    case write(Int)
    case tick
    case restart
  }

  /// Runs to the end, or until something is wrong.
  private func run() {
    startCoordinator()
    var ready: [Action] = []
    while outcome == nil, violations.isEmpty {
      disturb()
      guard outcome == nil, violations.isEmpty else { break }
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
    for number in connections.indices {
      let receiver = processes[connections[number].to].busyUntil
      add(.frame(number), due: connections[number].link.due, busyUntil: receiver)
    }
    for number in processes.indices {
      let busyUntil = processes[number].busyUntil
      add(.report(number), due: processes[number].reports.due)
      add(.order(number), due: processes[number].orders.due, busyUntil: busyUntil)
      add(.end(number), due: processes[number].ends.due)
      add(.turn(number), due: processes[number].nextTurn(at: moment))
    }
    for number in writes.indices {
      let busyUntil = writes[number].owner.map { processes[$0].busyUntil } ?? 0
      add(.write(number), due: writes[number].due, busyUntil: busyUntil)
    }
    add(.tick, due: coordinator?.deadline?.nanoseconds)
    add(.restart, due: restartAt)
    // A process that hangs for ever is not waited for.
    return next == .max ? nil : next
  }

  private func perform(_ action: Action) {
    switch action {
    case .frame(let number):
      guard let bytes = connections[number].link.receive() else { return }
      deliver(bytes, to: connections[number].to)
    case .report(let process):
      guard let message = processes[process].reports.receive() else { return }
      note("coordinator hears \(Self.words(message)) of \(name(process))")
      command(.messageReceived(processes[process].incarnation, message))
    case .order(let process):
      if let message = processes[process].orders.receive() { obey(message, process) }
    case .end(let process):
      guard let end = processes[process].ends.receive() else { return }
      note("coordinator hears of the end of \(name(process))")
      command(.exited(processes[process].incarnation, end.end, mark: end.mark))
    case .turn(let process): turn(process)
    case .write(let number): finish(writes.remove(at: number))
    case .tick: command(.ticked)
    case .restart: startCoordinator()
    }
  }

  func name(_ process: Int) -> String {
    let instance = processes[process].instance.map { "\($0)" } ?? "spare"
    return "\(instance)#\(processes[process].incarnation.number)"
  }

  static func words(_ message: InstanceMessage) -> String {
    switch message {
    case .progress: "progress"
    case .finished: "finished"
    case .snapshotted(let snapshot):
      "snapshotted \(snapshot.epoch.number) outputs \(snapshot.outputs.map(\.text))"
    default: "\(message)"
    }
  }
}
