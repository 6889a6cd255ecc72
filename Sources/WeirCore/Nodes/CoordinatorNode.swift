/// The behaviour of the coordinator: starts, rewinds, watches and stops the instances of a run, and
/// leads them through checkpoints.
///
/// The start of a run, a failure and a resumed run are one and the same: a region whose members all
/// have a process is rewound to the last complete epoch, or to the beginning. Regions that share no
/// channel go back each for itself. Without checkpoints a failure ends the run.
package struct CoordinatorNode {
  /// Where the run is in its life.
  package enum Phase: Hashable, Sendable {
    /// Nothing was started yet.
    case created
    /// The numbers that this coordinator will use are being made durable.
    case numbering
    /// Processes start, and regions are told where to begin for the first time.
    case starting
    /// All regions have run; some may be going back.
    case running
    /// Asked to stop: the next checkpoint is the last.
    case stopping
    /// All is visible; the last manifest is being marked as the end.
    case concluding
    /// All were told to exit.
    case leaving
    /// All are being killed.
    case killing
    /// No process is left.
    case ended
  }

  package internal(set) var phase = Phase.created
  let job: JobPlan
  let settings: CheckpointSettings?
  var members: [CoordinatorMember]
  /// Times how regions come back.
  var tracker: RecoveryTracker
  var regions: [CoordinatorRegion]
  /// Those that were started and have not ended.
  var processes: [CoordinatorProcess] = []
  /// The numbers that are used next.
  var numbers: RunNumbers
  /// The numbers below which this coordinator may use them.
  var taken: RunNumbers
  /// What is being made durable.
  var taking: RunNumbers?
  var takeAgainAt: Instant?
  var lastRound = Round(0)
  /// Complete checkpoints that are kept, oldest first.
  package internal(set) var manifests: [Manifest]
  /// Rows that are kept from their operators: durably so.
  package internal(set) var quarantine: [QuarantinedRow]
  /// What is being made durable in its place.
  var writtenQuarantine: [QuarantinedRow]?
  var open: OpenEpoch?
  /// A checkpoint that is damaged and is being put aside; nobody goes back meanwhile.
  var settingAside: Epoch?
  /// Rows may become visible twice rather than end the run.
  let acceptsDuplicates: Bool
  /// When the next checkpoint is due.
  var epochDue: Instant?
  /// A checkpoint of this epoch or a later one is wanted at once.
  var wantedEpoch: Epoch?
  /// Checkpoints that failed since the last complete one.
  var failedEpochs = 0
  var outcome = RunOutcome.finished
  var hasFailed = false
  var isDraining = false
  /// When the stop, or the leaving, must be over.
  var leaveBy: Instant?
  /// An instance that lost a peer, while it is not known why; ends a run without checkpoints.
  var suspicion: (instance: InstanceID, error: WeirError, due: Instant)?
  var pingAt: Instant?
  var pingNumber: UInt64 = 0
  var spareAt: Instant?

  /// How long the cause of a lost peer may take to be heard of, in nanoseconds.
  package static let suspicionNanoseconds: Int64 = 1_000_000_000
  /// How long the last words of a process may come after its exit, in nanoseconds.
  package static let lastWordsNanoseconds: Int64 = 100_000_000
  /// How long an instance may take to exit after it was told to, in nanoseconds.
  package static let leaveNanoseconds: Int64 = 5_000_000_000
  /// How long a process may take to start, in nanoseconds.
  package static let startNanoseconds: Int64 = 30_000_000_000
  /// How long the last checkpoint may take after a request to stop, in nanoseconds.
  package static let stopNanoseconds: Int64 = 30_000_000_000
  /// The pause before an instance that failed for the third time is started again, in nanoseconds;
  /// it doubles from there.
  package static let firstPauseNanoseconds: Int64 = 250_000_000
  /// Without checkpoints: whoever is entered later than by half of that was stopped itself, in
  /// nanoseconds.
  package static let ownPauseNanoseconds: Int64 = 3_000_000_000
  /// How long a spare that did not start is not tried again, in nanoseconds.
  package static let sparePauseNanoseconds: Int64 = 1_000_000_000

  /// Makes the coordinator of a run; `record` is what the state folder holds of it.
  ///
  /// `acceptsDuplicates`: a damaged checkpoint is gone back behind also where a sink cannot take back
  /// what it has shown.
  package init(
    _ job: JobPlan,
    record: RunRecord = RunRecord(),
    acceptsDuplicates: Bool = false
  ) {
    self.job = job
    self.acceptsDuplicates = acceptsDuplicates
    settings = job.checkpoints
    numbers = record.numbers
    taken = record.numbers
    manifests = record.manifests.map { $0.relaid(for: job) }
    quarantine = record.quarantine
    let regions = job.regions
    self.regions = regions.map { CoordinatorRegion(members: $0) }
    members = job.instances.enumerated().map { number, instance in
      guard let stage = job.index(of: instance.stage) else {
        preconditionFailure("no stage '\(instance.stage)' in plan '\(job.name)'")
      }
      var isSource = false
      var delivery: Delivery?
      var canWithdraw = true
      switch job.stages[stage].role {
      case .source: isSource = true
      case .sink(let plan):
        delivery = plan.delivery
        canWithdraw = plan.connector.canWithdraw
      case .keyed, .stateless: break
      }
      return CoordinatorMember(
        instance: instance,
        isSource: isSource,
        delivery: delivery,
        canWithdraw: canWithdraw,
        region: regions.firstIndex { $0.contains(number) } ?? 0
      )
    }
    tracker = RecoveryTracker(members, self.regions)
  }

  // MARK: Events

  package mutating func handle(
    _ event: CoordinatorEvent,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    switch event {
    case .started: start(at: now, into: &effects)
    case .messageReceived(let process, let message):
      receive(message, from: process, at: now, into: &effects)
    case .exited(let process, let end, let mark):
      exited(process, ProcessExit(end: end, mark: mark, seenAt: now), at: now, into: &effects)
    case .spawnFailed(let process, let error):
      processEnded(process, error, at: now, into: &effects)
    case .numbersWritten: numbersWritten(at: now, into: &effects)
    case .numbersFailed(let error): numbersFailed(error, at: now, into: &effects)
    case .manifestWritten(let epoch): recorded(epoch, at: now, into: &effects)
    case .manifestFailed(let epoch, let error):
      recordingFailed(epoch, error, at: now, into: &effects)
    case .manifestSetAside(let epoch): setAside(epoch)
    case .setAsideFailed(let epoch, let error): setAsideFailed(epoch, error, into: &effects)
    case .quarantineWritten: quarantineWritten(at: now, into: &effects)
    case .quarantineFailed(let error): quarantineFailed(error, at: now, into: &effects)
    case .signalled(let signal): signalled(signal, at: now, into: &effects)
    case .stopRequested(let reason): stopRequested(reason, at: now, into: &effects)
    case .checkpointRequested: wantedEpoch = nextEpoch
    case .ticked: tick(at: now, into: &effects)
    }
    settle(at: now, into: &effects)
  }

  private mutating func start(at now: Instant, into effects: inout [CoordinatorEffect]) {
    precondition(phase == .created, "started while \(phase)")
    if manifests.last?.isFinished == true {
      phase = .ended
      effects.append(.end(.finished))
      return
    }
    if settings == nil {
      begin(at: now, into: &effects)
    } else {
      phase = .numbering
      numbers.run += 1
      takeNumbers(into: &effects)
    }
  }

  private mutating func begin(at now: Instant, into effects: inout [CoordinatorEffect]) {
    phase = .starting
    // How old the last checkpoint of an earlier coordinator is, nobody knows; and coordinators that die
    // before one is due must not keep the run from going on.
    let isFirst = numbers.run == 1
    epochDue = settings.map { isFirst ? now.advanced(byNanoseconds: $0.every) : now }
    pingAt = settings.map { now.advanced(byNanoseconds: $0.pingEvery) }
    resumeCommit(at: now)
    tracker.start(at: now)
    for index in members.indices { startProcess(for: index, at: now, into: &effects) }
  }

  private mutating func receive(
    _ message: InstanceMessage,
    from process: Incarnation,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    // What a process has said whose end was dealt with says nothing any more.
    guard let entry = processes.firstIndex(where: { $0.incarnation == process }) else { return }
    if case .hello(let version) = message {
      greeted(entry, version: version, into: &effects)
      return
    }
    guard let index = processes[entry].member else { return }
    switch message {
    case .hello: break
    case .bound(let endpoint):
      guard members[index].step == .starting else { break }
      members[index].step = .bound
      members[index].endpoint = endpoint
      members[index].dueBy = nil
      tracker.bound(index, at: now)
    case .rewound(let round): rewound(index, round, at: now, into: &effects)
    case .stateUnusable(let round, let error): stateUnusable(index, round, error, into: &effects)
    case .reached(let round, let step):
      guard regions[members[index].region].round == round else { break }
      tracker.reached(index, step, at: now)
    case .lost(let error): lostPeer(index, error, at: now)
    case .snapshotted(let snapshot): snapshotted(index, snapshot, at: now, into: &effects)
    case .snapshotFailed(let epoch, let step, let error):
      snapshotFailed(index, epoch, step, error, at: now, into: &effects)
    case .committed(let epoch): committed(index, epoch)
    case .progress(let progress):
      noteRead(index, progress)
      effects.append(.say(.progress(members[index].instance, progress)))
    case .finished(let progress):
      noteRead(index, progress)
      finished(index, progress, at: now, into: &effects)
    case .failed(let error): failed(index, error, at: now, into: &effects)
    case .readerGone:
      // Each sink that writes there says so; only the first asks for a stop.
      guard isActive, phase != .stopping else { break }
      effects.append(.say(.readerGone(members[index].instance)))
      signalled(.pipe, at: now, into: &effects)
    case .warned(let error): effects.append(.say(.warned(members[index].instance, error)))
    case .pong(_, let progress):
      // A late answer is one, too: only silence counts.
      members[index].heardAt = now
      members[index].progress = progress
    }
  }

  /// Notes how far a source has read: what it has to read again after a failure is counted by it.
  private mutating func noteRead(_ index: Int, _ progress: InstanceProgress) {
    guard members[index].isSource, let stage = job.index(of: members[index].instance.stage),
      stage < progress.counters.count
    else { return }
    tracker.read(Int(clamping: progress.counters[stage].rowsIn), by: index)
  }

  /// How the regions came back, the last few times and now, oldest first.
  package var recoveries: [Recovery] { tracker.recoveries }

  /// Does whatever has become possible.
  private mutating func settle(at now: Instant, into effects: inout [CoordinatorEffect]) {
    if !isActive { judgeSilent(at: now, into: &effects) }
    if isActive {
      for region in regions.indices { rewindWhenReady(region, at: now, into: &effects) }
      if phase == .starting, regions.allSatisfy({ $0.step == .running }) {
        phase = .running
        effects.append(.say(.running(instances: members.count)))
      }
      closeWhenCommitted(at: now, into: &effects)
      takeNumbersWhenNeeded(into: &effects)
      openEpochWhenDue(at: now, into: &effects)
      keepSpare(at: now, into: &effects)
      for recovery in tracker.ended() { effects.append(.say(.caughtUp(recovery))) }
    }
    if phase == .leaving || phase == .killing, processes.isEmpty {
      phase = .ended
      leaveBy = nil
      effects.append(.end(outcome))
    }
  }

  /// True while instances are to be kept at work.
  var isActive: Bool {
    switch phase {
    case .starting, .running, .stopping: true
    case .created, .numbering, .concluding, .leaving, .killing, .ended: false
    }
  }

  // MARK: Time

  /// When something is due, or overdue.
  package var deadline: Instant? {
    var earliest = leaveBy
    func add(_ due: Instant?) {
      guard let due else { return }
      earliest = min(earliest ?? due, due)
    }
    guard isActive else { return earliest }
    add(suspicion?.due)
    add(takeAgainAt)
    add(spareAt)
    add(pingAt)
    if epochMayOpen { add(epochDue) }
    if let open, open.step == .reporting, let settings {
      add(open.openedAt.advanced(byNanoseconds: settings.timeout))
    }
    for region in regions { add(region.lostDue) }
    for process in processes { add(process.exit?.wordsDue) }
    for member in members {
      add(member.dueBy)
      add(member.retryAt)
      if let settings, let heard = member.heardAt {
        add(heard.advanced(byNanoseconds: settings.hangAfter))
      }
    }
    return earliest
  }

  private mutating func tick(at now: Instant, into effects: inout [CoordinatorEffect]) {
    forgiveOwnPause(at: now)
    tickEnds(at: now, into: &effects)
    guard isActive else { return }
    tickProcesses(at: now, into: &effects)
    guard isActive else { return }
    tickEpoch(at: now, into: &effects)
    if let due = takeAgainAt, due <= now { takeAgainAt = nil }
  }

  // MARK: Numbers

  private mutating func takeNumbers(into effects: inout [CoordinatorEffect]) {
    var next = numbers
    next.epoch.number += 1
    if Mutant.epochReused.isActive { next.epoch = Epoch(1) }
    next.generation.number += Limits.numbersTaken
    next.incarnation.number += Limits.numbersTaken
    taking = next
    effects.append(.writeNumbers(next))
  }

  /// Takes the number of the next epoch while the one before is open, so that nobody waits for it.
  private mutating func takeNumbersWhenNeeded(into effects: inout [CoordinatorEffect]) {
    guard settings != nil, taking == nil, takeAgainAt == nil else { return }
    let half = Limits.numbersTaken / 2
    guard
      numbers.epoch >= taken.epoch || numbers.generation.number + half > taken.generation.number
        || numbers.incarnation.number + half > taken.incarnation.number
    else { return }
    takeNumbers(into: &effects)
  }

  private mutating func numbersWritten(
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let written = taking else { return }
    taken = written
    taking = nil
    if phase == .numbering { begin(at: now, into: &effects) }
  }

  private mutating func numbersFailed(
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    taking = nil
    guard phase != .numbering else {
      outcome = .failed
      hasFailed = true
      effects.append(.say(.stateFailed(error)))
      phase = .killing
      return
    }
    guard isActive else { return }
    takeAgainAt = now.advanced(byNanoseconds: Self.sparePauseNanoseconds)
    epochFailed(numbers.epoch, error, at: now, into: &effects)
  }

  mutating func nextGeneration() -> Generation {
    let generation = numbers.generation
    precondition(
      settings == nil || generation < taken.generation,
      "generation \(generation.number) was not taken, only those below \(taken.generation.number)"
    )
    if !Mutant.generationKept.isActive { numbers.generation.number += 1 }
    return generation
  }

  mutating func nextIncarnation() -> Incarnation {
    let incarnation = numbers.incarnation
    precondition(
      settings == nil || incarnation < taken.incarnation,
      "incarnation \(incarnation.number) was not taken, only those below "
        + "\(taken.incarnation.number)"
    )
    numbers.incarnation.number += 1
    return incarnation
  }
}
