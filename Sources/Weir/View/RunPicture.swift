import WeirCore

/// A run at one moment, as the views show it.
struct RunPicture {
  /// How the instances of a stage spend their time; the sum is 1.
  struct Shares: Hashable {
    var busy: Double
    var backpressured: Double
    var idle: Double
  }

  struct Stage {
    var name: String
    var rowsIn: UInt64
    var rowsOut: UInt64
    var hasFinished: Bool
    /// The stage in whose processes it runs, if it has none of its own.
    var host: String?
    var rowsPerSecond: Double?
    var watermark: Watermark?
    /// How far the watermark is behind the clock.
    var behindMicroseconds: Int64?
    var shares: Shares?
    /// The most memory that its instances had, added up.
    var memoryBytes: Int64?

    init(name: String, rowsIn: UInt64, rowsOut: UInt64, hasFinished: Bool) {
      self.name = name
      self.rowsIn = rowsIn
      self.rowsOut = rowsOut
      self.hasFinished = hasFinished
    }
  }

  var name: String
  var phase: RunState.Phase
  var processes: Int
  var elapsedSeconds: Double
  /// The share of bounded input that was read.
  var progress: Double?
  var stages: [Stage]
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
  /// True if something reads the rows that kill a stage.
  func isPoisonRead(of stage: StageIndex) -> Bool {
    stages[stage].port(.poison) != nil
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
