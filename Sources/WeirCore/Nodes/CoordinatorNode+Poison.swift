// Rows that kill: found from death to death, made durable, kept from their operators.

extension CoordinatorNode {
  /// The stage in whose name a process worked; nil if the mark is none of this plan.
  func stageName(of mark: WorkMark) -> String? {
    job.stages.indices.contains(mark.stage) ? job.stages[mark.stage].name : nil
  }

  /// Takes a death into the search for a row that kills; true if nothing more is to be done about it,
  /// because the row was found.
  mutating func search(
    _ index: Int,
    _ death: PoisonDeath,
    into effects: inout [CoordinatorEffect]
  ) -> Bool {
    guard let name = stageName(of: death.mark) else { return false }
    switch members[index].search.died(death.mark, by: death.cause) {
    case .nothing: return false
    case .careful:
      // The search must not use up the restarts: it ends with the next death, or is one of them.
      members[index].budget.forgiveLast()
      let search = WeirError(
        "E428",
        "'\(members[index].instance)' has died twice at work for '\(name)'",
        detail:
          "it takes one \(death.mark.kind.noun) at a time until a checkpoint is past them, to "
          + "find out which it dies of"
      )
      effects.append(.say(.warned(members[index].instance, search)))
      return false
    case .guilty(let stage, let fingerprint):
      let row = QuarantinedRow(
        stage: name,
        kind: death.mark.kind,
        fingerprint: fingerprint,
        reason: death.reason,
        place: death.mark.place
      )
      let isKnown = quarantine.contains {
        $0.stage == name && $0.kind == row.kind && $0.fingerprint == fingerprint
      }
      guard !isKnown else { return false }
      condemn(index, row, policy: job.stages[stage].poisonPolicy, into: &effects)
      return true
    }
  }

  /// Ends the run, or has the row made durable before the instance gets a process again.
  private mutating func condemn(
    _ index: Int,
    _ row: QuarantinedRow,
    policy: ErrorPolicy,
    into effects: inout [CoordinatorEffect]
  ) {
    guard policy != .fail else {
      let key = job.index(of: row.stage).flatMap { job.stages[$0].poisonKey }
      let error = WeirError(
        "E425",
        "a \(row.kind.noun) kills '\(row.stage)'",
        detail: "\(row.name), in '\(members[index].instance)': \(row.reason)",
        hint: key.map { key in
          "'\(key): skip' or 'divert' keeps such \(row.kind.noun)s from it; or mend what dies of it: "
            + "the next run goes on from the last complete checkpoint"
        }
          ?? "mend what dies of it: the next run goes on from the last complete checkpoint; or keep "
          + "the row from it with an operator before it",
        blame: .user,
        recovery: .stop
      )
      fail(members[index].instance, error, into: &effects)
      return
    }
    guard quarantine.count + members.count(where: { $0.condemned != nil }) < Limits.quarantinedRows
    else {
      let error = WeirError(
        "E426",
        "too many rows kill their operators",
        detail: "\(Limits.quarantinedRows) are kept from them already; the next is \(row.name) of "
          + "'\(row.stage)': \(row.reason)",
        hint: "mend what dies of them; the next run goes on from the last complete checkpoint",
        blame: .user,
        recovery: .stop
      )
      fail(members[index].instance, error, into: &effects)
      return
    }
    members[index].condemned = row
    writeQuarantine(into: &effects)
  }

  /// Starts a process before what it has died of is durable: a mutant.
  mutating func startUnawaited(
    _ index: Int,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let row = members[index].condemned else { return }
    members[index].condemned = nil
    quarantine.append(row)
    startProcess(for: index, at: now, into: &effects)
  }

  private mutating func writeQuarantine(into effects: inout [CoordinatorEffect]) {
    guard writtenQuarantine == nil else { return }
    let rows = quarantine + members.compactMap(\.condemned)
    guard rows.count > quarantine.count else { return }
    writtenQuarantine = rows
    effects.append(.writeQuarantine(rows))
  }

  mutating func quarantineWritten(at now: Instant, into effects: inout [CoordinatorEffect]) {
    guard let written = writtenQuarantine else { return }
    writtenQuarantine = nil
    let known = quarantine.count
    quarantine = written
    for index in members.indices {
      guard let row = members[index].condemned, written.dropFirst(known).contains(row) else {
        continue
      }
      members[index].condemned = nil
      members[index].budget.clear()
      let found = WeirError(
        "E427",
        "a \(row.kind.noun) that kills '\(row.stage)' is kept from it from now on",
        detail: "\(row.name): \(row.reason)"
      )
      effects.append(.say(.warned(members[index].instance, found)))
      if isActive { startProcess(for: index, at: now, into: &effects) }
    }
    writeQuarantine(into: &effects)
  }

  /// What could not be made durable must not be acted on: the instance dies of the row once more.
  mutating func quarantineFailed(
    _ error: WeirError,
    at now: Instant,
    into effects: inout [CoordinatorEffect]
  ) {
    guard let failed = writtenQuarantine else { return }
    writtenQuarantine = nil
    for index in members.indices {
      guard let row = members[index].condemned, failed.contains(row) else { continue }
      members[index].condemned = nil
      effects.append(.say(.warned(members[index].instance, error)))
      if isActive { restart(index, at: now, into: &effects) }
    }
  }

  /// Ends the search where a complete checkpoint is past what an instance had died of.
  mutating func relax(at manifest: Manifest, into effects: inout [CoordinatorEffect]) {
    for index in members.indices {
      guard let snapshot = manifest.snapshot(of: members[index].instance),
        members[index].search.isOver(snapshot.counters)
      else { continue }
      let care = members[index].search.care
      members[index].search = PoisonSearch()
      if care != .usual { send(.relax, to: index, into: &effects) }
    }
  }
}
