// Processes: started, replaced, watched.

extension CoordinatorNode {
  /// Gives an instance a process: the spare if it is ready, a new one otherwise.
  mutating func startProcess(
    for index: Int,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    members[index].step = .starting
    members[index].retryAt = nil
    members[index].heardAt = nil
    members[index].progress = nil
    members[index].dueBy = now.advanced(byNanoseconds: Self.startNanoseconds)
    let instance = members[index].instance
    if let spare = processes.firstIndex(where: { $0.isSpare && $0.hasGreeted }) {
      processes[spare].member = index
      members[index].process = processes[spare].incarnation
      effects.append(.assign(processes[spare].incarnation, instance))
      return
    }
    let incarnation = nextIncarnation()
    processes.append(CoordinatorProcess(incarnation: incarnation, member: index))
    members[index].process = incarnation
    effects.append(.spawn(incarnation, instance))
  }

  /// Keeps one process ready once everything runs: a replacement then need not start.
  mutating func keepSpare(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard settings != nil, phase == .running, spareAt == nil else { return }
    guard !processes.contains(where: \.isSpare) else { return }
    let incarnation = nextIncarnation()
    processes.append(CoordinatorProcess(incarnation: incarnation, member: nil))
    effects.append(.spawn(incarnation, nil))
  }

  mutating func greeted(
    _ entry: Int,
    version: Int,
    into effects: inout [CoordinatorEffect]
  ) {
    guard version == InstanceMessage.version else {
      // A spare that speaks otherwise is never used; what is started in its place says so.
      guard let index = processes[entry].member else { return }
      let error = WeirError(
        "E403",
        "'\(members[index].instance)' speaks version \(version) of the control messages",
        hint: "the weir executable was replaced while the run started: start it again"
      )
      fail(members[index].instance, error, into: &effects)
      return
    }
    processes[entry].hasGreeted = true
    guard let index = processes[entry].member, members[index].step == .starting else { return }
    effects.append(.assign(processes[entry].incarnation, members[index].instance))
  }

  // MARK: Failures

  /// Handles what the operating system says of the end of a process.
  ///
  /// One that exits by itself may have said why, and the end can be known before the words are: the
  /// thread that takes messages from the sockets is another. They are waited for a moment. A signal
  /// leaves no time for words.
  mutating func exited(
    _ process: Incarnation,
    _ exit: ProcessExit,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let entry = processes.firstIndex(where: { $0.incarnation == process }) else { return }
    guard processes[entry].member != nil else {
      processEnded(process, nil, at: now, into: &effects)
      return
    }
    if isActive, processes[entry].lastWords == nil, case .exited = exit.end {
      processes[entry].exit = exit
    } else {
      judge(process, exit, at: now, into: &effects)
    }
  }

  /// Handles the end of an instance's process, of which no more will be heard.
  private mutating func judge(
    _ process: Incarnation,
    _ exit: ProcessExit,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let entry = processes.firstIndex(where: { $0.incarnation == process }),
      let index = processes[entry].member
    else { return }
    let (end, mark) = (exit.end, exit.mark)
    let hint = "the run has ended; rows that were not published are not in the output"
    let work = mark.flatMap { stageName(of: $0) }.map { ", at work for '\($0)'" }
    let error = WeirError(
      "E404",
      "'\(members[index].instance)' died",
      detail: "\(end)" + (work ?? ""),
      hint: settings == nil ? hint : nil,
      recovery: .restart
    )
    let words = processes[entry].lastWords
    let death = mark.flatMap { PoisonDeath($0, end, lastWords: words) }
    // Whether somebody has stopped a process that does not answer, nobody knows.
    let isForeign = processes[entry].isHung || words == nil && end.isForeign
    processEnded(
      process,
      words ?? error,
      death,
      isForeign: isForeign,
      seenAt: exit.seenAt,
      at: now,
      into: &effects
    )
  }

  /// Gives up waiting for the words of processes that have ended: those whose time is over, and all
  /// once nobody is to be replaced.
  mutating func judgeSilent(at now: Instant, into effects: inout [CoordinatorEffect]) {
    for process in processes {
      guard let exit = process.exit, !isActive || exit.wordsDue <= now else { continue }
      judge(process.incarnation, exit, at: now, into: &effects)
    }
  }

  /// Handles the end of a process.
  ///
  /// `error` says why, nil for a spare, and `death` what it died at, if that may have been a row;
  /// `isForeign`: somebody else may have ended it; `seenAt`: when that was known, nil: now.
  mutating func processEnded(
    _ process: Incarnation,
    _ error: WeirError?,
    _ death: PoisonDeath? = nil,
    isForeign: Bool = false,
    seenAt: Instant? = nil,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let entry = processes.firstIndex(where: { $0.incarnation == process }) else { return }
    let gone = processes.remove(at: entry)
    guard let index = gone.member else {
      // Nobody has lost anything; but one that cannot even start is not tried all the time.
      if !gone.hasGreeted, !gone.isDismissed {
        spareAt = now.advanced(byNanoseconds: Self.sparePauseNanoseconds)
      }
      return
    }
    members[index].process = nil
    guard isActive, let error else { return }
    guard let settings else {
      // It has said why, and its peer's own words are still waited for.
      if let suspicion, suspicion.instance == members[index].instance { return }
      fail(members[index].instance, error, into: &effects)
      return
    }
    if members[index].isJoining, open?.purpose != .turn || open?.step != .recording {
      // It had nothing yet: nobody goes back for it, unless some have turned already.
      effects.append(.say(.died(members[index].instance, error)))
      if open?.purpose == .turn {
        abortEpoch(into: &effects)
      } else {
        giveUpScaling(.failed(error), into: &effects)
      }
      return
    }
    members[index].step = .missing
    members[index].heardAt = nil
    members[index].dueBy = nil
    members[index].budget.failed(
      error,
      isForeign: isForeign,
      at: now,
      within: settings.restartsWithin
    )
    effects.append(.say(.died(members[index].instance, error)))
    note(.died, index, process, at: seenAt ?? now)
    let instance = members[index].instance
    disturb(members[index].region, into: &effects)
    // With another layout it can be at another place, or at none.
    guard let index = members.firstIndex(where: { $0.instance == instance }) else { return }
    if let death, search(index, death, into: &effects) {
      if Mutant.quarantineNotAwaited.isActive { startUnawaited(index, at: now, into: &effects) }
      return
    }
    restart(index, at: now, into: &effects)
  }

  /// Gives an instance that has failed a process again: at once, after a pause, or not at all.
  mutating func restart(
    _ index: Int,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let settings else { return }
    let failures = members[index].budget.count
    guard failures <= settings.mostRestarts else {
      let hopeless = WeirError(
        "E423",
        "'\(members[index].instance)' failed \(failures) times, more often than 'restarts' allows",
        detail: members[index].budget.report(),
        hint: "mend the cause, or change 'restarts: { most: …, within: … }'; the next run goes on "
          + "from the last complete checkpoint",
        recovery: .stop
      )
      fail(members[index].instance, hopeless, into: &effects)
      return
    }
    guard failures > 2 else {
      startProcess(for: index, at: now, into: &effects)
      return
    }
    let pause = Self.firstPauseNanoseconds << Int64(min(failures - 3, 8))
    members[index].retryAt = now.advanced(byNanoseconds: pause)
  }

  /// Handles what an instance says of itself before it ends.
  mutating func failed(
    _ index: Int,
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard isActive else { return }
    guard settings != nil, error.recovery != .stop else {
      fail(members[index].instance, error, into: &effects)
      return
    }
    doom(index, error, .failed, at: now, into: &effects)
  }

  /// Kills the process of an instance; it is replaced when it has ended, never before.
  mutating func doom(
    _ index: Int,
    _ error: WeirError,
    _ cause: Recovery.Failure.Cause,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let process = members[index].process, members[index].step != .doomed else { return }
    members[index].step = .doomed
    members[index].heardAt = nil
    members[index].dueBy = nil
    for entry in processes.indices where processes[entry].incarnation == process {
      processes[entry].lastWords = error
      processes[entry].isHung = cause == .hung
      guard let exit = processes[entry].exit else { continue }
      judge(process, exit, at: now, into: &effects)
      return
    }
    effects.append(.kill(process))
    // What its end means is decided when it has come.
    guard !members[index].isJoining else { return }
    note(cause, index, process, at: now)
    disturb(members[index].region, into: &effects)
  }

  /// Begins to time how the region of a failed process comes back, unless its failure is known.
  private mutating func note(
    _ cause: Recovery.Failure.Cause,
    _ index: Int,
    _ process: Incarnation,
    at now: Instant
  ) {
    let instance = members[index].instance
    let failure = Recovery.Failure(cause, instance, process, seenAt: now)
    tracker.failed(failure, region: members[index].region)
  }

  /// Handles that an instance cannot reach a peer.
  ///
  /// That is what a death looks like from next door, and may be heard of before the death itself,
  /// which is what people want to know: it gets a moment to arrive. Between two live instances it is
  /// a failure of the channel.
  mutating func lostPeer(_ index: Int, _ error: WeirError, at now: Instant) {
    guard isActive else { return }
    let due = now.advanced(byNanoseconds: Self.suspicionNanoseconds)
    let region = members[index].region
    if settings == nil {
      if suspicion == nil { suspicion = (members[index].instance, error, due) }
    } else if regions[region].step == .running, members[index].isRunning,
      regions[region].lostDue == nil
    {
      regions[region].lostDue = due
    }
  }

  // MARK: Time

  /// Whoever was stopped itself cannot say that others were late: what they had to do by a time that
  /// has passed meanwhile, they get as much longer for, and a moment.
  ///
  /// Their answers may lie in a socket that has not been looked into since, so it does not help that
  /// messages are taken before the time is.
  mutating func forgiveOwnPause(at now: Instant) {
    guard let due = deadline else { return }
    let late = now.nanoseconds - due.nanoseconds
    let moment = settings?.hangAfter ?? Self.ownPauseNanoseconds
    guard late > moment / 2 else { return }
    let pause = late + moment
    leaveBy = leaveBy?.advanced(byNanoseconds: pause)
    suspicion?.due.nanoseconds += pause
    for region in regions.indices {
      regions[region].lostDue = regions[region].lostDue?.advanced(byNanoseconds: pause)
    }
    for index in members.indices {
      members[index].dueBy = members[index].dueBy?.advanced(byNanoseconds: pause)
      if members[index].heardAt != nil { members[index].heardAt = now }
    }
  }

  mutating func tickProcesses(at now: Instant, into effects: inout [CoordinatorEffect]) {
    judgeSilent(at: now, into: &effects)
    guard isActive else { return }
    if let due = spareAt, due <= now { spareAt = nil }
    for entry in processes.indices {
      guard let due = processes[entry].leaveBy, due <= now else { continue }
      processes[entry].leaveBy = nil
      effects.append(.kill(processes[entry].incarnation))
    }
    for region in regions.indices {
      guard let due = regions[region].lostDue, due <= now else { continue }
      regions[region].lostDue = nil
      tracker.failed(Recovery.Failure(.channel, seenAt: now), region: region)
      disturb(region, into: &effects)
    }
    // Who joins can be given up meanwhile, and is the last.
    var index = -1
    while index + 1 < members.count {
      index += 1
      if let due = members[index].retryAt, due <= now {
        startProcess(for: index, at: now, into: &effects)
      }
      guard let due = members[index].dueBy, due <= now else { continue }
      let instance = members[index].instance
      let error = WeirError(
        "E405",
        "'\(instance)' did not answer in time while the run was \(phase)",
        recovery: .restart
      )
      if settings == nil {
        fail(instance, error, into: &effects)
        return
      }
      doom(index, error, .hung, at: now, into: &effects)
    }
    tickHeartbeats(at: now, into: &effects)
  }

  private mutating func tickHeartbeats(
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let settings, let due = pingAt else { return }
    var index = -1
    while index + 1 < members.count {
      index += 1
      guard let heard = members[index].heardAt,
        now.nanoseconds - heard.nanoseconds >= settings.hangAfter, !Mutant.hangIgnored.isActive
      else { continue }
      let error = WeirError(
        "E424",
        "'\(members[index].instance)' has not answered for "
          + "\(settings.hangAfter / 1_000_000) ms",
        recovery: .restart
      )
      doom(index, error, .hung, at: now, into: &effects)
    }
    guard due <= now else { return }
    pingAt = now.advanced(byNanoseconds: settings.pingEvery)
    pingNumber += 1
    for index in members.indices where members[index].isReachable {
      guard let process = members[index].process else { continue }
      if members[index].heardAt == nil { members[index].heardAt = now }
      effects.append(.send(process, .ping(pingNumber)))
    }
  }
}
