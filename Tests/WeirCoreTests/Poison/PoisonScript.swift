import WeirColumns
import WeirCore
import WeirTesting

/// A coordinator with checkpoints of `in/0`, `work/0` and `out/0`, whose processes do at once what they
/// are told, unless they die.
struct PoisonScript {
  static let work = InstanceID("work", 0)
  /// The number of `work` in the plan.
  static let stage: StageIndex = 1
  private(set) var node: CoordinatorNode
  private let job: JobPlan
  private(set) var now = Instant(nanoseconds: 0)
  /// What was asked for and is not a matter of course, in words.
  private(set) var said: [String] = []
  /// The last order to begin anew that `work/0` got.
  private(set) var rewind: Rewind?
  private(set) var outcome: RunOutcome?
  /// Why the run ended before its time.
  private(set) var failure: WeirError?
  /// Whether what is to be kept from operators becomes durable.
  var canWrite = true
  private var processes: [InstanceID: Incarnation] = [:]
  private var counters: [StageCounters]
  private var epoch: Epoch?

  init(
    _ onError: ErrorPolicy = .divert,
    mostRestarts: Int = 5,
    restartsWithin: Int64? = nil,
    record: RunRecord = RunRecord()
  ) {
    var builder = PlanBuilder()
    let schema = Schema([Field("k", .string), Field("t", .timestamp)], eventTime: 1)
    let input = builder.source("in", schema)
    builder.sink("out", from: [builder.stateless("work", from: [input], onError: onError)])
    var job = builder.plan()
    var settings = CheckpointSettings()
    settings.mostRestarts = mostRestarts
    if let restartsWithin { settings.restartsWithin = restartsWithin }
    job.checkpoints = settings
    self.job = job
    counters = job.stages.map { _ in StageCounters() }
    node = CoordinatorNode(job, record: record)
    handle(.started)
  }

  mutating func handle(_ event: CoordinatorEvent) {
    var events = [event]
    while !events.isEmpty {
      var effects: [CoordinatorEffect] = []
      node.handle(events.removeFirst(), at: now, into: &effects)
      for effect in effects { events += answer(effect) }
    }
  }

  private mutating func answer(_ effect: CoordinatorEffect) -> [CoordinatorEvent] {
    func says(_ process: Incarnation, _ message: InstanceMessage) -> CoordinatorEvent {
      .messageReceived(process, message)
    }
    switch effect {
    case .spawn(let process, let instance):
      if let instance {
        processes[instance] = process
        said.append("start \(instance)")
      }
      return [says(process, .hello(version: InstanceMessage.version))]
    case .assign(let process, let instance):
      if processes[instance] != process { said.append("start \(instance)") }
      processes[instance] = process
      return [says(process, .bound(endpoint: "\(process.number)"))]
    case .send(let process, .rewind(let order)):
      if process == processes[Self.work] { rewind = order }
      return [says(process, .rewound(order.round))]
    case .send(_, .checkpoint(let epoch, _)):
      self.epoch = epoch
      return []
    case .send(let process, .commit(let epoch, _)): return [says(process, .committed(epoch))]
    case .send(let process, .ping(let number)): return [says(process, .pong(number, nil))]
    case .send(let process, .relax):
      said.append("relax \(processes[Self.work] == process ? "work/0" : "another")")
      return []
    case .writeNumbers: return [.numbersWritten]
    case .writeManifest(let manifest): return [.manifestWritten(manifest.epoch)]
    case .setAside(let epoch): return [.manifestSetAside(epoch)]
    case .writeQuarantine(let rows):
      said.append("write \(rows.map { "\($0.stage) \($0.fingerprint)" })")
      return [
        canWrite ? .quarantineWritten : .quarantineFailed(WeirError("E103", "the disk is full"))
      ]
    case .say(.failed(_, let error)), .say(.warned(_, let error)):
      if case .say(.failed) = effect { failure = error }
      said.append(error.code)
      return []
    case .end(let outcome):
      self.outcome = outcome
      return []
    case .send, .kill, .delete, .say: return []
    }
  }

  /// Lets `work/0` die at work on those rows, and forgets what was said before.
  mutating func die(
    _ rows: [UInt64] = [],
    of end: ProcessEnd = .killed(signal: 11),
    position: UInt64 = 100
  ) {
    let mark = WorkMark(stage: Self.stage, rows: 9, position: position, fingerprints: rows)
    die(end, mark)
  }

  /// Lets `work/0` die between two batches.
  mutating func dieIdle(_ end: ProcessEnd = .killed(signal: 11)) { die(end, nil) }

  private mutating func die(_ end: ProcessEnd, _ mark: WorkMark?) {
    said = []
    guard let process = processes[Self.work] else { return }
    handle(.exited(process, end, mark: mark))
    // Pauses pass.
    pass(seconds: 3)
  }

  /// Completes a checkpoint at which `work/0` had seen so many rows.
  mutating func checkpoint(seen: UInt64) {
    pass(seconds: 20)
    guard let epoch else { return }
    counters[Self.stage].rowsIn = seen
    for instance in job.instances {
      guard let process = processes[instance] else { continue }
      var snapshot = InstanceSnapshot(epoch: epoch, incarnation: process)
      snapshot.counters = counters
      handle(.messageReceived(process, .snapshotted(snapshot)))
    }
    self.epoch = nil
  }

  mutating func pass(seconds: Int64) {
    for _ in 0..<seconds * 4 {
      now = now.advanced(byNanoseconds: 250_000_000)
      handle(.ticked)
    }
  }
}
