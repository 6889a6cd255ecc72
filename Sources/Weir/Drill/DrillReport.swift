import WeirCore

/// What `weir drill` did to a run, and whether it kept its goals.
struct DrillReport: Codable, Hashable {
  var run: String
  /// With the same one the same instances are drawn again.
  var seed: UInt64
  var drills: [DrillResult]
  var goals: [DrillVerdict]
  /// What was found in the output once the run had come back; nil: it was not looked at.
  var audit: AuditReport?

  init(
    run: String,
    seed: UInt64,
    drills: [DrillResult],
    goals: [DrillGoal],
    audit: AuditReport? = nil
  ) {
    self.run = run
    self.seed = seed
    self.drills = drills
    self.goals = goals.map { $0.verdict(drills) }
    self.audit = audit
  }

  /// True if the run came back every time, every goal was met, and nothing is lost or doubled.
  var isGood: Bool {
    drills.allSatisfy(\.hasRecovered) && goals.allSatisfy(\.isMet) && audit?.isWhole ?? true
  }
}
