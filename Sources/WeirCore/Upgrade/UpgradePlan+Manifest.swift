// The checkpoint from which a run of another plan begins.

extension UpgradePlan {
  /// The checkpoint of the old plan as one of the new, at the same epoch: its members are the instances
  /// of the old plan where a stage is gone on with, so that `Manifest.relaid` can deal them anew.
  ///
  /// What was counted stays with the old run: rows are counted from here on, and nothing that was
  /// prepared is left to commit. `state` says where the keyed state of an old instance lies now.
  /// O(instances x stages).
  package func manifest(
    from old: Manifest,
    for job: JobPlan,
    state: (InstanceID) -> StateReference?
  ) -> Manifest {
    var members: [Manifest.Member] = []
    // The new plan says how many instances there are: it is not one that the run was scaled from.
    var layout = job.declaredLayout
    for index in layout.stages.indices {
      guard let was = source(of: layout.stages[index].name) else { continue }
      let processes = old.members.count { $0.instance.stage == was }
      layout.stages[index].processes = processes
      layout.stages[index].declared = processes
      layout.stages[index].owners = old.layout?.stage(was)?.owners
    }
    for stage in job.stages {
      guard let was = source(of: stage.name) else {
        let snapshot = Self.begin(InstanceSnapshot(epoch: old.epoch, incarnation: .init(0)), job)
        for index in 0..<stage.processes {
          members.append(
            Manifest.Member(instance: InstanceID(stage.name, index), snapshot: snapshot)
          )
        }
        continue
      }
      for member in old.members where member.instance.stage == was {
        var snapshot = Self.begin(member.snapshot, job)
        snapshot.state = state(member.instance)
        let instance = InstanceID(stage.name, member.instance.index)
        members.append(Manifest.Member(instance: instance, snapshot: snapshot))
      }
    }
    return Manifest(epoch: old.epoch, members: members, layout: layout)
  }

  /// The stage of the old plan whose state a stage goes on with; nil: it begins with none.
  package func source(of stage: String) -> String? {
    guard let step = steps.first(where: { $0.name == stage && $0.processes != nil }),
      step.kind == .source || step.kind == .keyed
    else { return nil }
    switch step.fate {
    case .kept, .rescaled, .migrated: return step.was
    case .fresh, .dropped, .incompatible: return nil
    }
  }

  private static func begin(_ old: InstanceSnapshot, _ job: JobPlan) -> InstanceSnapshot {
    var snapshot = old
    snapshot.counters = job.stages.map { _ in StageCounters() }
    snapshot.sent = []
    snapshot.outputs = []
    snapshot.inherited = []
    snapshot.times = SnapshotTimes()
    snapshot.rowsRead = 0
    snapshot.pace = nil
    for index in snapshot.partitions.indices {
      snapshot.partitions[index].rowsBefore &+= snapshot.partitions[index].rows
      snapshot.partitions[index].rows = 0
    }
    return snapshot
  }
}
