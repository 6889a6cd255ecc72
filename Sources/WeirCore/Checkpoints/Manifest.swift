/// What makes a checkpoint complete: the snapshots of all instances at one epoch.
package struct Manifest: Hashable, Sendable, Codable {
  package var epoch: Epoch
  /// True once the run has ended there and everything is committed.
  package var isFinished = false
  /// In the order of `JobPlan.instances`.
  package var members: [Member]
  /// Of the instances that have taken it; nil: runs of key groups, as many instances as there are.
  package var layout: RunLayout?
  /// What comes into force behind it; nil: the run goes on in the same layout.
  package var successor: RunLayout?

  /// An instance and what it was.
  package struct Member: Hashable, Sendable, Codable {
    package var instance: InstanceID
    package var snapshot: InstanceSnapshot

    package init(instance: InstanceID, snapshot: InstanceSnapshot) {
      self.instance = instance
      self.snapshot = snapshot
    }
  }

  package init(
    epoch: Epoch,
    members: [Member],
    layout: RunLayout? = nil,
    successor: RunLayout? = nil
  ) {
    self.epoch = epoch
    self.members = members
    self.layout = layout
    self.successor = successor
  }

  /// The snapshot of an instance, nil if the manifest is of another topology; linear.
  package func snapshot(of instance: InstanceID) -> InstanceSnapshot? {
    members.first { $0.instance == instance }?.snapshot
  }

  /// The files of keyed state that it needs, each once, in order.
  package var files: [String] {
    var files: [String] = []
    for member in members {
      for file in member.snapshot.states.flatMap(\.files) where !files.contains(file) {
        files.append(file)
      }
    }
    return files
  }
}

/// The numbers that a run has taken: none below was free to use when they were written.
package struct RunNumbers: Hashable, Sendable, Codable {
  /// Counts the coordinators.
  package var run: UInt64 = 0
  package var epoch = Epoch(1)
  package var generation = Generation(1)
  package var incarnation = Incarnation(1)

  package init() {}
}

/// What a coordinator finds in the state folder before it starts.
package struct RunRecord: Hashable, Sendable {
  package var numbers = RunNumbers()
  /// Complete checkpoints that are kept, oldest first.
  package var manifests: [Manifest] = []
  /// Rows that are kept from their operators.
  package var quarantine: [QuarantinedRow] = []

  package init() {}
}
