// A checkpoint for other numbers of processes than have taken it.

extension Manifest {
  /// The same checkpoint for the instances of a plan, of which there may be more or fewer.
  ///
  /// Key groups take their state along: an instance inherits from each whose groups are its own now.
  /// Partitions of listed files are dealt out anew. What is added up over a stage, counters and rows
  /// that were sent, stays with the instance that has counted it or, where that is gone, goes to the
  /// first. The plan must say the same as the one that the checkpoint was taken of, but for the
  /// processes of operators and of sources with listed files. O(instances x (partitions + key groups)).
  package func relaid(for job: JobPlan) -> Manifest {
    let taken = layout(for: job)
    guard members.map(\.instance) != job.instances || taken != job.layout(like: taken) else {
      return self
    }
    var relaid = self
    relaid.members = []
    relaid.layout = job.layout(like: taken)
    relaid.successor = nil
    for (number, stage) in job.stages.enumerated() where stage.processes > 0 {
      let before = members.filter { $0.instance.stage == stage.name }.map(\.snapshot)
      let layout = StageLayout(
        before: before,
        old: taken.stage(stage.name).map { job.table(of: $0) } ?? job.table(of: number),
        new: job.table(of: number),
        stage: stage,
        job: job
      )
      for index in 0..<stage.processes {
        relaid.members.append(
          Member(
            instance: InstanceID(stage.name, index),
            snapshot: layout.snapshot(of: index, at: epoch)
          )
        )
      }
    }
    return relaid
  }

  /// The layout that it was taken in, of which earlier versions have said only how many instances there
  /// were.
  package func layout(for job: JobPlan) -> RunLayout {
    if let layout { return layout }
    return RunLayout(
      job.stages.filter { $0.processes > 0 }.map { stage in
        let count = members.count { $0.instance.stage == stage.name }
        return RunLayout.Stage(stage.name, processes: count, declared: count)
      }
    )
  }

  /// What instances have counted, added up.
  package func sums(of instances: [InstanceID]) -> InstanceSnapshot {
    var sums = InstanceSnapshot(epoch: epoch, incarnation: Incarnation(0))
    for snapshot in instances.compactMap({ snapshot(of: $0) }) {
      if sums.counters.isEmpty { sums.counters = snapshot.counters.map { _ in StageCounters() } }
      sums.add(snapshot)
    }
    return sums
  }

  /// Whether it can be a checkpoint of the plan, also with other numbers of processes.
  ///
  /// Its members are instances of all stages that have processes, in order, as many as its layout says,
  /// and each has counters of all stages. Stages that cannot be dealt anew have as many as the plan says.
  package func fits(_ job: JobPlan) -> Bool {
    let taken = layout(for: job)
    var expected: [InstanceID] = []
    for stage in job.stages where stage.processes > 0 {
      guard let laid = taken.stage(stage.name) else { return false }
      let count = laid.processes
      guard count == stage.processes || stage.role.canBeDealtAnew, count > 0,
        count <= job.keyGroups || count == stage.processes,
        laid.owners.map({ $0.owners.count == job.keyGroups }) ?? true
      else { return false }
      expected += (0..<count).map { InstanceID(stage.name, $0) }
    }
    return members.map(\.instance) == expected
      && members.allSatisfy { $0.snapshot.counters.count == job.stages.count }
  }
}

/// What the instances of one stage were, and how it is dealt to another number of them.
private struct StageLayout {
  /// In the order of their indices.
  let before: [InstanceSnapshot]
  let old: KeyGroupTable
  let new: KeyGroupTable
  let stage: StagePlan
  let job: JobPlan

  func snapshot(of index: Int, at epoch: Epoch) -> InstanceSnapshot {
    guard before.count != stage.processes || isKeyed && old != new else { return before[index] }
    precondition(!before.isEmpty, "no snapshot of '\(stage.name)' at epoch \(epoch.number)")
    var snapshot = InstanceSnapshot(epoch: epoch, incarnation: before[0].incarnation)
    snapshot.counters = job.stages.map { _ in StageCounters() }
    for place in successorOf(index) { snapshot.add(before[place]) }
    // All have noted the same at their barriers, but for sources.
    snapshot.watermark = before.map(\.watermark).min() ?? .start
    snapshot.isFinished = before.allSatisfy(\.isFinished)
    switch stage.role {
    case .source: dealPartitions(to: index, &snapshot)
    case .keyed: snapshot.inherited = inherited(by: index)
    case .stateless: break
    case .sink:
      // What those have prepared that are gone is shown by the first.
      snapshot.outputs = successorOf(index).flatMap { before[$0].outputs }
    }
    return snapshot
  }

  private var isKeyed: Bool {
    if case .keyed = stage.role { true } else { false }
  }

  /// The instances whose sums an instance goes on with.
  private func successorOf(_ index: Int) -> [Int] {
    var places = index < before.count ? [index] : []
    if index == 0 { places += Array(before.indices.dropFirst(stage.processes)) }
    return places
  }

  private func dealPartitions(to index: Int, _ snapshot: inout InstanceSnapshot) {
    snapshot.partitions = before.flatMap(\.partitions)
      .filter { $0.partition.number % stage.processes == index }
      .sorted { $0.partition.number < $1.partition.number }
    snapshot.rowsRead = snapshot.partitions.reduce(0) { $0 + Int(clamping: $1.rows) }
    snapshot.isFinished = snapshot.partitions.allSatisfy(\.hasEnded)
  }

  private func inherited(by index: Int) -> [StateReference] {
    var gives = before.map { _ in false }
    for group in new.groups(of: index) { gives[old.owners[group]] = true }
    var inherited: [StateReference] = []
    for place in before.indices where gives[place] {
      for state in before[place].states where !inherited.contains(state) { inherited.append(state) }
    }
    return inherited
  }
}

extension InstanceSnapshot {
  /// Adds what another instance of the stage has counted.
  fileprivate mutating func add(_ other: InstanceSnapshot) {
    for (stage, counted) in other.counters.enumerated() {
      counters[stage] += counted
    }
    sent.add(other.sent)
  }
}
