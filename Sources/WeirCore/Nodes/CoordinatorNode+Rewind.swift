// Going back: in two phases, region by region.

extension CoordinatorNode {
  /// Notes that a region must go back, and that its open epoch cannot complete.
  mutating func disturb(_ region: Int, into effects: inout [CoordinatorEffect]) {
    regions[region].step = .waiting
    regions[region].lostDue = nil
    switch scaling?.step {
    case .preparing, .telling:
      let error = WeirError("E404", "an instance failed meanwhile", recovery: .retry)
      giveUpScaling(.failed(error), into: &effects)
    case .joining: settleLayout(into: &effects)
    case nil, .cutting: break
    }
    guard let open else { return }
    switch open.step {
    case .reporting: abortEpoch(into: &effects)
    // The outcome of the write decides to where the region goes back.
    case .recording: break
    // It is complete: what is not visible yet is asked for again after the rewind, except where an
    // act must not be done twice and may have been done.
    case .committing:
      self.open?.uncommitted.removeAll {
        members[$0].region == region && members[$0].delivery == .atMostOnce
      }
    }
  }

  /// First phase: tells all members of a region where to begin, once all can be told.
  mutating func rewindWhenReady(
    _ region: Int,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard regions[region].step == .waiting, settingAside == nil,
      open?.step != .recording || Mutant.recordingNotAwaited.isActive
    else { return }
    guard regions[region].members.allSatisfy({ members[$0].isReachable }) else { return }
    let generation = nextGeneration()
    lastRound.number += 1
    regions[region].step = .rewinding
    regions[region].round = lastRound
    tracker.told(region, to: lastEpoch, at: now)
    if regions[region].hasRun {
      effects.append(
        .say(.rewinding(instances: regions[region].members.count, to: lastEpoch))
      )
    }
    let point = restorePoint
    let layout = layout
    for index in regions[region].members {
      guard let process = members[index].process else { continue }
      let instance = members[index].instance
      let snapshot = point.map { manifest in
        guard let snapshot = manifest.snapshot(of: instance) else {
          preconditionFailure("no snapshot of '\(instance)' at epoch \(manifest.epoch.number)")
        }
        return snapshot
      }
      members[index].step = .rewinding
      members[index].progress = nil
      if settings == nil {
        members[index].dueBy = now.advanced(byNanoseconds: Self.startNanoseconds)
      }
      let rewind = Rewind(
        round: lastRound,
        snapshot: snapshot,
        layout: layout == declared.declaredLayout ? nil : layout,
        generation: generation,
        peers: endpoints(of: job.peers(of: instance)),
        beginsPace: !regions[region].hasRun,
        care: members[index].search.care,
        quarantine: quarantine,
        rowsRead: tracker.rowsRead(index)
      )
      effects.append(.send(process, .rewind(rewind)))
    }
  }

  /// The last complete epoch.
  var lastEpoch: Epoch { manifests.last?.epoch ?? .none }

  /// Where to go back to, for the instances of the layout in force.
  var restorePoint: Manifest? { manifests.last?.relaid(for: job) }

  /// Second phase: when all have answered, rows flow.
  mutating func rewound(
    _ index: Int,
    _ round: Round,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    let region = members[index].region
    guard members[index].step == .rewinding, regions[region].step == .rewinding,
      regions[region].round == round
    else { return }
    members[index].step = .rewound
    members[index].dueBy = nil
    tracker.rewound(index, at: now)
    guard regions[region].members.allSatisfy({ members[$0].step == .rewound }) else { return }
    regions[region].step = .running
    tracker.go(region, at: now)
    for index in regions[region].members {
      members[index].step = .running
      send(.go(round), to: index, into: &effects)
    }
    for index in regions[region].members {
      if isDraining, members[index].isSource { send(.drain, to: index, into: &effects) }
      if let open, open.step == .committing, open.uncommitted.contains(index) {
        sendCommit(to: index, into: &effects)
      }
    }
    if regions[region].hasRun {
      effects.append(
        .say(.recovered(instances: regions[region].members.count, to: lastEpoch))
      )
    }
    regions[region].hasRun = true
  }

  mutating func send(
    _ message: CoordinatorMessage,
    to index: Int,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let process = members[index].process else { return }
    effects.append(.send(process, message))
  }
}
