import WeirCore

/// The process of the coordinator: one actor on the main thread, around one node.
package actor Coordinator {
  private let executor: any SerialExecutor
  private let control: any CoordinatorControlGateway
  private let processes: any ProcessGateway
  private let clocks: any Clocks
  private let assignment: (Incarnation, InstanceID) -> Assignment
  private let records: (any RecordGateway)?
  private let marks: (any MarkGateway)?
  private let signals: any SignalGateway
  private let view: any RunView
  private let run: RunIdentity
  private let console: any ConsoleGateway
  /// Commands that want to be told how the run ends.
  private var waiting: [ConsoleCaller] = []
  /// Commands that want a checkpoint of an epoch or a later one.
  private var wanting: [(caller: ConsoleCaller, epoch: Epoch)] = []
  private var node: CoordinatorNode
  private var effects: [CoordinatorEffect] = []

  /// How the run ended; nil while it goes on.
  package private(set) var outcome: RunOutcome?

  /// The complete checkpoints that are kept, oldest first; without checkpoints, how the run ended.
  package var manifests: [Manifest] { node.manifests }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  /// Makes the actor; `records` is needed when checkpoints are taken.
  ///
  /// Everything handed in is used on the executor's thread only from then on.
  package init(
    _ job: JobPlan,
    run: RunIdentity,
    executor: any SerialExecutor,
    control: sending any CoordinatorControlGateway,
    processes: sending any ProcessGateway,
    signals: sending any SignalGateway,
    clocks: sending any Clocks,
    view: sending any RunView,
    console: sending any ConsoleGateway,
    records: sending (any RecordGateway)?,
    marks: sending (any MarkGateway)? = nil,
    record: RunRecord = RunRecord(),
    acceptsDuplicates: Bool = false,
    assignment: sending @escaping (Incarnation, InstanceID) -> Assignment
  ) {
    self.executor = executor
    self.control = control
    self.processes = processes
    self.clocks = clocks
    self.assignment = assignment
    self.signals = signals
    self.view = view
    self.run = run
    self.console = console
    self.records = records
    self.marks = marks
    node = CoordinatorNode(job, record: record, acceptsDuplicates: acceptsDuplicates)
  }

  /// Starts every instance.
  package func begin() { step(.started) }

  /// Takes what has arrived, and says when to be entered again.
  package func pump() -> NextTurn {
    // Looked at before the messages and told after them: the last words of a process that has ended
    // may arrive between the two, and the other way round its end would hide why it ended.
    let ended = processes.ended()
    do throws(WeirError) {
      while outcome == nil, let (process, message) = try control.receive() {
        Self.failpoint(message)?.reached()
        step(.messageReceived(process, message))
      }
    } catch {
      // A message that cannot be read comes from a process that is not ours: it is not obeyed.
    }
    while let signal = signals.next() { step(.signalled(signal)) }
    for (process, end) in ended {
      Failpoint.exitSeen.reached()
      step(.exited(process, end, mark: marks?.take(process)))
    }
    if let due = node.deadline, clocks.now().instant >= due { step(.ticked) }
    serveConsole()
    guard outcome == nil else { return .never }
    return node.deadline.map { .at($0) } ?? .whenReady
  }

  private func step(_ event: CoordinatorEvent) {
    let now = clocks.now().instant
    node.handle(event, at: now, into: &effects)
    var index = 0
    while index < effects.count {
      carryOut(effects[index], at: now)
      index += 1
    }
    effects.removeAll(keepingCapacity: true)
  }

  private func carryOut(_ effect: CoordinatorEffect, at now: Instant) {
    switch effect {
    case .spawn(let process, let instance):
      do throws(WeirError) {
        try processes.spawn(process, for: instance)
        Failpoint.spawned.reached()
      } catch {
        node.handle(.spawnFailed(process, error), at: now, into: &effects)
      }
    case .assign(let process, let instance):
      send(.assign(assignment(process, instance)), to: process)
    case .send(let process, let message): send(message, to: process)
    case .kill(let process): processes.kill(process)
    case .writeNumbers(let numbers):
      answer { records throws(WeirError) in
        try records.write(numbers)
        return .numbersWritten
      } orElse: { error in
        .numbersFailed(error)
      }
    case .writeManifest(let manifest):
      let epoch = manifest.epoch
      answer { records throws(WeirError) in
        try records.write(manifest)
        return .manifestWritten(epoch)
      } orElse: { error in
        .manifestFailed(epoch, error)
      }
    case .setAside(let epoch):
      answer { records throws(WeirError) in
        try records.setAside(epoch)
        return .manifestSetAside(epoch)
      } orElse: { error in
        .setAsideFailed(epoch, error)
      }
    case .writeQuarantine(let rows):
      answer { records throws(WeirError) in
        try records.write(rows)
        return .quarantineWritten
      } orElse: { error in
        .quarantineFailed(error)
      }
    case .delete(let epochs, let files): records?.delete(epochs, files: files)
    case .say(let notice):
      view.note(notice)
      answerWanting(notice)
    case .end(let outcome):
      self.outcome = outcome
      control.close()
      let status = status()
      for (caller, _) in wanting { console.send(.refused(Self.ended(run)), to: caller) }
      for caller in waiting { console.send(.status(status), to: caller) }
      console.close()
    }
  }

  // MARK: Console

  /// Answers some of the commands that wait; the others wait for the next turn.
  private func serveConsole() {
    var served = 0
    while outcome == nil, served < Limits.consoleRequests, let (caller, request) = console.receive()
    {
      served += 1
      switch request {
      case .status: console.send(.status(status()), to: caller)
      case .stop(let reason):
        if waiting.count == Limits.consoleWaiters { waiting.removeFirst() }
        waiting.append(caller)
        step(.stopRequested(reason))
      case .checkpoint: want(caller)
      }
    }
  }

  /// Asks for a checkpoint that begins from now on.
  private func want(_ caller: ConsoleCaller) {
    guard let epoch = node.nextEpoch else {
      console.send(.refused(Self.withoutCheckpoints(run)), to: caller)
      return
    }
    if wanting.count == Limits.consoleWaiters { wanting.removeFirst() }
    wanting.append((caller, epoch))
    step(.checkpointRequested)
  }

  /// Tells those who want a checkpoint how it went.
  private func answerWanting(_ notice: RunNotice) {
    let (epoch, reply): (Epoch, ConsoleReply)
    switch notice {
    case .committed(let times): (epoch, reply) = (times.epoch, .checkpoint(times.epoch))
    case .checkpointFailed(let failed, let error): (epoch, reply) = (failed, .refused(error))
    case .running, .progress, .finished, .stopping, .readerGone, .killing, .warned, .failed,
      .stateFailed, .died, .rewinding, .recovered, .caughtUp, .checkpointed, .checkpointBroken:
      return
    }
    for (caller, wanted) in wanting where wanted <= epoch { console.send(reply, to: caller) }
    wanting.removeAll { $0.epoch <= epoch }
  }

  private static func withoutCheckpoints(_ run: RunIdentity) -> WeirError {
    WeirError(
      "E462",
      "the run '\(run.name)' has no state to save",
      detail: "it takes no checkpoints",
      hint: "leave 'checkpoints: none' out of its file",
      blame: .user
    )
  }

  private static func ended(_ run: RunIdentity) -> WeirError {
    WeirError(
      "E462",
      "the run '\(run.name)' has ended before its checkpoint was complete",
      hint:
        "'weir logs \(run.topology)' tells how; what it has in its state folder can be saved by the "
        + "same command",
      recovery: .retry
    )
  }

  private func status() -> JobStatus {
    var status = node.status(of: run, at: clocks.now())
    for stage in status.stages.indices {
      for index in status.stages[stage].instances.indices {
        identify(&status.stages[stage].instances[index].process)
      }
    }
    identify(&status.spare)
    view.complete(&status)
    return status
  }

  private func identify(_ process: inout JobStatus.Process?) {
    guard let incarnation = process?.incarnation,
      let (id, startedAt) = processes.identity(of: incarnation)
    else { return }
    process?.id = id
    process?.startedAt = startedAt
  }

  /// Does something with the records, and tells the node how it went.
  private func answer(
    _ act: (any RecordGateway) throws(WeirError) -> CoordinatorEvent,
    orElse failure: (WeirError) -> CoordinatorEvent
  ) {
    guard let records else { preconditionFailure("checkpoints without a place for records") }
    let event: CoordinatorEvent
    do throws(WeirError) {
      event = try act(records)
    } catch {
      event = failure(error)
    }
    node.handle(event, at: clocks.now().instant, into: &effects)
  }

  // A process that cannot be reached has died or is about to: its end is what counts.
  private func send(_ message: CoordinatorMessage, to process: Incarnation) {
    try? control.send(message, to: process)
    Self.failpoint(message)?.reached()
  }

  /// What the coordinator hears, as a step of the protocols.
  private static func failpoint(_ message: InstanceMessage) -> Failpoint? {
    switch message {
    case .rewound: .rewoundIn
    case .snapshotted: .reportIn
    case .committed: .committedIn
    case .stateUnusable: .damageIn
    case .hello, .bound, .reached, .lost, .snapshotFailed, .progress, .finished, .failed,
      .readerGone, .warned, .pong:
      nil
    }
  }

  /// What the coordinator has said, as a step of the protocols.
  private static func failpoint(_ message: CoordinatorMessage) -> Failpoint? {
    switch message {
    case .assign: .assignOut
    case .rewind: .rewindOut
    case .go: .goOut
    case .checkpoint: .checkpointOut
    case .abort: .abortOut
    case .commit: .commitOut
    case .leave: .leaveOut
    case .drain: .drainOut
    case .ping, .relax: nil
    }
  }
}
