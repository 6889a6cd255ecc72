// Ends: all have finished, somebody asks to stop, something cannot be mended.

extension CoordinatorNode {
  mutating func finished(
    _ index: Int,
    _ progress: InstanceProgress,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard members[index].step == .running else { return }
    members[index].step = .finished
    tracker.finished(index, at: now)
    if Mutant.leavesBeforeFinalEpoch.isActive, members.allSatisfy({ $0.step == .finished }) {
      leave(at: Instant(nanoseconds: 0), into: &effects)
    }
    effects.append(.say(.progress(members[index].instance, progress)))
    effects.append(.say(.finished(members[index].instance)))
  }

  /// The last epoch is complete and visible.
  mutating func conclude(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let done = open else { return }
    open = nil
    guard done.purpose == .final, settings != nil, var manifest = manifests.last else {
      leave(at: now, into: &effects)
      return
    }
    phase = .concluding
    leaveBy = nil
    manifest.isFinished = true
    manifests[manifests.count - 1] = manifest
    effects.append(.writeManifest(manifest))
  }

  /// Tells all to exit; a spare has nothing to lose.
  mutating func leave(at now: Instant, into effects: inout [CoordinatorEffect]) {
    phase = .leaving
    leaveBy = now.advanced(byNanoseconds: Self.leaveNanoseconds)
    for process in processes {
      if process.member == nil {
        effects.append(.kill(process.incarnation))
      } else {
        effects.append(.send(process.incarnation, .leave))
      }
    }
  }

  // MARK: Requests

  mutating func signalled(
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
    stop(.checkpoint, asked, at: now, into: &effects)
  }

  /// A command asks for a stop; asked again for what is under way, it changes nothing.
  mutating func stopRequested(
    _ reason: StopReason,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    switch phase {
    case .stopping, .leaving:
      guard reason == .now else { return }
    case .created, .numbering, .starting:
      guard reason != .drain else {
        // Sources are told as soon as they run.
        drain(into: &effects)
        return
      }
    case .running, .concluding, .killing, .ended: break
    }
    stop(reason, .stopped, at: now, into: &effects)
  }

  private mutating func drain(into effects: inout [CoordinatorEffect]) {
    guard !isDraining else { return }
    isDraining = true
    effects.append(.say(.stopping(.drain)))
    for index in members.indices where members[index].isSource && members[index].isRunning {
      send(.drain, to: index, into: &effects)
    }
  }

  mutating func stop(
    _ reason: StopReason,
    _ asked: RunOutcome,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    switch phase {
    case .created, .numbering, .starting:
      outcome = asked
      killAll(into: &effects)
    case .running:
      switch reason {
      case .checkpoint:
        outcome = asked
        phase = .stopping
        leaveBy = now.advanced(byNanoseconds: Self.stopNanoseconds)
        effects.append(.say(.stopping(reason)))
      case .drain: drain(into: &effects)
      case .now:
        outcome = asked
        killAll(into: &effects)
      }
    case .stopping, .leaving:
      // Asked twice: whoever asks does not want to wait.
      outcome = hasFailed ? .failed : asked
      killAll(into: &effects)
    case .concluding, .killing, .ended: break
    }
  }

  // MARK: Failures

  mutating func fail(
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

  mutating func killAll(into effects: inout [CoordinatorEffect]) {
    phase = .killing
    leaveBy = nil
    open = nil
    if !hasFailed { effects.append(.say(.killing(instances: processes.count))) }
    for process in processes { effects.append(.kill(process.incarnation)) }
  }

  mutating func tickEnds(at now: Instant, into effects: inout [CoordinatorEffect]) {
    if let suspicion, suspicion.due <= now {
      fail(suspicion.instance, suspicion.error, into: &effects)
      return
    }
    guard let due = leaveBy, due <= now else { return }
    guard let late = members.indices.first(where: { isLate($0) }) else {
      // What is waited for is the state folder.
      leaveBy = now.advanced(byNanoseconds: Self.leaveNanoseconds)
      return
    }
    if phase == .leaving, settings != nil {
      // Nothing is lost with it.
      killAll(into: &effects)
      return
    }
    let error = WeirError(
      "E405",
      "'\(members[late].instance)' did not answer in time while the run was \(phase)",
      recovery: .restart
    )
    fail(members[late].instance, error, into: &effects)
  }

  /// True if the end waits for that instance.
  private func isLate(_ index: Int) -> Bool {
    switch phase {
    case .stopping:
      switch open?.step {
      case nil: !members[index].isRunning
      case .reporting: open?.snapshots[index] == nil
      case .recording: false
      case .committing: open?.uncommitted.contains(index) == true
      }
    case .leaving: members[index].process != nil
    case .created, .numbering, .starting, .running, .concluding, .killing, .ended: false
    }
  }
}
