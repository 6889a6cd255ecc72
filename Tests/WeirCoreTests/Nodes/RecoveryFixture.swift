import WeirColumns
import WeirCore
import WeirTesting

/// A coordinator with checkpoints and two regions, `in -> out` and `beside -> below`, whose clock is
/// moved by hand.
struct RecoveryFixture {
  static let instances = [
    InstanceID("in", 0), InstanceID("out", 0), InstanceID("beside", 0), InstanceID("below", 0),
  ]
  private var node: CoordinatorNode
  private let job: JobPlan
  private(set) var now = Instant(nanoseconds: 0)
  /// The newest process of each instance.
  private(set) var processes: [InstanceID: Incarnation] = [:]
  private var spare: Incarnation?
  private(set) var rewinds: [InstanceID: Rewind] = [:]
  /// What was told of recoveries that came to their end.
  private(set) var told: [Recovery] = []
  private(set) var killed: [Incarnation] = []
  /// The epoch that was opened last.
  private var opened: Epoch?

  init(record: RunRecord = RunRecord()) {
    var builder = PlanBuilder()
    let schema = Schema([Field("t", .timestamp)], eventTime: 0)
    builder.sink("out", from: [builder.source("in", schema)])
    builder.sink("below", from: [builder.source("beside", schema)])
    var job = builder.plan()
    job.checkpoints = CheckpointSettings()
    self.job = job
    node = CoordinatorNode(job, record: record)
  }

  var recoveries: [Recovery] { node.recoveries }

  mutating func pass(milliseconds: Int64) {
    now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
  }

  /// A point of time in milliseconds.
  static func at(_ milliseconds: Int64) -> Instant {
    Instant(nanoseconds: milliseconds * 1_000_000)
  }

  // MARK: Phases

  /// Starts everything, up to the first rows.
  mutating func run() {
    handle(.started)
    for instance in Self.instances { bind(instance) }
    for instance in Self.instances { rewound(instance) }
    greetSpare()
  }

  /// A new process of an instance says where it receives.
  mutating func bind(_ instance: InstanceID) {
    say(instance, .hello(version: InstanceMessage.version))
    say(instance, .bound(endpoint: "at \(instance)"))
  }

  mutating func greetSpare() {
    guard let spare else { return }
    handle(.messageReceived(spare, .hello(version: InstanceMessage.version)))
  }

  mutating func rewound(_ instance: InstanceID) {
    guard let rewind = rewinds[instance] else { return }
    say(instance, .rewound(rewind.round))
  }

  mutating func reached(_ instance: InstanceID, _ step: RecoveryStep) {
    guard let rewind = rewinds[instance] else { return }
    say(instance, .reached(rewind.round, step))
  }

  /// The process of an instance is killed by somebody; returns which it was.
  @discardableResult
  mutating func die(_ instance: InstanceID) -> Incarnation? {
    guard let process = processes[instance] else { return nil }
    handle(.exited(process, .killed(signal: 9)))
    return process
  }

  /// Whoever takes part in the open epoch reports on it, and its manifest is written.
  mutating func completeCheckpoint() {
    handle(.ticked)
    guard let opened else { return }
    for instance in Self.instances {
      guard let process = processes[instance] else { continue }
      say(instance, .snapshotted(InstanceSnapshot(epoch: opened, incarnation: process)))
    }
    for instance in Self.instances { say(instance, .committed(opened)) }
  }

  mutating func say(_ instance: InstanceID, _ message: InstanceMessage) {
    guard let process = processes[instance] else { return }
    handle(.messageReceived(process, message))
  }

  /// A source says how far it has read.
  mutating func read(_ rows: UInt64, by instance: InstanceID) {
    var progress = InstanceProgress()
    progress.counters = job.stages.map { _ in StageCounters() }
    if let stage = job.index(of: instance.stage) { progress.counters[stage].rowsIn = rows }
    say(instance, .progress(progress))
  }

  mutating func handle(_ event: CoordinatorEvent) {
    var effects: [CoordinatorEffect] = []
    node.handle(event, at: now, into: &effects)
    for effect in effects {
      switch effect {
      case .spawn(let process, let instance?): processes[instance] = process
      case .spawn(let process, nil): spare = process
      case .assign(let process, let instance): processes[instance] = process
      case .send(let process, .rewind(let rewind)):
        for instance in Self.instances where processes[instance] == process {
          rewinds[instance] = rewind
        }
      case .send(_, .checkpoint(let epoch, _)): opened = epoch
      case .writeManifest(let manifest): handle(.manifestWritten(manifest.epoch))
      case .kill(let process): killed.append(process)
      case .setAside(let epoch): handle(.manifestSetAside(epoch))
      case .writeNumbers: handle(.numbersWritten)
      case .say(.caughtUp(let recovery)): told.append(recovery)
      case .send, .writeQuarantine, .delete, .say, .end: break
      }
    }
  }
}
