import WeirCore

/// A topology file that was read, checked and planned: what `weir run` and `weir check` both do.
package struct Topology: Sendable {
  package var file: TopologyFile
  package var plan: JobPlan
  /// Warnings and notes.
  package var remarks: [Diagnostic]
}

/// Why a topology file cannot run: every fault in it.
package struct TopologyFaults: Error, Sendable {
  /// Errors, warnings and notes, in the order of the file.
  package var diagnostics: [Diagnostic]
}

/// Everything about a topology that does not stand in its text.
package struct TopologyContext: Sendable {
  /// The path for messages.
  package var path: String
  /// The absolute folder that relative paths are relative to.
  package var base: String
  /// What `${NAME}` stands for.
  package var environment: [String: String]

  package init(path: String, base: String, environment: [String: String]) {
    self.path = path
    self.base = base
    self.environment = environment
  }
}

extension Topology {
  /// Reads, checks and plans a topology; throws every fault at once.
  ///
  /// A pure function of the text and the context: every process of a run plans the same.
  package static func compile(
    _ text: String,
    in context: TopologyContext
  ) throws(TopologyFaults) -> Topology {
    var diagnostics = Diagnostics()
    let file = TopologyReader.read(text, in: context, &diagnostics)
    if let file {
      let plan = Planner.plan(file, &diagnostics)
      if var plan, !diagnostics.hasErrors {
        plan.clauses = PlanClauses.of(file, base: context.base, stages: plan.stages)
        plan.fingerprint = PlanFingerprint.of(plan)
        return Topology(file: file, plan: plan, remarks: diagnostics.sorted)
      }
    }
    throw TopologyFaults(diagnostics: diagnostics.sorted)
  }
}
