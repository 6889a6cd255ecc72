/// The behaviour of the coordinator: starts, links, watches and stops the instances of a run.
///
/// In this form a failed instance ends the run: the first failure is told, everything else is
/// stopped, and no process of the run is left when `end` is said.
package struct CoordinatorNode {
  /// Where the run is in its life.
  package enum Phase: Hashable, Sendable {
    /// Nothing was started yet.
    case created
    /// Processes start, say hello, and bind their sockets; then all are told whom to link.
    case binding
    /// Processes connect to their peers; a frame sent before could be lost.
    case linking
    /// Rows flow.
    case running
    /// Asked to stop: sinks publish what has reached them.
    case stopping
    /// All were told to exit.
    case leaving
    /// All are being killed.
    case killing
    /// No process is left.
    case ended
  }

  /// Where an instance is, as far as the coordinator knows.
  private enum Step: Hashable, Sendable {
    case spawned
    case assigned
    case bound
    case linked
    case finished
    case gone
  }

  private struct Member {
    let instance: InstanceID
    let isSink: Bool
    var step = Step.spawned
    var endpoint = ""
  }

  package private(set) var phase = Phase.created
  private let job: JobPlan
  private var members: [Member]
  private var outcome = RunOutcome.finished
  private var hasFailed = false
  private var leaveBy: Instant?
  /// An instance that lost a peer, while it is not known why.
  private var suspicion: (instance: InstanceID, error: WeirError)?

  /// How long the cause of a lost peer may take to be heard of, in nanoseconds.
  package static let suspicionNanoseconds: Int64 = 300_000_000
  /// What an instance reports that cannot send to a peer any more.
  private static let lostPeerCode = "E406"
  /// How long an instance may take to exit after it was told to, in nanoseconds.
  package static let leaveNanoseconds: Int64 = 5_000_000_000
  /// How long starting may take in all, in nanoseconds.
  package static let startNanoseconds: Int64 = 30_000_000_000
  /// How long sinks may take to publish after a request to stop, in nanoseconds.
  package static let publishNanoseconds: Int64 = 30_000_000_000

  package init(_ job: JobPlan) {
    self.job = job
    members = job.instances.map { instance in
      let isSink =
        if let stage = job.index(of: instance.stage), case .sink = job.stages[stage].role {
          true
        } else {
          false
        }
      return Member(instance: instance, isSink: isSink)
    }
  }

  // MARK: Events

  package mutating func handle(
    _ event: CoordinatorEvent,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    switch event {
    case .started:
      precondition(phase == .created, "started while \(phase)")
      phase = .binding
      leaveBy = now.advanced(byNanoseconds: Self.startNanoseconds)
      for member in members { effects.append(.spawn(member.instance)) }
    case .messageReceived(let instance, let message):
      receive(message, from: instance, at: now, into: &effects)
    case .exited(let instance, let end): exited(instance, end, into: &effects)
    case .spawnFailed(let instance, let error):
      mark(instance, .gone)
      fail(instance, error, into: &effects)
    case .signalled(let signal): signalled(signal, at: now, into: &effects)
    case .ticked: tick(at: now, into: &effects)
    }
    if phase == .leaving || phase == .killing, members.allSatisfy({ $0.step == .gone }) {
      phase = .ended
      leaveBy = nil
      effects.append(.end(outcome))
    }
  }

  /// When something is overdue.
  package var deadline: Instant? { leaveBy }

  private mutating func receive(
    _ message: InstanceMessage,
    from instance: InstanceID,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    switch message {
    case .hello(let version):
      guard version == InstanceMessage.version else {
        let error = WeirError(
          "E403",
          "'\(instance)' speaks version \(version) of the control messages",
          hint: "the weir executable was replaced while the run started: start it again"
        )
        fail(instance, error, into: &effects)
        return
      }
      mark(instance, .assigned)
      effects.append(.assign(instance))
    case .bound(let endpoint):
      mark(instance, .bound)
      if let index = index(instance) { members[index].endpoint = endpoint }
      linkWhenBound(into: &effects)
    case .linked:
      mark(instance, .linked)
      goWhenLinked(into: &effects)
    case .progress(let progress): effects.append(.say(.progress(instance, progress)))
    case .finished(let progress):
      mark(instance, .finished)
      effects.append(.say(.progress(instance, progress)))
      effects.append(.say(.finished(instance)))
      leaveWhenFinished(at: now, into: &effects)
    case .failed(let error):
      // All has been published. One that is told to leave later than its peers may still have had
      // something to say to them, and finds nobody.
      guard phase != .leaving else { break }
      guard error.code == Self.lostPeerCode, !hasFailed else {
        fail(instance, error, into: &effects)
        return
      }
      // That a peer is gone is what a failure looks like from next door, and may be heard of before
      // the failure itself, which is what people want to know: it gets a moment to arrive.
      guard suspicion == nil else { break }
      suspicion = (instance, error)
      leaveBy = now.advanced(byNanoseconds: Self.suspicionNanoseconds)
    case .readerGone:
      // Each sink that writes there says so; only the first asks for a stop.
      if phase != .stopping, phase != .leaving { signalled(.pipe, at: now, into: &effects) }
    case .warned(let error): effects.append(.say(.warned(instance, error)))
    case .pong: break
    }
  }

  private mutating func linkWhenBound(into effects: inout [CoordinatorEffect]) {
    guard phase == .binding, members.allSatisfy({ $0.step == .bound }) else { return }
    phase = .linking
    for member in members {
      let peers = job.peers(of: member.instance).compactMap { peer in
        index(peer).map { Peer(instance: peer, endpoint: members[$0].endpoint) }
      }
      effects.append(.send(member.instance, .link(peers)))
    }
  }

  private mutating func goWhenLinked(into effects: inout [CoordinatorEffect]) {
    guard phase == .linking, members.allSatisfy({ $0.step == .linked }) else { return }
    phase = .running
    leaveBy = nil
    effects.append(.say(.running(instances: members.count)))
    for member in members { effects.append(.send(member.instance, .go)) }
  }

  private mutating func leaveWhenFinished(
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    let isDone =
      switch phase {
      case .running: members.allSatisfy { $0.step == .finished }
      case .stopping: members.allSatisfy { !$0.isSink || $0.step == .finished }
      case .created, .binding, .linking, .leaving, .killing, .ended: false
      }
    guard isDone else { return }
    phase = .leaving
    leaveBy = now.advanced(byNanoseconds: Self.leaveNanoseconds)
    for member in members where member.step != .gone {
      effects.append(.send(member.instance, .leave))
    }
  }

  // MARK: Ends

  private mutating func signalled(
    _ signal: StopSignal,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    let asked: RunOutcome =
      switch signal {
      case .interrupt: .interrupted
      case .terminate, .hangup: .stopped
      case .pipe: .unread
      }
    switch phase {
    case .created, .binding, .linking:
      outcome = asked
      killAll(into: &effects)
    case .running:
      outcome = asked
      phase = .stopping
      leaveBy = now.advanced(byNanoseconds: Self.publishNanoseconds)
      effects.append(.say(.stopping(signal)))
      for member in members where member.step != .gone {
        effects.append(.send(member.instance, .stop(.publish)))
      }
      leaveWhenFinished(at: now, into: &effects)
    case .stopping, .leaving:
      // Asked twice: whoever asks does not want to wait.
      outcome = hasFailed ? .failed : asked
      killAll(into: &effects)
    case .killing, .ended: break
    }
  }

  private mutating func exited(
    _ instance: InstanceID,
    _ end: ProcessEnd,
    into effects: inout [CoordinatorEffect]
  ) {
    mark(instance, .gone)
    guard phase != .leaving, phase != .killing, phase != .ended else { return }
    // It has said why, and its peer's own words are still waited for.
    if let suspicion, suspicion.instance == instance { return }
    let error = WeirError(
      "E404",
      "'\(instance)' died",
      detail: Self.text(of: end),
      hint: "the run has ended; rows that were not published are not in the output",
      recovery: .restart
    )
    fail(instance, error, into: &effects)
  }

  private static func text(of end: ProcessEnd) -> String {
    switch end {
    case .exited(let code): "exit code \(code)"
    case .killed(let signal): "killed by signal \(signal)"
    }
  }

  private mutating func fail(
    _ instance: InstanceID,
    _ error: WeirError,
    into effects: inout [CoordinatorEffect]
  ) {
    guard phase != .killing, phase != .ended else { return }
    outcome = .failed
    if !hasFailed {
      hasFailed = true
      effects.append(.say(.failed(instance, error)))
    }
    killAll(into: &effects)
  }

  private mutating func killAll(into effects: inout [CoordinatorEffect]) {
    phase = .killing
    leaveBy = nil
    let alive = members.filter { $0.step != .gone }
    if !hasFailed { effects.append(.say(.killing(instances: alive.count))) }
    for member in alive { effects.append(.kill(member.instance)) }
  }

  private mutating func tick(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let due = leaveBy, due <= now else { return }
    if let suspicion {
      fail(suspicion.instance, suspicion.error, into: &effects)
      return
    }
    let late = members.first { isLate($0) }
    guard let late else { return }
    let error = WeirError(
      "E405",
      "'\(late.instance)' did not answer in time while the run was \(phase)",
      recovery: .restart
    )
    fail(late.instance, error, into: &effects)
  }

  /// True if the run waits for that instance.
  private func isLate(_ member: Member) -> Bool {
    switch phase {
    case .binding: member.step == .spawned || member.step == .assigned
    case .linking: member.step == .bound
    case .stopping: member.isSink && member.step != .finished
    case .leaving: member.step != .gone
    case .created, .running, .killing, .ended: false
    }
  }

  // MARK: Members

  private func index(_ instance: InstanceID) -> Int? {
    members.firstIndex { $0.instance == instance }
  }

  private mutating func mark(_ instance: InstanceID, _ step: Step) {
    guard let index = index(instance), members[index].step != .gone else { return }
    members[index].step = step
  }
}
