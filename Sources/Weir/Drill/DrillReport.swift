import WeirCore

/// What `weir drill` did to a run, and whether it kept its goals.
struct DrillReport: Codable, Hashable {
  var run: String
  /// With the same one the same instances are drawn again.
  var seed: UInt64
  var drills: [DrillResult]
  var goals: [DrillVerdict]

  init(run: String, seed: UInt64, drills: [DrillResult], goals: [DrillGoal]) {
    self.run = run
    self.seed = seed
    self.drills = drills
    self.goals = goals.map { $0.verdict(drills) }
  }

  /// True if the run came back every time, and every goal was met.
  var isGood: Bool { drills.allSatisfy(\.hasRecovered) && goals.allSatisfy(\.isMet) }
}
