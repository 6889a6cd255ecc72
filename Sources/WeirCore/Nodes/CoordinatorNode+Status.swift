// What the coordinator tells of itself.

extension CoordinatorNode {
  /// Phase, instances by stage and checkpoints; what instances have reported is for others to add.
  package func status(of run: RunIdentity, at now: Moment) -> JobStatus {
    var status = JobStatus(run: run, phase: statusPhase, takenAt: now.wall)
    status.stages = job.stages.map { stage in
      JobStatus.Stage(
        stage.name,
        instances: members.filter { $0.instance.stage == stage.name }.map { member in
          JobStatus.Instance(
            member.instance,
            step: member.step.status,
            process: member.process.map { JobStatus.Process($0) }
          )
        }
      )
    }
    status.spare = processes.first(where: \.isSpare).map { JobStatus.Process($0.incarnation) }
    status.checkpoints = checkpointStatus(at: now.instant)
    status.recoveries = recoveries
    if phase == .ended { status.outcome = outcome }
    return status
  }

  private var statusPhase: JobStatus.Phase {
    switch phase {
    case .created, .numbering, .starting: .starting
    case .running:
      if regions.contains(where: { $0.step != .running }) {
        .recovering
      } else {
        isDraining ? .draining : .running
      }
    case .stopping: .stopping
    case .concluding, .leaving, .killing, .ended: .ending
    }
  }

  private func checkpointStatus(at now: Instant) -> JobStatus.Checkpoints? {
    guard let settings else { return nil }
    var status = JobStatus.Checkpoints(everyMilliseconds: settings.every / 1_000_000)
    status.last = manifests.last?.epoch
    status.failedInARow = failedEpochs
    status.open = open.map { open in
      let waitingFor: [Int] =
        switch open.step {
        case .reporting: members.indices.filter { open.snapshots[$0] == nil }
        case .recording: []
        case .committing: open.uncommitted
        }
      return JobStatus.Open(
        epoch: open.epoch,
        step: open.step.status,
        sinceMicroseconds: (now.nanoseconds - open.openedAt.nanoseconds) / 1000,
        waitingFor: waitingFor.map { members[$0].instance }
      )
    }
    return status
  }
}

extension CoordinatorMember.Step {
  /// What people are told of it.
  var status: JobStatus.Step {
    switch self {
    case .missing: .missing
    case .starting, .bound: .starting
    case .rewinding, .rewound: .restoring
    case .running: .running
    case .finished: .finished
    case .doomed: .ending
    }
  }
}

extension OpenEpoch.Step {
  /// What people are told of it.
  var status: JobStatus.Open.Step {
    switch self {
    case .reporting: .reporting
    case .recording: .recording
    case .committing: .committing
    }
  }
}
