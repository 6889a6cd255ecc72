import WeirColumns
import WeirCore
import WeirTesting

/// A coordinator of two instances, `in/0` and `out/0`, and everything said to it and by it.
struct CoordinatorScript {
  private var node: CoordinatorNode
  private var now = Instant(nanoseconds: 0)
  /// The conversation: `>` what reached the coordinator, `<` what it wanted done.
  private(set) var text = ""

  static let source = InstanceID("in", 0)
  static let sink = InstanceID("out", 0)

  /// The process of an instance that never failed.
  private static func process(_ instance: InstanceID) -> Incarnation {
    Incarnation(instance == source ? 1 : 2)
  }

  /// The words for a process.
  private static func name(_ process: Incarnation) -> String {
    switch process.number {
    case 1: "in/0"
    case 2: "out/0"
    default: "#\(process.number)"
    }
  }

  init() {
    var builder = PlanBuilder()
    let schema = Schema([Field("t", .timestamp)], eventTime: 0)
    builder.sink("out", from: [builder.source("in", schema)])
    node = CoordinatorNode(builder.plan())
  }

  mutating func title(_ title: String) {
    text += (text.isEmpty ? "" : "\n") + "# \(title)\n"
    self.node = Self().node
    now = Instant(nanoseconds: 0)
  }

  mutating func handle(_ event: CoordinatorEvent) {
    var effects: [CoordinatorEffect] = []
    node.handle(event, at: now, into: &effects)
    text += "> \(Self.words(event))\n"
    for effect in effects { text += "< \(Self.words(effect))\n" }
    text += "  \(node.phase)"
    if let due = node.deadline { text += ", until \(due.nanoseconds / 1_000_000_000) s" }
    text += "\n"
  }

  mutating func pass(seconds: Int64) {
    now = now.advanced(byNanoseconds: seconds * 1_000_000_000)
    text += "> \(seconds) s pass\n"
    handle(.ticked)
  }

  mutating func say(_ instance: InstanceID, _ message: InstanceMessage) {
    handle(.messageReceived(Self.process(instance), message))
  }

  // MARK: Phases

  mutating func bind() {
    handle(.started)
    for instance in [Self.source, Self.sink] {
      say(instance, .hello(version: InstanceMessage.version))
      say(instance, .bound(endpoint: "at \(instance)"))
    }
  }

  mutating func run() {
    bind()
    say(Self.source, .rewound(Round(1)))
    say(Self.sink, .rewound(Round(1)))
  }

  mutating func finish(_ instance: InstanceID) { say(instance, .finished(InstanceProgress())) }

  /// Completes the open epoch, and makes it visible.
  mutating func complete(_ epoch: Epoch = Epoch(1)) {
    for instance in [Self.source, Self.sink] {
      say(
        instance,
        .snapshotted(InstanceSnapshot(epoch: epoch, incarnation: Self.process(instance)))
      )
    }
    say(Self.sink, .committed(epoch))
  }

  mutating func exit(_ instance: InstanceID, _ end: ProcessEnd = .exited(code: 0)) {
    handle(.exited(Self.process(instance), end))
  }

  // MARK: Words

  private static func words(_ event: CoordinatorEvent) -> String {
    switch event {
    case .started: "started"
    case .messageReceived(let process, let message): "\(name(process)) says \(words(message))"
    case .exited(let process, let end, let mark):
      "\(name(process)) ends: \(end)"
        + (mark.map { ", at work for stage \($0.stage) on \($0.rows) rows" } ?? "")
    case .spawnFailed(let process, let error): "\(name(process)) cannot start: \(error)"
    case .numbersWritten, .numbersFailed, .manifestWritten, .manifestFailed, .manifestSetAside,
      .setAsideFailed, .stopRequested, .checkpointRequested, .quarantineWritten, .quarantineFailed:
      "\(event)"
    case .signalled(let signal): "signal \(signal)"
    case .ticked: "the clock"
    }
  }

  private static func words(_ message: InstanceMessage) -> String {
    switch message {
    case .hello(InstanceMessage.version): "hello"
    case .hello(let version): "hello, version \(version)"
    case .bound(let endpoint): "bound \(endpoint)"
    case .rewound(let round): "rewound \(round.number)"
    case .stateUnusable(let round, let error): "cannot do \(round.number): \(error)"
    case .reached(let round, let step): "reached \(step) in \(round.number)"
    case .lost(let error): "lost a peer: \(error)"
    case .snapshotted(let snapshot): "snapshotted \(snapshot.epoch.number)"
    case .snapshotFailed(let epoch, let step, let error):
      "snapshot \(epoch.number) failed, \(step): \(error)"
    case .committed(let epoch): "committed \(epoch.number)"
    case .progress: "progress"
    case .finished: "finished"
    case .failed(let error): "failed: \(error)"
    case .readerGone: "the reader has gone"
    case .warned(let error): "warned: \(error)"
    case .pong(let number, _): "pong \(number)"
    }
  }

  private static func words(_ effect: CoordinatorEffect) -> String {
    switch effect {
    case .spawn(let process, let instance):
      "start \(name(process)) as \(instance.map { "\($0)" } ?? "spare")"
    case .assign(let process, let instance): "assign \(instance) to \(name(process))"
    case .send(let process, .rewind(let rewind)):
      "tell \(name(process)): rewind \(rewind.round.number) to \(rewind.epoch.number), generation "
        + "\(rewind.generation.number), "
        + rewind.peers.map { "\($0.instance) \($0.endpoint)" }.joined(separator: ", ")
    case .send(let process, .go(let round)): "tell \(name(process)): go \(round.number)"
    case .send(let process, .checkpoint(let epoch, let isLast)):
      "tell \(name(process)): checkpoint \(epoch.number)\(isLast ? ", the last" : "")"
    case .send(let process, .commit(let epoch, _)):
      "tell \(name(process)): commit \(epoch.number)"
    case .send(let process, let message): "tell \(name(process)): \(message)"
    case .kill(let process): "kill \(name(process))"
    case .writeNumbers, .writeManifest, .setAside, .writeQuarantine, .delete: "\(effect)"
    case .say(.progress(let instance, _)): "show progress of \(instance)"
    case .say(.failed(let instance, let error)): "show failure of \(instance): \(error)"
    case .say(let notice): "show \(notice)"
    case .end(let outcome): "end: \(outcome)"
    }
  }
}
