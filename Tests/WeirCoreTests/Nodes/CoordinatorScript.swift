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
    handle(.messageReceived(instance, message))
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
    say(Self.source, .linked)
    say(Self.sink, .linked)
  }

  mutating func finish(_ instance: InstanceID) { say(instance, .finished(InstanceProgress())) }

  mutating func exit(_ instance: InstanceID, _ end: ProcessEnd = .exited(code: 0)) {
    handle(.exited(instance, end))
  }

  // MARK: Words

  private static func words(_ event: CoordinatorEvent) -> String {
    switch event {
    case .started: "started"
    case .messageReceived(let instance, let message): "\(instance) says \(words(message))"
    case .exited(let instance, let end): "\(instance) ends: \(end)"
    case .spawnFailed(let instance, let error): "\(instance) cannot start: \(error)"
    case .signalled(let signal): "signal \(signal)"
    case .ticked: "the clock"
    }
  }

  private static func words(_ message: InstanceMessage) -> String {
    switch message {
    case .hello(let version): "hello, version \(version)"
    case .bound(let endpoint): "bound \(endpoint)"
    case .linked: "linked"
    case .progress: "progress"
    case .finished: "finished"
    case .failed(let error): "failed: \(error)"
    case .readerGone: "the reader has gone"
    case .warned(let error): "warned: \(error)"
    case .pong(let number): "pong \(number)"
    }
  }

  private static func words(_ effect: CoordinatorEffect) -> String {
    switch effect {
    case .spawn(let instance): "start \(instance)"
    case .assign(let instance): "assign \(instance)"
    case .send(let instance, .link(let peers)):
      "tell \(instance): link "
        + peers.map { "\($0.instance) \($0.endpoint)" }.joined(separator: ", ")
    case .send(let instance, let message): "tell \(instance): \(message)"
    case .kill(let instance): "kill \(instance)"
    case .say(.progress(let instance, _)): "show progress of \(instance)"
    case .say(.failed(let instance, let error)): "show failure of \(instance): \(error)"
    case .say(let notice): "show \(notice)"
    case .end(let outcome): "end: \(outcome)"
    }
  }
}
