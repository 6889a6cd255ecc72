import WeirCore

/// A run at one moment, as the views show it.
struct RunPicture {
  var name: String
  var phase: JobStatus.Phase
  var processes: Int
  var elapsedSeconds: Double
  /// The share of bounded input that was read.
  var progress: Double?
  var stages: [JobStatus.Stage]
}

extension RunPicture {
  /// The picture that a status gives.
  init(_ status: JobStatus) {
    self.init(
      name: status.run.name,
      phase: status.phase,
      processes: status.instances.count { $0.process != nil },
      elapsedSeconds: status.elapsedSeconds,
      progress: status.progress,
      stages: status.stages
    )
  }
}

extension JobPlan {
  /// The stage in whose processes a stage without processes does its work.
  func host(of stage: StageIndex) -> StageIndex? {
    stages.indices.first { host in
      stages[host].processes > 0
        && stages[host].ports.contains { port in port.outlets.contains { $0.does(stage) } }
    }
  }
}

extension JobPlan {
  /// True if something reads the port of a stage to which that goes which kills it.
  func isRead(_ port: PortKind, of stage: StageIndex) -> Bool {
    stages[stage].port(port) != nil
      || stages.contains {
        $0.ports.contains { $0.outlets.contains { $0.divertsPoison(of: stage) } }
      }
  }
}

extension OutletPlan {
  /// True if rows that kill the stage are sent on from here or further down.
  func divertsPoison(of stage: StageIndex) -> Bool {
    if let work, work.stage == stage, work.poison != nil { return true }
    guard case .outlets(let next) = target else { return false }
    return next.contains { $0.divertsPoison(of: stage) }
  }

  /// True if work of that stage is done here or further down.
  func does(_ stage: StageIndex) -> Bool {
    if work?.stage == stage { return true }
    guard case .outlets(let next) = target else { return false }
    return next.contains { $0.does(stage) }
  }
}
