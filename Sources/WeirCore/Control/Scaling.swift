/// How a run went over to another layout: for people.
package struct Scaling: Hashable, Sendable, Codable {
  /// A stage that has another number of processes.
  package struct Stage: Hashable, Sendable, Codable {
    package var name: String
    package var before: Int
    package var after: Int
    /// Key groups that have changed their owner, and all that there are; nil without a key.
    package var groupsMoved: Int?
    package var groups: Int?

    package init(
      _ name: String,
      before: Int,
      after: Int,
      groupsMoved: Int? = nil,
      groups: Int? = nil
    ) {
      self.name = name
      self.before = before
      self.after = after
      self.groupsMoved = groupsMoved
      self.groups = groups
    }
  }

  package var stages: [Stage]
  /// The epoch behind which the layout came into force.
  package var epoch = Epoch.none
  /// Bytes of state that instances have taken over.
  package var bytesMoved: Int64 = 0
  /// The longest time that rows of moved groups waited, in microseconds.
  package var pause: Int64 = 0
  /// From the request until the new layout was at work, in microseconds.
  package var duration: Int64 = 0
  /// Of that, from the opening of the epoch on.
  package var cut: Int64 = 0
  /// It came into force by way of a recovery.
  package var recovered = false

  package init(_ stages: [Stage]) { self.stages = stages }

  /// What changes between two layouts of a plan.
  init(_ job: JobPlan, from before: RunLayout, to after: RunLayout) {
    stages = after.stages.compactMap { stage in
      guard let old = before.stage(stage.name), old != stage else { return nil }
      let (from, to) = (job.table(of: old), job.table(of: stage))
      guard let number = job.index(of: stage.name), case .keyed = job.stages[number].role else {
        return Stage(stage.name, before: old.processes, after: stage.processes)
      }
      return Stage(
        stage.name,
        before: old.processes,
        after: stage.processes,
        groupsMoved: zip(from.owners, to.owners).count { $0 != $1 },
        groups: to.owners.count
      )
    }
  }
}
