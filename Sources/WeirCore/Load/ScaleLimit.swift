/// What bounds the number of processes that are of use to a stage.
package struct ScaleLimit: Hashable, Sendable, Codable {
  package enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
    /// Rows of an operator without a key all belong together.
    case noKey
    /// Each key group is one process's.
    case keyGroups
    /// Each partition of a source is one process's.
    case partitions
    /// Standard output has one writer.
    case oneWriter
    /// No stage may have more processes.
    case processes
    /// One key has so many rows that its process alone is the limit.
    case hotKey
    /// The machine has no idle core.
    case cores
  }

  package var most: Int
  package var reason: Reason

  package init(_ most: Int, _ reason: Reason) {
    self.most = most
    self.reason = reason
  }
}

extension JobPlan {
  /// How many processes a stage can have at most, and why; it may be fewer where a source finds fewer
  /// files.
  package func scaleLimit(of stage: StageIndex) -> ScaleLimit {
    let any = ScaleLimit(Limits.processes, .processes)
    switch stages[stage].role {
    case .keyed(let plan):
      return plan.key.isEmpty ? ScaleLimit(1, .noKey) : ScaleLimit(keyGroups, .keyGroups)
    case .stateless: return any
    case .sink(let plan):
      return plan.connector == .discard || plan.connector.canWithdraw
        ? any : ScaleLimit(1, .oneWriter)
    case .source(let plan):
      switch plan.connector {
      case .generate: return ScaleLimit(GeneratePlan.partitions, .partitions)
      case .file(let file):
        let isPattern = file.path.contains { "*?[{".contains($0) }
        return isPattern ? any : ScaleLimit(1, .partitions)
      }
    }
  }

  /// The stages in whose processes rows for a stage are produced, each once, in order.
  package func feeders(of stage: StageIndex) -> [StageIndex] {
    var feeders: [StageIndex] = []
    for edge in stages[stage].inputs {
      for sender in edges[edge].senders where !feeders.contains(sender) { feeders.append(sender) }
    }
    return feeders.sorted()
  }
}
