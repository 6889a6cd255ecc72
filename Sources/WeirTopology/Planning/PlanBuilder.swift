import WeirColumns
import WeirCore
import WeirExpressions

/// Lays out stages, ports and edges: work that needs no state goes up to the sender, and only
/// columns that somebody needs travel.
final class PlanBuilder {
  let file: TopologyFile
  let graph: StageGraph
  let stages: [CheckedStage]
  let needed: NeededColumns
  private(set) var edges: [EdgePlan] = []
  /// The edge of each input of each stage, once a sender was found.
  private(set) var edgeOf: [[EdgeIndex?]]

  init(
    _ file: TopologyFile,
    _ graph: StageGraph,
    _ stages: [CheckedStage],
    _ needed: NeededColumns
  ) {
    self.file = file
    self.graph = graph
    self.stages = stages
    self.needed = needed
    edgeOf = graph.inputs.map { $0.map { _ in nil } }
  }

  func plan() -> JobPlan {
    var plans = stages.indices.map { stage($0) }
    for index in plans.indices { plans[index].inputs = edgeOf[index].compactMap { $0 } }
    var batch = file.batch
    batch.rows = min(batch.rows, Limits.largestBatchRows)
    var plan = JobPlan(
      name: file.name.value,
      batch: batch,
      keyGroups: file.keyGroups?.value ?? Limits.keyGroups,
      stages: plans,
      edges: edges,
      fingerprint: 0,
      checkpoints: checkpoints
    )
    for source in file.sources { plan.renames[source.name.value] = source.renamedFrom?.value }
    for stage in file.operators { plan.renames[stage.name.value] = stage.renamedFrom?.value }
    plan.fingerprint = PlanFingerprint.of(plan)
    return plan
  }

  /// How checkpoints are taken; nil: `checkpoints: none`.
  var checkpoints: CheckpointSettings? {
    let clause = file.checkpoints ?? CheckpointsClause()
    guard clause.isOn else { return nil }
    var settings = CheckpointSettings()
    settings.every = clause.every * 1000
    settings.timeout = (clause.timeout ?? max(60_000_000, 10 * clause.every)) * 1000
    settings.keep = clause.keep
    settings.mostFailures = clause.maximumFailures
    if let most = file.mostRestarts { settings.mostRestarts = most }
    if let within = file.restartsWithin { settings.restartsWithin = within * 1000 }
    return settings
  }

  // MARK: Stages

  func stage(_ index: Int) -> StagePlan {
    let name = stages[index].name.value
    switch stages[index].body {
    case .source(let source):
      return StagePlan(
        name: name,
        role: .source(plan(source, index)),
        processes: source.processes?.value ?? 1,
        ports: [sourcePort(.main, index), sourcePort(.rejected, index)].compactMap { $0 }
      )
    case .stateless(let body): return statelessStage(body, index)
    case .keyed(let body): return keyedStage(body, index)
    case .sink(let sink):
      return StagePlan(
        name: name,
        role: .sink(SinkPlan(connector: connector(sink), delivery: delivery(sink))),
        processes: sink.processes?.value ?? 1
      )
    }
  }

  func plan(_ source: SourceStage, _ index: Int) -> SourcePlan {
    let schema = Schema(
      source.fields.map { Field($0.value.name, $0.value.type) },
      eventTime: source.eventTime.flatMap { event in
        source.fields.firstIndex { $0.value.name == event.value }
      }
    )
    let port = PortReference(stage: index, kind: .main)
    let columns = needed.columns(of: port, in: stages[index].ports[.main] ?? schema)
    var time = TimePlan(isEventTime: source.eventTime != nil)
    time.lag = source.lag
    time.idleAfter = source.idleAfter
    time.maxAhead = source.maxAhead
    return SourcePlan(
      schema: schema,
      needed: columns.filter { $0 < schema.fields.count },
      time: time,
      onBadRecord: source.onBadRecord,
      rate: source.rate,
      connector: source.connector.value
    )
  }

  func sourcePort(_ kind: PortKind, _ index: Int) -> PortPlan? {
    guard let whole = stages[index].ports[kind] else { return nil }
    let port = PortReference(stage: index, kind: kind)
    // Bad records are rare: their port has all its columns.
    let schema = kind == .main ? needed.schema(of: port, in: whole) : whole
    let outlets = outlets(of: port, from: schema, host: index)
    if kind != .main, outlets.isEmpty { return nil }
    return PortPlan(kind, schema: schema, outlets: outlets)
  }

  func connector(_ sink: SinkStage) -> SinkConnector {
    guard case .file(var plan) = sink.connector.value else { return sink.connector.value }
    plan.isSinglePart = isBounded && (sink.processes?.value ?? 1) == 1 && !plan.path.hasSuffix("/")
    return .file(plan)
  }

  /// What the sink promises: what is printed cannot be taken back.
  ///
  /// Without checkpoints there is one epoch, and all sinks show it at the end or none does: nothing
  /// is left to choose.
  func delivery(_ sink: SinkStage) -> Delivery {
    switch sink.connector.value {
    case .standardOutput: return .atLeastOnce
    case .discard: return .exactlyOnce
    case .file:
      guard checkpoints != nil else { return .exactlyOnce }
      return switch sink.delivery?.value {
      case .exactlyOnce, nil: .exactlyOnce
      case .atLeastOnce: .atLeastOnce
      case .atMostOnce: .atMostOnce
      }
    }
  }

  /// True if every source comes to an end.
  var isBounded: Bool {
    file.sources.allSatisfy { source in
      switch source.connector.value {
      case .file(let plan): !plan.follow
      case .generate(let plan): plan.rows != nil
      }
    }
  }

  func statelessStage(_ body: CheckedStage.StatelessBody, _ index: Int) -> StagePlan {
    let name = stages[index].name.value
    guard !stages[index].isInlined else {
      return StagePlan(
        name: name,
        role: .stateless(StatelessPlan(work: nil)),
        processes: 0,
        onError: body.stage.onError
      )
    }
    let processes = body.stage.processes?.value ?? 1
    let main = PortReference(stage: index, kind: .main)
    let output = needed.schema(of: main, in: stages[index].ports[.main] ?? Schema([]))
    var work: RowWorkPlan?
    if processes > 1 {
      // Several processes are wanted for the work: it is done in them, on the columns it needs.
      let arriving = arrivingSchema(body, index)
      work = statelessWork(
        body,
        index,
        input: nil,
        physical: arriving,
        host: index,
        counting: .whole
      )
    }
    return StagePlan(
      name: name,
      role: .stateless(StatelessPlan(work: work)),
      processes: processes,
      ports: [
        PortPlan(.main, schema: output, outlets: outlets(of: main, from: output, host: index))
      ],
      onError: body.stage.onError
    )
  }

  /// The columns that the work of a stage with several processes needs of its input.
  func arrivingSchema(_ body: CheckedStage.StatelessBody, _ index: Int) -> Schema {
    let input = stages[index].input
    let main = PortReference(stage: index, kind: .main)
    var used = Array(repeating: false, count: input.fields.count)
    for condition in body.conditions { for column in condition.columnsUsed { used[column] = true } }
    for number in needed.columns(of: main, in: stages[index].ports[.main] ?? Schema([])) {
      for column in body.outputs[number].expression.columnsUsed { used[column] = true }
    }
    let errors = PortReference(stage: index, kind: .errors)
    for column in needed.columns(of: errors, in: input) { used[column] = true }
    let poison = PortReference(stage: index, kind: .poison)
    for column in needed.columns(of: poison, in: input) { used[column] = true }
    let columns = input.fields.indices.filter { used[$0] }
    return Schema(
      columns.map { input.fields[$0] },
      eventTime: input.eventTime.flatMap { columns.firstIndex(of: $0) }
    )
  }

  func keyedStage(_ body: CheckedStage.KeyedBody, _ index: Int) -> StagePlan {
    let name = stages[index].name.value
    let travel = KeyedTravel(body, stages[index].input, aside: asideColumns(index))
    let main = PortReference(stage: index, kind: .main)
    let whole = stages[index].ports[.main] ?? Schema([])
    let output = needed.schema(of: main, in: whole)
    let updates = PortReference(stage: index, kind: .updates)
    let chosen = whole.fields.indices.filter {
      needed.columns(of: main, in: whole).contains($0)
        || needed.columns(of: updates, in: whole).contains($0)
    }
    let columns = chosen.map { body.outputs[$0] }
    let schema =
      chosen.count == output.fields.count
      ? output
      : Schema(
        chosen.map { whole.fields[$0] },
        eventTime: whole.eventTime.flatMap { chosen.firstIndex(of: $0) }
      )
    var results = rowWork(
      columns,
      conditions: [],
      input: body.result,
      output: schema,
      stage: index,
      onError: body.stage.onError,
      counting: .none
    ) { $0 }
    results.errors = errorsPort(index, input: body.result, host: index)
    let plan = KeyedPlan(
      window: body.window,
      aggregates: travel.aggregates,
      key: Array(body.key.indices),
      input: travel.schema,
      having: body.having,
      results: results,
      earlyEvery: body.earlyEvery,
      combine: body.stage.combine?.value ?? .auto,
      outline: body.outline
    )
    var ports = [
      PortPlan(.main, schema: schema, outlets: outlets(of: main, from: schema, host: index))
    ]
    let marked = outlets(of: updates, from: schema, host: index) + sinkOutlets(main, schema, index)
    if !marked.isEmpty { ports.append(PortPlan(.updates, schema: schema, outlets: marked)) }
    if let port = latePort(index, travel.schema) { ports.append(port) }
    if let port = results.errors { ports.append(port) }
    if let port = poisonPort(index, input: travel.schema, host: index) { ports.append(port) }
    return StagePlan(
      name: name,
      role: .keyed(plan),
      processes: body.stage.processes?.value ?? 1,
      ports: ports,
      onError: body.stage.onError
    )
  }

  /// Sinks see marked rows too, beside the on-time ones.
  func sinkOutlets(
    _ main: PortReference,
    _ schema: Schema,
    _ host: Int
  ) -> [OutletPlan] {
    graph.readers(of: main).compactMap { reader in
      guard case .sink = stages[reader.stage].body else { return nil }
      return outlet(reader, from: schema, host: host)
    }
  }

  /// The columns of its input that readers of a keyed operator's late and poisonous rows want.
  func asideColumns(_ index: Int) -> [Int] {
    let wanted = [PortKind.late, .poison].map { kind in
      needed.columns(of: PortReference(stage: index, kind: kind), in: stages[index].input)
    }
    return stages[index].input.fields.indices.filter { column in
      wanted.contains { $0.contains(column) }
    }
  }

  func latePort(_ index: Int, _ travel: Schema) -> PortPlan? {
    let port = PortReference(stage: index, kind: .late)
    let schema = Schema(
      travel.fields + [Field("lateness", .duration)],
      eventTime: travel.eventTime
    )
    let outlets = outlets(of: port, from: schema, host: index)
    return outlets.isEmpty ? nil : PortPlan(.late, schema: schema, outlets: outlets)
  }

  func errorsPort(_ index: Int, input: Schema, host: Int) -> PortPlan? {
    let port = PortReference(stage: index, kind: .errors)
    let schema = Schema(
      input.fields + [Field("error", .string), Field("expression", .string)],
      eventTime: input.eventTime
    )
    let outlets = outlets(of: port, from: schema, host: host)
    return outlets.isEmpty ? nil : PortPlan(.errors, schema: schema, outlets: outlets)
  }

  func poisonPort(_ index: Int, input: Schema, host: Int) -> PortPlan? {
    let port = PortReference(stage: index, kind: .poison)
    let schema = Schema(
      input.fields + [Field("error", .string)],
      eventTime: input.eventTime
    )
    let outlets = outlets(of: port, from: schema, host: host)
    return outlets.isEmpty ? nil : PortPlan(.poison, schema: schema, outlets: outlets)
  }

  // MARK: Edges

  func edge(
    _ reader: StageGraph.Reader,
    _ schema: Schema,
    _ partitioning: EdgePlan.Partitioning,
    host: Int
  ) -> EdgeIndex {
    if let known = edgeOf[reader.stage][reader.input] {
      if !edges[known].senders.contains(host) {
        edges[known].senders.append(host)
        edges[known].senders.sort()
      }
      return known
    }
    let index = edges.count
    edges.append(
      EdgePlan(
        from: graph.inputs[reader.stage][reader.input].text,
        senders: [host],
        to: reader.stage,
        schema: schema,
        partitioning: partitioning
      )
    )
    edgeOf[reader.stage][reader.input] = index
    return index
  }
}
