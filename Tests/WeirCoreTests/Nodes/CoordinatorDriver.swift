import WeirColumns
import WeirCore
import WeirTesting

/// A coordinator of `in/0` and `out/0` whose state folder always answers at once.
struct CoordinatorDriver {
  static let source = InstanceID("in", 0)
  static let sink = InstanceID("out", 0)

  private(set) var node: CoordinatorNode
  private(set) var now = Instant(nanoseconds: 0)
  /// What the last event has brought about.
  private(set) var effects: [CoordinatorEffect] = []
  /// The process that was started or chosen last for an instance.
  private(set) var processes: [InstanceID: Incarnation] = [:]

  /// Makes the coordinator; nil: without checkpoints.
  init(_ settings: CheckpointSettings? = CheckpointSettings(), record: RunRecord = RunRecord()) {
    var builder = PlanBuilder()
    let schema = Schema([Field("t", .timestamp)], eventTime: 0)
    builder.sink("out", from: [builder.source("in", schema)])
    var job = builder.plan()
    job.checkpoints = settings
    node = CoordinatorNode(job, record: record)
  }

  mutating func handle(_ event: CoordinatorEvent) {
    effects.removeAll()
    node.handle(event, at: now, into: &effects)
    var index = 0
    while index < effects.count {
      switch effects[index] {
      case .spawn(let process, let instance?): processes[instance] = process
      case .assign(let process, let instance): processes[instance] = process
      case .writeNumbers: node.handle(.numbersWritten, at: now, into: &effects)
      case .writeManifest(let manifest):
        node.handle(.manifestWritten(manifest.epoch), at: now, into: &effects)
      default: break
      }
      index += 1
    }
  }

  mutating func say(_ instance: InstanceID, _ message: InstanceMessage) {
    guard let process = processes[instance] else {
      preconditionFailure("'\(instance)' has no process")
    }
    handle(.messageReceived(process, message))
  }

  /// Lets time pass in steps of 100 ms; the instances that are named answer the pings.
  ///
  /// Returns everything that it has brought about.
  mutating func pass(
    milliseconds: Int64,
    answering: [InstanceID] = []
  ) -> [CoordinatorEffect] {
    var all: [CoordinatorEffect] = []
    for _ in 0..<milliseconds / 100 {
      now = now.advanced(byNanoseconds: 100_000_000)
      handle(.ticked)
      all += effects
      for effect in effects {
        guard case .send(let process, .ping(let number)) = effect else { continue }
        for instance in answering where processes[instance] == process {
          say(instance, .pong(number, nil))
          all += effects
        }
      }
    }
    return all
  }

  /// Stands still for a while: it is entered late, with nothing heard meanwhile.
  ///
  /// Returns what it does then.
  mutating func stand(milliseconds: Int64) -> [CoordinatorEffect] {
    now = now.advanced(byNanoseconds: milliseconds * 1_000_000)
    handle(.ticked)
    return effects
  }

  // MARK: Phases

  mutating func bind(_ instance: InstanceID) {
    say(instance, .hello(version: InstanceMessage.version))
    say(instance, .bound(endpoint: "at \(instance)"))
  }

  /// Starts both, up to the first rewind.
  mutating func begin() {
    handle(.started)
    bind(Self.source)
    bind(Self.sink)
  }

  /// Both are back in that round: rows flow.
  mutating func go(_ round: UInt64 = 1) {
    say(Self.source, .rewound(Round(round)))
    say(Self.sink, .rewound(Round(round)))
  }

  /// What the last event, or `given`, tells an instance.
  func told(_ instance: InstanceID, in given: [CoordinatorEffect]? = nil) -> [CoordinatorMessage] {
    (given ?? effects).compactMap { effect in
      guard case .send(let process, let message) = effect, process == processes[instance] else {
        return nil
      }
      return message
    }
  }
}
