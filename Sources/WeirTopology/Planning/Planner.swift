import WeirColumns
import WeirCore
import WeirExpressions

/// Turns a topology file into the plan that every process of its run follows.
enum Planner {
  /// Nil when the file has faults, which are reported; otherwise a plan, perhaps with remarks.
  static func plan(_ file: TopologyFile, _ diagnostics: inout Diagnostics) -> JobPlan? {
    guard let graph = StageGraph(file, &diagnostics) else { return nil }
    var checker = StageChecker(graph, diagnostics)
    checker.check()
    diagnostics = checker.diagnostics
    PlanRules(file, graph, checker.stages).check(&diagnostics)
    guard !diagnostics.hasErrors else { return nil }
    let needed = NeededColumns(graph, checker.stages)
    return PlanBuilder(file, graph, checker.stages, needed).plan()
  }
}
