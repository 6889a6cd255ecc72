import WeirColumns
import WeirCore

/// A number that differs when plans do in what two processes must agree on, and in what state and
/// output depend on: every clause, expressions and what they were filled in with included.
enum PlanFingerprint {
  static func of(_ plan: JobPlan) -> UInt64 {
    var text = "\(plan.name);\(plan.keyGroups)"
    for clause in plan.clauses { text += ";\(clause.stage) \(clause.name) \(clause.fingerprint)" }
    for stage in plan.stages { text += ";\(stage.name)" }
    for edge in plan.edges {
      text += ";\(edge.from)>\(edge.to):\(edge.schema.fingerprint):\(edge.partitioning)"
    }
    return Fingerprint.of(text)
  }
}
