// Epochs: opened one at a time, reported on, recorded, made visible.

extension CoordinatorNode {
  /// True if an epoch could be opened now, were it due.
  var epochMayOpen: Bool {
    let isTaken = numbers.epoch < taken.epoch || Mutant.epochReused.isActive
    guard open == nil, settings == nil || isTaken else { return false }
    guard phase == .running || phase == .stopping else { return false }
    guard !isCutAwaited || isCutDue else { return false }
    guard scaling?.step != .joining || scaling?.joining.isEmpty == true else { return false }
    return regions.allSatisfy { $0.step == .running }
  }

  /// The next epoch that is opened; none if no checkpoints are taken.
  package var nextEpoch: Epoch? { settings == nil ? nil : numbers.epoch }

  /// Opens the next epoch: when it is due or wanted, when a stop was asked for, when all have finished.
  mutating func openEpochWhenDue(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard epochMayOpen else { return }
    let purpose: OpenEpoch.Purpose
    if isCutDue {
      purpose = .turn
      scaling?.step = .cutting
      scaling?.cutAt = now
    } else if members.allSatisfy({ $0.step == .finished || $0.isJoining }) {
      purpose = .final
    } else if phase == .stopping {
      purpose = .stop
    } else if wantedEpoch != nil || epochDue.map({ $0 <= now }) == true {
      purpose = .periodic
    } else {
      return
    }
    let epoch = numbers.epoch
    numbers.epoch.number += 1
    open = OpenEpoch(
      epoch: epoch,
      purpose: purpose,
      openedAt: now,
      snapshots: members.map { _ in nil }
    )
    let isLast = purpose == .stop || purpose == .final
    for index in members.indices where members[index].isSource && !members[index].isJoining {
      send(.checkpoint(epoch, isLast: isLast), to: index, into: &effects)
    }
  }

  // MARK: Reports

  mutating func snapshotted(
    _ index: Int,
    _ snapshot: InstanceSnapshot,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    let isStale = open?.epoch != snapshot.epoch && !Mutant.staleReportTaken.isActive
    guard var epoch = open, !isStale, epoch.step == .reporting, members[index].isRunning
    else { return }
    epoch.snapshots[index] = snapshot
    epoch.lastReport = (index, now)
    open = epoch
    if Mutant.reportNotAwaited.isActive, snapshot.epoch.number % 3 == 1 {
      for place in epoch.snapshots.indices where epoch.snapshots[place] == nil {
        guard let last = manifests.last else { return }
        epoch.snapshots[place] = last.snapshot(of: members[place].instance)
      }
      open = epoch
    }
    let snapshots = epoch.snapshots.compactMap { $0 }
    guard snapshots.count == members.count(where: { !$0.isJoining }) else { return }
    let manifest = manifest(of: epoch)
    open?.step = .recording
    if epoch.purpose == .turn { handOver(manifest, into: &effects) }
    if settings == nil {
      complete(manifest, at: now, into: &effects)
    } else {
      if Mutant.commitBeforeManifest.isActive {
        for index in members.indices where members[index].delivery == .exactlyOnce {
          let outputs = snapshots[index].outputs
          send(.commit(epoch.epoch, outputs), to: index, into: &effects)
        }
      }
      effects.append(.writeManifest(manifest))
    }
  }

  mutating func recorded(
    _ epoch: Epoch,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    if phase == .concluding {
      leave(at: now, into: &effects)
      return
    }
    guard let done = open, done.epoch == epoch, done.step == .recording else { return }
    complete(manifest(of: done), at: now, into: &effects)
  }

  /// What all have reported of an epoch.
  private func manifest(of done: OpenEpoch) -> Manifest {
    let layout = layout
    return Manifest(
      epoch: done.epoch,
      members: job.instances.map { instance in
        guard let place = members.firstIndex(where: { $0.instance == instance }),
          let snapshot = done.snapshots[place]
        else { preconditionFailure("no report of '\(instance)' on epoch \(done.epoch.number)") }
        return Manifest.Member(instance: instance, snapshot: snapshot)
      },
      layout: layout == declared.declaredLayout ? nil : layout,
      successor: done.purpose == .turn ? scaling?.after : nil
    )
  }

  /// The checkpoint is complete: sinks may show their output, and older checkpoints may go.
  private mutating func complete(
    _ manifest: Manifest,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let done = open else { return }
    failedEpochs = 0
    answerWanted(by: done.epoch)
    for index in members.indices { members[index].budget.checkpointed() }
    relax(at: manifest, into: &effects)
    if let settings {
      manifests.append(manifest)
      epochDue = done.openedAt.advanced(byNanoseconds: settings.every)
      let elapsed = now.nanoseconds - done.openedAt.nanoseconds
      effects.append(.say(.checkpointed(done.epoch, nanoseconds: elapsed)))
      dropOldCheckpoints(keep: settings.keep, into: &effects)
    } else {
      manifests = [manifest]
    }
    open?.step = .committing
    open?.completedAt = now
    open?.uncommitted = members.indices.filter { index in
      guard let delivery = members[index].delivery, delivery != .atLeastOnce,
        !members[index].isJoining
      else { return false }
      // An act that must not be done twice is not begun where a rewind is about to ask for it again.
      return delivery == .exactlyOnce || members[index].isRunning
    }
    if done.purpose == .turn { takeLayout(into: &effects) }
    for index in open?.uncommitted ?? [] where members[index].isRunning {
      sendCommit(to: index, into: &effects)
    }
    if regions.contains(where: { $0.step != .running }) { settleLayout(into: &effects) }
  }

  /// What was wanted is there, or has failed: whoever wanted it is told, and may ask again.
  private mutating func answerWanted(by epoch: Epoch) {
    if let wanted = wantedEpoch, wanted <= epoch { wantedEpoch = nil }
  }

  /// Deletes what only checkpoints refer to that are not kept.
  private mutating func dropOldCheckpoints(
    keep: Int,
    into effects: inout [CoordinatorEffect]
  ) {
    let surplus = manifests.count - max(keep, 1)
    guard surplus > 0 else { return }
    let dropped = manifests.prefix(surplus)
    manifests.removeFirst(surplus)
    let kept = Mutant.deletedTooEarly.isActive ? [] : manifests.flatMap(\.files)
    var files: [String] = []
    for file in dropped.flatMap(\.files) where !kept.contains(file) && !files.contains(file) {
      files.append(file)
    }
    effects.append(.delete(dropped.map(\.epoch), files: files))
  }

  // MARK: Commit

  /// The epoch that the run goes on from may not be visible: the coordinator before died in between.
  mutating func resumeCommit(at now: Instant) {
    guard settings != nil, let last = manifests.last, !Mutant.commitNotResumed.isActive else {
      return
    }
    let sinks = members.indices.filter { members[$0].delivery == .exactlyOnce }
    guard !sinks.isEmpty else { return }
    var resumed = OpenEpoch(
      epoch: last.epoch,
      purpose: .periodic,
      openedAt: now,
      snapshots: members.map { _ in nil }
    )
    resumed.step = .committing
    resumed.uncommitted = sinks
    open = resumed
  }

  func sendCommit(to index: Int, into effects: inout [CoordinatorEffect]) {
    guard let process = members[index].process, let last = commitPoint else { return }
    let outputs = last.snapshot(of: members[index].instance)?.outputs ?? []
    effects.append(.send(process, .commit(last.epoch, outputs)))
  }

  /// The checkpoint whose output is being shown, for those who show it: while instances are there that
  /// have no place in the layout any more, they show their own.
  private var commitPoint: Manifest? {
    let isTurning = scaling?.step == .joining && scaling?.report.recovered == false
    return isTurning ? manifests.last : restorePoint
  }

  mutating func committed(_ index: Int, _ epoch: Epoch) {
    guard let open, open.epoch == epoch, open.step == .committing else { return }
    // While its region is to go back, it may have shown less than it will be asked for then.
    guard regions[members[index].region].step == .running else { return }
    self.open?.uncommitted.removeAll { $0 == index }
  }

  mutating func closeWhenCommitted(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let open, open.step == .committing, open.uncommitted.isEmpty else { return }
    if settings != nil, let times = times(of: open, at: now) {
      effects.append(.say(.committed(times)))
    }
    switch open.purpose {
    case .periodic: self.open = nil
    case .turn:
      self.open = nil
      dismissLeavers(at: now, into: &effects)
    case .stop, .final: conclude(at: now, into: &effects)
    }
  }

  /// How long the steps of an epoch took whose output is visible now; nil for one that another
  /// coordinator had completed.
  private func times(of done: OpenEpoch, at now: Instant) -> CheckpointTimes? {
    guard let (member, reportedAt) = done.lastReport, let completedAt = done.completedAt else {
      return nil
    }
    return CheckpointTimes(
      epoch: done.epoch,
      slowest: members[member].instance,
      reported: done.openedAt.microseconds(to: reportedAt),
      snapshot: done.snapshots[member]?.times ?? SnapshotTimes(),
      manifest: reportedAt.microseconds(to: completedAt),
      commit: completedAt.microseconds(to: now)
    )
  }

  // MARK: Failures

  /// Ends the open epoch: nobody need wait for its barriers.
  mutating func abortEpoch(into effects: inout [CoordinatorEffect]) {
    guard let failed = open else { return }
    open = nil
    for index in members.indices where members[index].isRunning {
      send(.abort(failed.epoch), to: index, into: &effects)
    }
    guard failed.purpose == .turn else { return }
    let error = WeirError("E421", "checkpoint \(failed.epoch.number) failed", recovery: .retry)
    giveUpScaling(.failed(error), into: &effects)
  }

  mutating func snapshotFailed(
    _ index: Int,
    _ epoch: Epoch,
    _ step: CheckpointStep,
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let open, open.epoch == epoch, open.step == .reporting else { return }
    guard settings != nil else {
      // The only epoch there is: nothing has become visible.
      fail(members[index].instance, error, into: &effects)
      return
    }
    let told = WeirError(
      "E421",
      "checkpoint \(epoch.number) failed: '\(members[index].instance)' at step '\(step.rawValue)'",
      detail: "\(error.message)" + (error.detail.map { ": \($0)" } ?? ""),
      hint: error.hint,
      blame: error.blame,
      recovery: .retry
    )
    abortEpoch(into: &effects)
    epochFailed(epoch, told, at: now, into: &effects)
  }

  mutating func recordingFailed(
    _ epoch: Epoch,
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    if phase == .concluding {
      hasFailed = true
      outcome = .failed
      effects.append(.say(.stateFailed(error)))
      leave(at: now, into: &effects)
      return
    }
    guard let open, open.epoch == epoch, open.step == .recording else { return }
    abortEpoch(into: &effects)
    epochFailed(epoch, error, at: now, into: &effects)
  }

  /// Tells of a checkpoint that failed, and ends the run when too many in a row have.
  mutating func epochFailed(
    _ epoch: Epoch,
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let settings else { return }
    failedEpochs += 1
    answerWanted(by: epoch)
    effects.append(.say(.checkpointFailed(epoch, error)))
    epochDue = now.advanced(byNanoseconds: settings.every)
    guard failedEpochs >= settings.mostFailures else { return }
    hasFailed = true
    outcome = .failed
    let hopeless = WeirError(
      "E422",
      "\(failedEpochs) checkpoints in a row have failed",
      detail: "the last: \(error.message)" + (error.detail.map { ": \($0)" } ?? ""),
      hint: "mend the cause; the next run goes on from the last complete checkpoint",
      recovery: .stop
    )
    effects.append(.say(.stateFailed(hopeless)))
    killAll(into: &effects)
  }

  mutating func tickEpoch(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let settings, let open, open.step == .reporting,
      now.nanoseconds - open.openedAt.nanoseconds >= settings.timeout
    else { return }
    let missing = members.indices.filter { open.snapshots[$0] == nil && !members[$0].isJoining }
    let words = missing.prefix(5).map { index in
      let known = members[index].progress
      let step = known?.epoch == open.epoch ? known?.step ?? .barrier : .barrier
      return "'\(members[index].instance)' at step '\(step.rawValue)'"
    }
    let more = missing.count > 5 ? ", and \(missing.count - 5) more" : ""
    let error = WeirError(
      "E421",
      "checkpoint \(open.epoch.number) took longer than \(settings.timeout / 1_000_000) ms",
      detail: "it waited for \(words.joined(separator: ", "))" + more,
      recovery: .retry
    )
    abortEpoch(into: &effects)
    epochFailed(open.epoch, error, at: now, into: &effects)
  }
}
