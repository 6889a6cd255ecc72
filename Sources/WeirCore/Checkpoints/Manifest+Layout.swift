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
    guard members.map(\.instance) != job.instances else { return self }
    var relaid = self
    relaid.members = []
    for stage in job.stages {
      let before = members.filter { $0.instance.stage == stage.name }.map(\.snapshot)
      let layout = StageLayout(before: before, stage: stage, job: job)
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

  /// Whether it can be a checkpoint of the plan, also with other numbers of processes.
  ///
  /// Its members are instances of all stages that have processes, in order, and each has counters of
  /// all stages. Those of stages that cannot be dealt anew are as many as the plan says.
  package func fits(_ job: JobPlan) -> Bool {
    var expected: [InstanceID] = []
    for stage in job.stages where stage.processes > 0 {
      let count = members.count { $0.instance.stage == stage.name }
      guard count == stage.processes || stage.role.canBeDealtAnew, count > 0,
        count <= job.keyGroups || count == stage.processes
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
  let stage: StagePlan
  let job: JobPlan

  func snapshot(of index: Int, at epoch: Epoch) -> InstanceSnapshot {
    guard before.count != stage.processes else { return before[index] }
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
    case .sink: preconditionFailure("sink '\(stage.name)' has another number of processes")
    }
    return snapshot
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
    let old = KeyGroupTable(keyGroups: job.keyGroups, instances: before.count)
    let new = KeyGroupTable(keyGroups: job.keyGroups, instances: stage.processes)
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
    for rows in other.sent {
      let known = sent.firstIndex { $0.edge == rows.edge && $0.receiver == rows.receiver }
      guard let known else {
        sent.append(rows)
        continue
      }
      sent[known].rows += rows.rows
      sent[known].fingerprint &+= rows.fingerprint
    }
  }
}
