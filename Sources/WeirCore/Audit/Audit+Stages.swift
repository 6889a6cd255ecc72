// The conservation law, stage by stage, and what sources say of what they have read.

extension Audit {
  // MARK: Stages

  mutating func checkStages() {
    for (index, stage) in job.stages.enumerated() {
      let counters = counters[index]
      switch stage.role {
      case .source: break
      case .stateless, .keyed:
        checkArrival(index)
        let errors = counters.errors &- resultErrors(index)
        let accounted =
          counters.counted &+ counters.filtered &+ counters.late &+ counters.rejected &+ errors
        guard accounted != counters.rowsIn else { continue }
        fault(
          index,
          "operator '\(stage.name)' took \(Self.rows(counters.rowsIn)), and accounts for "
            + "\(accounted): \(counters.counted) counted, \(counters.filtered) filtered, "
            + "\(counters.late) late, \(counters.rejected) rejected, \(errors) errors"
        )
      case .sink: checkArrival(index)
      }
    }
  }

  /// What a stage took is what those gave that it reads.
  private mutating func checkArrival(_ stage: StageIndex) {
    var given: UInt64 = 0
    for link in evidence.links where link.to == stage && link.carriesRows { given &+= rows(link) }
    let taken = counters[stage].rowsIn
    guard given != taken else { return }
    let senders = evidence.links.filter { $0.to == stage }.map { link in
      let name = job.stages[link.from].name
      return link.port == .main ? "'\(name)'" : "'\(name).\(link.port.rawValue)'"
    }
    fault(
      stage,
      "'\(job.stages[stage].name)' took \(Self.rows(taken)), and \(senders.joined(separator: ", ")) "
        + "gave \(given)"
    )
  }

  /// The rows that a port has given to each of its readers.
  private func rows(_ link: AuditLink) -> UInt64 {
    let counters = counters[link.from]
    switch link.port {
    case .main:
      // Sinks are given updates beside the results, operators are not.
      if case .sink = job.stages[link.to].role { return counters.rowsOut }
      return counters.rowsOut &- counters.updates
    case .rejected: return counters.rejected
    case .late: return counters.late
    case .updates: return counters.updates
    case .errors: return counters.errors &- counters.quarantined
    case .poison: return counters.quarantined
    }
  }

  /// Errors in the results of an operator with state: of its input its own processes meet only those
  /// that are kept from it.
  func resultErrors(_ stage: StageIndex) -> UInt64 {
    guard case .keyed = job.stages[stage].role else { return 0 }
    var errors: UInt64 = 0
    for member in manifest.members where member.instance.stage == job.stages[stage].name {
      let counters = member.snapshot.counters
      guard stage < counters.count else { continue }
      errors &+= counters[stage].errors &- counters[stage].quarantined
    }
    return errors
  }

  // MARK: Sources

  mutating func checkSources() {
    for (index, stage) in job.stages.enumerated() {
      guard case .source(let plan) = stage.role else { continue }
      let counters = counters[index]
      if counters.rowsIn != counters.counted &+ counters.rejected {
        fault(
          index,
          "source '\(stage.name)' read \(counters.rowsIn) records, and accounts for "
            + "\(counters.counted &+ counters.rejected): \(counters.counted) rows, "
            + "\(counters.rejected) rejected"
        )
      }
      checkPartitions(index, plan)
      checkKeptManifests(index)
    }
    checkInputs()
  }

  /// Records by partition add up to the records of the source.
  private mutating func checkPartitions(_ stage: StageIndex, _ plan: SourcePlan) {
    var follows = false
    if case .file(let file) = plan.connector { follows = file.follow }
    let members = members(of: stage, in: manifest)
    // An instance may go on with partitions that another has begun.
    let read = members.reduce(0) { $0 &+ $1.snapshot.counters[stage].rowsIn }
    let rows = members.flatMap(\.snapshot.partitions).reduce(0) { $0 &+ $1.rows }
    // Files that are followed are forgotten when they have gone.
    if follows ? rows > read : rows != read {
      fault(
        stage,
        "source '\(job.stages[stage].name)' read \(read) records, and its partitions say \(rows)"
      )
    }
    guard case .generate = plan.connector else { return }
    for member in members {
      let partitions = member.snapshot.partitions
      let rows = partitions.reduce(0) { $0 &+ $1.rows &+ $1.rowsBefore }
      guard let position = partitions.first?.position, UInt64(position.text) != rows else {
        continue
      }
      fault(
        stage,
        "'\(member.instance)' stands behind row \(position.text) of its own, and made \(rows)"
      )
    }
  }

  /// From one checkpoint to the next a partition only goes on; at the same place it is the same.
  private mutating func checkKeptManifests(_ stage: StageIndex) {
    for (before, after) in zip(evidence.manifests, evidence.manifests.dropFirst()) {
      let earlier = members(of: stage, in: before).flatMap(\.snapshot.partitions)
      for member in members(of: stage, in: after) {
        for partition in member.snapshot.partitions {
          guard let known = earlier.first(where: { $0.partition == partition.partition }) else {
            continue
          }
          let isSame = known.position == partition.position
          let fits =
            isSame
            ? known.rows == partition.rows && known.fingerprint == partition.fingerprint
            : known.rows <= partition.rows
          guard !fits else { continue }
          fault(
            stage,
            "partition \(partition.partition.number) of '\(member.instance)' had "
              + "\(known.rows) records at checkpoint \(before.epoch.number), and at checkpoint "
              + "\(after.epoch.number) "
              + (isSame ? "at the same place others" : "only \(partition.rows)"),
            epochs: before.epoch...after.epoch
          )
        }
      }
    }
  }

  /// What was read again is what was read.
  private mutating func checkInputs() {
    var unread = 0
    for input in evidence.inputs {
      guard let fingerprint = input.fingerprint else {
        unread += 1
        continue
      }
      let known = members(of: input.stage, in: manifest).lazy
        .flatMap(\.snapshot.partitions).first { $0.partition == input.partition }
      guard let known, known.fingerprint != fingerprint else { continue }
      fault(
        input.stage,
        "what was read of \"\(input.name)\" is not what is there now, or not each byte of it was "
          + "read once",
        files: [input.name]
      )
    }
    if unread > 0 {
      notes.append(
        "\(unread) of \(evidence.inputs.count) inputs cannot be read again: they have gone"
      )
    }
  }

  private func members(of stage: StageIndex, in manifest: Manifest) -> [Manifest.Member] {
    manifest.members.filter {
      $0.instance.stage == job.stages[stage].name && stage < $0.snapshot.counters.count
    }
  }
}
