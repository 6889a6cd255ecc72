// Going over to another layout while the run goes on.

/// The change of layout that is under way: one at a time.
struct OpenScaling {
  enum Step: Hashable, Sendable {
    /// The new instances start, and a checkpoint is taken: what the one of the turn then has to write
    /// is little.
    case preparing
    /// All make their channels ready.
    case telling
    /// The epoch is open behind which the layout comes into force.
    case cutting
    /// It is complete; instances take over what is theirs now.
    case joining
  }

  let before: RunLayout
  let after: RunLayout
  let job: JobPlan
  let askedAt: Instant
  var step = Step.preparing
  /// The checkpoint that goes before was opened after the request.
  var warmedBy: Epoch?
  var epoch = Epoch.none
  var round = Round(0)
  var cutAt: Instant?
  /// Instances that have not said that they are ready.
  var unready: [InstanceID] = []
  /// Instances that have not taken over what they were given, or are to be.
  var joining: [InstanceID] = []
  var report: Scaling
}

extension CoordinatorNode {
  /// Begins to go over to another layout; throws when that cannot be.
  package mutating func scale(
    _ order: ScaleOrder,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) throws(WeirError) {
    guard settings != nil else {
      throw .cannotScale(
        "the topology takes no checkpoints, and state moves by one",
        "set 'checkpoints' and start the run again"
      )
    }
    guard scaling == nil else {
      throw .cannotScale("another change is under way", "try again when it is done")
    }
    guard phase == .running, regions.allSatisfy({ $0.step == .running }), !isDraining else {
      throw .cannotScale(
        "the run is \(isDraining ? "draining" : "\(phase == .running ? "recovering" : "\(phase)")")",
        "try again when it is running"
      )
    }
    let before = layout
    let after = try declared.layout(after: order, from: before)
    let target = declared.laid(out: after)
    let report = Scaling(declared, from: before, to: after)
    scaling = OpenScaling(
      before: before,
      after: after,
      job: target,
      askedAt: now,
      report: report
    )
    for instance in target.instances where !members.contains(where: { $0.instance == instance }) {
      add(instance, at: now, into: &effects)
    }
    effects.append(.say(.scaling(report)))
    settle(at: now, into: &effects)
  }

  /// The channels of the layout in force, and those of the one that is coming.
  package var channels: [ChannelPlan] { job.channels }
  package var comingChannels: [ChannelPlan] { scaling?.job.channels ?? [] }

  /// The layout in force.
  package var layout: RunLayout { job.layout(like: beganWith) }

  private mutating func add(
    _ instance: InstanceID,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    var member = CoordinatorMember(instance, of: declared, region: region(of: instance.stage))
    member.isJoining = true
    members.append(member)
    open?.snapshots.append(nil)
    tracker.add(member)
    startProcess(for: members.count - 1, at: now, into: &effects)
  }

  private func region(of stage: String) -> Int {
    members.first { $0.instance.stage == stage }?.region ?? 0
  }

  // MARK: Steps

  /// Goes on with the change of layout as far as it can.
  mutating func scaleWhenReady(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let current = scaling else { return }
    switch current.step {
    case .preparing:
      guard open == nil, regions.allSatisfy({ $0.step == .running }) else { break }
      let parts = members.filter { !$0.isJoining }
      if phase != .running || isDraining || parts.allSatisfy({ $0.step == .finished }) {
        giveUpScaling(.endsFirst, into: &effects)
      } else if let warmedBy = current.warmedBy, warmedBy < numbers.epoch,
        members.allSatisfy({ !$0.isJoining || $0.step == .bound })
      {
        tellLayout(at: now, into: &effects)
      } else if current.warmedBy == nil {
        scaling?.warmedBy = numbers.epoch
        wantedEpoch = numbers.epoch
      }
    case .telling:
      if phase != .running || isDraining {
        giveUpScaling(.endsFirst, into: &effects)
      }
    case .cutting: break
    case .joining:
      guard current.joining.isEmpty, open == nil, regions.allSatisfy({ $0.step == .running })
      else { break }
      var report = current.report
      report.epoch = current.epoch
      report.duration = current.askedAt.microseconds(to: now)
      report.cut = current.cutAt?.microseconds(to: now) ?? 0
      scaling = nil
      effects.append(.say(.scaled(report)))
    }
  }

  /// Tells everybody what comes behind the next epoch.
  private mutating func tellLayout(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard var current = scaling else { return }
    lastRound.number += 1
    let generation = nextGeneration()
    current.step = .telling
    current.round = lastRound
    current.epoch = numbers.epoch
    current.unready = members.map(\.instance)
    for index in members.indices {
      let instance = members[index].instance
      let begins = current.begins(instance)
      if begins || current.sums(to: instance) != nil { current.joining.append(instance) }
      let known = job.peers(of: instance)
      let peers = known + current.job.peers(of: instance).filter { !known.contains($0) }
      let order = Reshape(
        round: lastRound,
        epoch: current.epoch,
        layout: current.after,
        generation: generation,
        peers: endpoints(of: peers),
        begins: begins,
        quarantine: quarantine
      )
      send(.reshape(order), to: index, into: &effects)
    }
    scaling = current
  }

  mutating func reshaped(_ index: Int, _ round: Round) {
    guard scaling?.step == .telling, scaling?.round == round else { return }
    let instance = members[index].instance
    scaling?.unready.removeAll { $0 == instance }
  }

  /// True if the next epoch is the one behind which another layout comes into force.
  var isCutDue: Bool {
    scaling?.step == .telling && scaling?.unready.isEmpty == true
  }

  /// True while no other epoch may be opened.
  var isCutAwaited: Bool { scaling?.step == .telling }

  /// All have marked the epoch of the turn: who takes something over may begin to read it.
  mutating func handOver(_ manifest: Manifest, into effects: inout [CoordinatorEffect]) {
    guard let current = scaling else { return }
    let relaid = manifest.relaid(for: current.job)
    for index in members.indices where current.joining.contains(members[index].instance) {
      let instance = members[index].instance
      let given =
        current.begins(instance)
        ? relaid.snapshot(of: instance) : current.sums(to: instance).map { manifest.sums(of: $0) }
      guard let given else { continue }
      // One that was done with its own input may have more now.
      if current.begins(instance), members[index].step == .finished {
        members[index].step = .running
      }
      send(.inherit(current.round, given), to: index, into: &effects)
    }
  }

  mutating func joined(
    _ index: Int,
    _ round: Round,
    _ cost: HandOver,
    into effects: inout [CoordinatorEffect]
  ) {
    guard scaling?.round == round else { return }
    let instance = members[index].instance
    guard var current = scaling else { return }
    current.joining.removeAll { $0 == instance }
    current.report.pause = max(current.report.pause, cost.waited / 1000)
    current.report.bytesMoved += cost.stateBytes
    scaling = current
    if members[index].step == .bound { members[index].step = .running }
    if isDraining, members[index].isSource { send(.drain, to: index, into: &effects) }
  }

  /// The manifest is durable: there is no way back to the layout before.
  mutating func takeLayout(into effects: inout [CoordinatorEffect]) {
    guard let current = scaling else { return }
    job = current.job
    effects.append(.say(.laidOut(current.after)))
    scaling?.step = .joining
    for index in members.indices where members[index].isJoining { enter(index) }
  }

  /// Lets those go that have no place in the layout, once they have shown what they had prepared.
  mutating func dismissLeavers(at now: Instant, into effects: inout [CoordinatorEffect]) {
    let leavers = leavers
    guard !leavers.isEmpty else { return }
    for index in leavers {
      guard let process = members[index].process,
        let entry = processes.firstIndex(where: { $0.incarnation == process })
      else { continue }
      processes[entry].leaveBy = now.advanced(byNanoseconds: Self.leaveNanoseconds)
      effects.append(.send(process, .leave))
    }
    remove(leavers)
  }

  // MARK: Failures

  /// Why a change of layout was given up.
  enum ScalingEnd {
    case endsFirst
    case failed(WeirError)

    var error: WeirError {
      switch self {
      case .endsFirst: .endsBeforeScaled
      case .failed(let cause):
        WeirError(
          "E481",
          "the layout has not changed",
          detail: cause.message + (cause.detail.map { ": \($0)" } ?? ""),
          hint: "the run goes on in the layout that it had; try again",
          recovery: .retry
        )
      }
    }
  }

  /// Gives up a change of layout before its manifest: its new instances go.
  mutating func giveUpScaling(
    _ why: ScalingEnd,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let current = scaling, current.step != .joining else { return }
    scaling = nil
    expel(members.indices.filter { members[$0].isJoining }, into: &effects)
    effects.append(.say(.scalingFailed(why.error)))
    // Whoever has heard of that epoch would turn behind it.
    if current.step == .telling { numbers.epoch.number += 1 }
    guard current.step == .cutting else { return }
    // Some may have turned already: all go back to where none has.
    for region in regions.indices where regions[region].step != .waiting {
      regions[region].step = .waiting
      regions[region].lostDue = nil
    }
  }

  /// A region goes back in the middle of a change of layout: all then have the one in force, and who
  /// has no place in it goes at once.
  mutating func settleLayout(into effects: inout [CoordinatorEffect]) {
    guard scaling?.step == .joining else { return }
    scaling?.joining = []
    scaling?.report.recovered = true
    let leavers = leavers
    let unshown = leavers.filter { index in
      open?.uncommitted.contains(index) == true && members[index].delivery == .exactlyOnce
    }
    let heirs = unshown.map { InstanceID(members[$0].instance.stage, 0) }
    expel(leavers, into: &effects)
    // What they have not shown is shown by the first of their stage.
    for index in members.indices where heirs.contains(members[index].instance) {
      if open?.uncommitted.contains(index) == false { open?.uncommitted.append(index) }
    }
    for region in regions.indices { regions[region].step = .waiting }
  }

  /// The checkpoint that had brought the layout is put aside: the run goes back to the layout of the one
  /// before.
  mutating func takeBackLayout(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let last = manifests.last else { return }
    let before = declared.layout(after: last.successor ?? last.layout(for: declared))
    let target = declared.laid(out: before)
    guard target.layout(like: beganWith) != layout else { return }
    if scaling != nil {
      scaling = nil
      let error = WeirError("E445", "checkpoint cannot be used", recovery: .retry)
      effects.append(.say(.scalingFailed(ScalingEnd.failed(error).error)))
    }
    job = target
    effects.append(.say(.laidOut(layout)))
    expel(leavers, into: &effects)
    for instance in job.instances where !members.contains(where: { $0.instance == instance }) {
      add(instance, at: now, into: &effects)
      enter(members.count - 1)
    }
  }

  // MARK: Members

  func endpoints(of peers: [InstanceID]) -> [Peer] {
    peers.compactMap { peer in
      members.first { $0.instance == peer }.map { Peer(instance: peer, endpoint: $0.endpoint) }
    }
  }

  /// Members that have no place in the layout in force; who joins has one in the next.
  private var leavers: [Int] {
    let instances = job.instances
    return members.indices.filter { index in
      !members[index].isJoining && !instances.contains(members[index].instance)
    }
  }

  /// Makes who has joined one of its region.
  private mutating func enter(_ index: Int) {
    members[index].isJoining = false
    regions[members[index].region].members.append(index)
    tracker.enter(index)
  }

  /// Forgets members and kills their processes.
  private mutating func expel(_ gone: [Int], into effects: inout [CoordinatorEffect]) {
    for index in gone {
      if let process = members[index].process { effects.append(.kill(process)) }
    }
    remove(gone)
  }

  /// Forgets members; their processes belong to nobody and end.
  private mutating func remove(_ gone: [Int]) {
    guard !gone.isEmpty else { return }
    var places: [Int?] = []
    var next = 0
    for index in members.indices {
      if gone.contains(index) {
        places.append(nil)
      } else {
        places.append(next)
        next += 1
      }
    }
    members = members.indices.filter { places[$0] != nil }.map { members[$0] }
    for entry in processes.indices {
      guard let index = processes[entry].member else { continue }
      processes[entry].member = places[index]
      if places[index] == nil { processes[entry].isDismissed = true }
    }
    for region in regions.indices {
      regions[region].members = regions[region].members.compactMap { places[$0] }
    }
    if var epoch = open {
      epoch.snapshots = epoch.snapshots.indices.filter { places[$0] != nil }.map {
        epoch.snapshots[$0]
      }
      epoch.uncommitted = epoch.uncommitted.compactMap { places[$0] }
      if let (member, instant) = epoch.lastReport {
        epoch.lastReport = places[member].map { ($0, instant) }
      }
      open = epoch
    }
    tracker.keep(places)
  }
}

extension OpenScaling {
  /// True if an instance takes over what belongs to instances in the layout before: state, partitions,
  /// or what nobody has had yet.
  func begins(_ instance: InstanceID) -> Bool {
    guard let old = before.stage(instance.stage), let new = after.stage(instance.stage), old != new,
      instance.index < new.processes, let number = job.index(of: instance.stage)
    else { return false }
    guard instance.index < old.processes else { return true }
    switch job.stages[number].role {
    case .source: return true
    case .stateless, .sink: return false
    case .keyed:
      let (from, to) = (job.table(of: old), job.table(of: new))
      return to.owners.indices.contains {
        to.owners[$0] == instance.index && from.owners[$0] != instance.index
      }
    }
  }

  /// The instances whose sums go on with an instance that goes on with what it has; nil: none.
  func sums(to instance: InstanceID) -> [InstanceID]? {
    guard instance.index == 0, !begins(instance), let old = before.stage(instance.stage),
      let new = after.stage(instance.stage), new.processes < old.processes
    else { return nil }
    return (new.processes..<old.processes).map { InstanceID(instance.stage, $0) }
  }
}

extension WeirError {
  /// A run ends that was to be scaled.
  package static let endsBeforeScaled = WeirError(
    "E481",
    "the run ends before its layout has changed",
    hint: "if it goes on later, it does so in the layout of its last checkpoint",
    recovery: .stop
  )
}
