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
    checkFormerNames(&diagnostics)
    for (index, stage) in stages.enumerated() {
      switch stage.body {
      case .source(let source): check(source, index, &diagnostics)
      case .stateless(let body): check(body, index, &diagnostics)
      case .keyed(let body): check(body, index, &diagnostics)
      case .sink(let sink): check(sink, index, &diagnostics)
      }
    }
  }

  /// A former name is that of no stage of the file, and of one stage at most.
  private func checkFormerNames(_ diagnostics: inout Diagnostics) {
    var seen: [String] = []
    let names =
      file.sources.map { ($0.name.value, $0.renamedFrom) }
      + file.operators.map { ($0.name.value, $0.renamedFrom) }
    for (stage, former) in names {
      guard let former else { continue }
      if stages.contains(where: { $0.name.value == former.value }) {
        diagnostics.report(
          .clauseConflict,
          at: former.location,
          "'\(stage)' cannot be renamed from '\(former.value)', which is a stage of this file",
          hint: "'renamed_from' is the name that the stage had before, and no stage has now"
        )
      } else if seen.contains(former.value) {
        diagnostics.report(
          .duplicateName,
          at: former.location,
          "two stages are renamed from '\(former.value)'",
          hint: "only one can go on with its state"
        )
      }
      seen.append(former.value)
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

  private func check(
    _ sink: SinkStage,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    checkDelivery(sink, &diagnostics)
    checkColumns(sink, index, &diagnostics)
  }

  /// What was printed cannot be taken back, and nobody says that it was read.
  private func checkDelivery(_ sink: SinkStage, _ diagnostics: inout Diagnostics) {
    guard case .standardOutput = sink.connector.value, let asked = sink.delivery,
      asked.value != .atLeastOnce
    else { return }
    diagnostics.report(
      .deliveryTooStrong,
      at: asked.location,
      "sink '\(sink.name.value)' prints on standard output, which cannot be \(asked.value.rawValue)",
      hint: "write to a 'file', or take 'delivery' out: what is printed is at-least-once"
    )
  }

  /// A CSV file has one header: values of other columns under it would be wrong without a word.
  private func checkColumns(
    _ sink: SinkStage,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    guard sink.connector.value.isCSV else { return }
    var first: (text: String, columns: [String])?
    for input in graph.inputs[index] {
      guard let schema = stages[input.port.stage].ports[input.port.kind] else { continue }
      let columns = schema.fields.filter { !$0.isHidden }.map(\.name)
      guard let known = first else {
        first = (input.text, columns)
        continue
      }
      guard columns != known.columns else { continue }
      diagnostics.report(
        .schemaMismatch,
        at: input.location,
        "sink '\(sink.name.value)' writes CSV, but the columns of '\(input.text)' are not those of "
          + "'\(known.text)'",
        hint: Self.difference(columns, known.columns)
          + ": bring them into one order with 'select', use 'format: json', or a sink for each"
      )
    }
  }

  /// The first column in which two lists differ.
  private static func difference(_ columns: [String], _ expected: [String]) -> String {
    for (place, pair) in zip(columns, expected).enumerated() where pair.0 != pair.1 {
      return "column \(place + 1) is '\(pair.0)', there '\(pair.1)'"
    }
    let common = min(columns.count, expected.count)
    return columns.count > common
      ? "'\(columns[common])' is one column more" : "'\(expected[common])' is missing"
  }

  private func remarkErrors(
    _ stage: OperatorStage,
    _ index: Int,
    _ diagnostics: inout Diagnostics
  ) {
    guard stage.onError == .divert else { return }
    let name = stage.name.value
    if !isRead(index, .errors) {
      diagnostics.report(
        .unreadPort,
        at: stage.name.location,
        "nothing reads '\(name).errors': rows that fail are counted and dropped",
        hint: "give a sink 'from: \(name).errors'"
      )
    }
    if !isRead(index, .poison) {
      diagnostics.report(
        .unreadPort,
        at: stage.name.location,
        "nothing reads '\(name).poison': rows that kill '\(name)' are counted and dropped",
        hint: "give a sink 'from: \(name).poison'"
      )
    }
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
