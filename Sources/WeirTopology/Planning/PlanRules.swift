import WeirColumns
import WeirCore
import WeirExpressions

/// Rules about whole stages, and what is worth a remark.
struct PlanRules {
  private let file: TopologyFile
  private let graph: StageGraph
  private let stages: [CheckedStage]

  init(_ file: TopologyFile, _ graph: StageGraph, _ stages: [CheckedStage]) {
    self.file = file
    self.graph = graph
    self.stages = stages
  }

  func check(_ diagnostics: inout Diagnostics) {
    for (index, stage) in stages.enumerated() {
      switch stage.body {
      case .source(let source): check(source, index, &diagnostics)
      case .stateless(let body): check(body, index, &diagnostics)
      case .keyed(let body): check(body, index, &diagnostics)
      case .sink: break
      }
    }
  }

  private func isRead(_ index: Int, _ kind: PortKind) -> Bool {
    !graph.readers(of: PortReference(stage: index, kind: kind)).isEmpty
  }

  private func check(
    _ source: SourceStage,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    remarkUnread(index, source.name, &diagnostics)
    if source.onBadRecord == .divert, !isRead(index, .rejected) {
      diagnostics.report(
        .unreadPort,
        at: source.name.location,
        "nothing reads '\(source.name.value).rejected': bad records are counted and dropped",
        hint: "give a sink 'from: \(source.name.value).rejected'"
      )
    }
  }

  private func check(
    _ body: CheckedStage.StatelessBody,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    let stage = body.stage
    remarkUnread(index, stage.name, &diagnostics)
    remarkErrors(stage, index, &diagnostics)
    if stages[index].isInlined {
      let sender = graph.inputs[index].first.map { stages[$0.port.stage].name.value } ?? ""
      diagnostics.report(
        .inlinedOperator,
        at: stage.name.location,
        "'\(stage.name.value)' has no process of its own: it runs in '\(sender)'",
        hint: "give it 'processes: 1' if it should have one"
      )
    }
  }

  private func check(
    _ body: CheckedStage.KeyedBody,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    let stage = body.stage
    remarkUnread(index, stage.name, &diagnostics)
    remarkErrors(stage, index, &diagnostics)
    let processes = stage.processes?.value ?? 1
    if processes > 1, body.key.isEmpty {
      diagnostics.report(
        .keyMissing,
        at: stage.processes?.location ?? stage.name.location,
        "operator '\(stage.name.value)' has \(processes) processes but no 'key'",
        hint: "without a key there is one group, which one process holds: add 'key', or take "
          + "'processes' out"
      )
    }
    let groups = file.keyGroups?.value ?? Limits.keyGroups
    if processes > groups {
      diagnostics.report(
        .tooManyProcesses,
        at: stage.processes?.location ?? stage.name.location,
        "operator '\(stage.name.value)' has \(processes) processes for \(groups) key groups",
        hint: "at most 'key_groups' processes can share the keys"
      )
    }
    if stage.window == nil, !body.key.isEmpty {
      diagnostics.report(
        .unboundedState,
        at: stage.name.location,
        "'\(stage.name.value)' keeps a total for every key it has ever seen",
        hint: "use a window where the keys never end"
      )
    }
    if stage.window != nil, !isRead(index, .late) {
      diagnostics.report(
        .unreadPort,
        at: stage.name.location,
        "nothing reads '\(stage.name.value).late': late rows are counted and dropped",
        hint: "give a sink 'from: \(stage.name.value).late'"
      )
    }
  }

  private func remarkErrors(
    _ stage: OperatorStage,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    guard stage.onError == .divert, !isRead(index, .errors) else { return }
    diagnostics.report(
      .unreadPort,
      at: stage.name.location,
      "nothing reads '\(stage.name.value).errors': rows that fail are counted and dropped",
      hint: "give a sink 'from: \(stage.name.value).errors'"
    )
  }

  private func remarkUnread(
    _ index: Int,
    _ name: Located<String>,
    _ diagnostics: inout Diagnostics
  ) {
    guard !isRead(index, .main), !isRead(index, .updates) else { return }
    diagnostics.report(
      .unreadStage,
      at: name.location,
      "nothing reads '\(name.value)'",
      hint: "add a sink with 'from: \(name.value)', or take the stage out"
    )
  }
}
