import WeirCore

/// In what two topologies differ, for people: by stage and clause.
enum PlanDifference {
  /// Differences that are named; of more only the number is told.
  private static let most = 5

  /// Nil if there is none.
  static func text(_ old: [PlanClause], _ new: [PlanClause]) -> String? {
    let differences = differences(old, new)
    guard !differences.isEmpty else { return nil }
    let more = differences.count - most
    return differences.prefix(most).joined(separator: "; ") + (more > 0 ? "; and \(more) more" : "")
  }

  private static func differences(_ old: [PlanClause], _ new: [PlanClause]) -> [String] {
    var differences: [String] = []
    for stage in stages(old) where !stages(new).contains(stage) {
      differences.append("'\(stage)' has gone")
    }
    for stage in stages(new) where !stages(old).contains(stage) {
      differences.append("'\(stage)' is new")
    }
    // The order of stages says no more than that one is new.
    let hasOther = !differences.isEmpty
    for clause in old where stages(new).contains(clause.stage) {
      // Earlier versions said it of sinks that can be dealt anew by now.
      let isLayout = clause.name == "processes"
      if isLayout, !new.contains(where: { $0.stage == clause.stage && $0.name == clause.name }) {
        continue
      }
      let now = new.first { $0.stage == clause.stage && $0.name == clause.name }
      guard now != clause, !(hasOther && isOrder(clause)) else { continue }
      differences.append(words(clause, isThere: now != nil))
    }
    for clause in new where stages(old).contains(clause.stage) {
      guard !old.contains(where: { $0.stage == clause.stage && $0.name == clause.name }) else {
        continue
      }
      differences.append("\(place(clause)) is new")
    }
    return differences
  }

  private static func isOrder(_ clause: PlanClause) -> Bool {
    clause.stage.isEmpty && clause.name == "stages"
  }

  /// The stages in order, the whole topology first.
  private static func stages(_ clauses: [PlanClause]) -> [String] {
    var stages: [String] = []
    for clause in clauses where !stages.contains(clause.stage) { stages.append(clause.stage) }
    return stages
  }

  private static func place(_ clause: PlanClause) -> String {
    clause.stage.isEmpty ? "'\(clause.name)'" : "'\(clause.name)' of '\(clause.stage)'"
  }

  private static func words(_ clause: PlanClause, isThere: Bool) -> String {
    if isOrder(clause) { return "the stages stand in another order" }
    return "\(place(clause)) has \(isThere ? "changed" : "gone")"
  }
}
