import WeirColumns
import WeirCore

/// A number that differs when plans do in what two processes must agree on.
enum PlanFingerprint {
  static func of(_ plan: JobPlan) -> UInt64 {
    var text = "\(plan.name);\(plan.keyGroups)"
    for stage in plan.stages { text += ";\(stage.name)*\(stage.processes)" }
    for edge in plan.edges {
      text += ";\(edge.from)>\(edge.to):\(edge.schema.fingerprint):\(edge.partitioning)"
    }
    return Fingerprint.of(text)
  }
}
