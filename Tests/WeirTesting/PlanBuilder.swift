import WeirColumns
import WeirCore
import WeirExpressions

/// Puts plans together by hand, as WeirTopology would from a file.
///
/// Stages are added in topological order; what an added stage returns is what later ones read.
package struct PlanBuilder {
  /// A port of a stage that was added.
  package struct Stream: Sendable {
    package let stage: StageIndex
    package let kind: PortKind
    package let schema: Schema
  }

  /// One reader of a port.
  private struct Reader {
    var work: RowWorkPlan?
    /// Nil: the reader is a stage that runs here.
    var edge: EdgeIndex?
    var stage: StageIndex
  }

  private struct Port {
    var kind: PortKind
    var schema: Schema
    var readers: [Reader] = []
  }

  private struct Draft {
    var plan: StagePlan
    /// The stage in whose process it runs.
    var host: StageIndex
    var ports: [Port]
  }

  private let name: String
  private let keyGroups: Int
  package var batch: BatchSettings
  private var drafts: [Draft] = []
  private var edges: [EdgePlan] = []
  /// What each stage reads, as an audit has to know it.
  package private(set) var links: [AuditLink] = []

  package init(name: String = "test", keyGroups: Int = 16, batch: BatchSettings = .init()) {
    self.name = name
    self.keyGroups = keyGroups
    self.batch = batch
  }

  // MARK: Stages

  /// Adds a source whose rows have that schema, with its event time; one of generated rows reads its
  /// partitions in turn.
  @discardableResult
  package mutating func source(
    _ name: String,
    _ schema: Schema,
    lag: Int64 = 0,
    idleAfter: Int64? = nil,
    rate: Double? = nil,
    onBadRecord: BadRecordPolicy = .divert,
    processes: Int = 1,
    follow: Bool = false,
    isGenerated: Bool = false
  ) -> Stream {
    var time = TimePlan(isEventTime: true)
    time.lag = lag
    time.idleAfter = idleAfter
    let file = FileSourcePlan(path: "", follow: follow, format: .json, fields: [])
    let generate = GeneratePlan(rows: 0, seed: 0, columns: [])
    let plan = SourcePlan(
      schema: schema,
      needed: Array(schema.fields.indices),
      time: time,
      onBadRecord: onBadRecord,
      rate: rate,
      connector: isGenerated ? .generate(generate) : .file(file)
    )
    return add(name, .source(plan), processes, output: schema)
  }

  /// Adds an operator without state: `filter`, then the chosen columns.
  ///
  /// `pushed`: the senders do its work. With 0 processes it runs whole in its only sender.
  @discardableResult
  package mutating func stateless(
    _ name: String,
    from: [Stream],
    where filter: String? = nil,
    columns: [String]? = nil,
    pushed: Bool = false,
    onError: ErrorPolicy = .fail,
    processes: Int = 1
  ) -> Stream {
    let stage = drafts.count
    guard let input = from.first?.schema else { preconditionFailure("'\(name)' reads nothing") }
    let work = work(
      stage,
      input,
      filter,
      columns,
      onError,
      counting: !pushed || processes == 0 ? .whole : .input
    )
    let isSent = pushed || processes == 0
    let stream = add(
      name,
      .stateless(StatelessPlan(work: isSent ? nil : work)),
      processes,
      output: work.outputSchema
    )
    drafts[stage].plan.onError = onError
    if processes == 0, let only = from.first {
      precondition(from.count == 1, "'\(name)' has no process and several inputs")
      drafts[stage].host = drafts[only.stage].host
      read(only, Reader(work: work, edge: nil, stage: stage))
    } else {
      for input in from {
        connect(input, to: stage, isSent ? work : nil, partitioning: .deal)
      }
    }
    return stream
  }

  /// Adds an operator with windows; its `where` is pushed up to its senders.
  @discardableResult
  package mutating func window(
    _ name: String,
    from: [Stream],
    where filter: String? = nil,
    key: [String],
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec],
    having: String? = nil,
    earlyEvery: Int64? = nil,
    onError: ErrorPolicy = .fail,
    processes: Int = 1
  ) -> Stream {
    let stage = drafts.count
    guard let input = from.first?.schema else { preconditionFailure("'\(name)' reads nothing") }
    let work = work(stage, input, filter, nil, onError, counting: .input)
    let columns = key.map { column($0, of: input) }
    var keyed = KeyedPlan(
      window: window,
      aggregates: aggregates,
      key: columns,
      input: input,
      having: nil,
      results: work,
      earlyEvery: earlyEvery
    )
    let result = keyed.makeOperator(keyGroups: keyGroups, name: name).output
    keyed.having = having.map { condition($0, over: result) }
    keyed.results = self.work(stage, result, nil, nil, onError, counting: .none)
    let stream = add(name, .keyed(keyed), processes, output: result)
    drafts[stage].plan.onError = onError
    for input in from { connect(input, to: stage, work, partitioning: .key(columns)) }
    return stream
  }

  /// Adds a sink.
  package mutating func sink(
    _ name: String,
    from: [Stream],
    connector: SinkConnector = .discard,
    delivery: Delivery = .exactlyOnce,
    processes: Int = 1
  ) {
    let stage = drafts.count
    let plan = SinkPlan(connector: connector, delivery: delivery)
    _ = add(name, .sink(plan), processes, output: nil)
    for input in from { connect(input, to: stage, nil, partitioning: .deal) }
  }

  // MARK: Ports

  /// The rows of a keyed operator that came too late.
  package mutating func late(_ stream: Stream) -> Stream {
    guard case .keyed(let plan) = drafts[stream.stage].plan.role else {
      preconditionFailure("'\(drafts[stream.stage].plan.name)' has no late rows")
    }
    let schema = Schema(
      plan.input.fields + [Field("lateness", .duration)],
      eventTime: plan.input.eventTime
    )
    return port(.late, of: stream.stage, schema)
  }

  /// Results of windows that had fired, and preliminary ones.
  package mutating func updates(_ stream: Stream) -> Stream {
    port(.updates, of: stream.stage, stream.schema)
  }

  /// Results of a keyed operator that failed, or kill it.
  package mutating func errors(_ stream: Stream) -> Stream {
    let schema = Schema(
      stream.schema.fields + [Field("error", .string), Field("expression", .string)],
      eventTime: stream.schema.eventTime
    )
    return port(.errors, of: stream.stage, schema)
  }

  /// Records of a source that are no rows.
  package mutating func rejected(_ stream: Stream) -> Stream {
    let schema = Schema(
      [
        Field("raw", .string), Field("error", .string), Field("position", .string),
        Field(Schema.hiddenTimeName, .timestamp),
      ],
      eventTime: 3
    )
    return port(.rejected, of: stream.stage, schema)
  }

  private mutating func port(_ kind: PortKind, of stage: StageIndex, _ schema: Schema) -> Stream {
    if !drafts[stage].ports.contains(where: { $0.kind == kind }) {
      drafts[stage].ports.append(Port(kind: kind, schema: schema))
    }
    return Stream(stage: stage, kind: kind, schema: schema)
  }

  // MARK: The plan

  /// The plan of all that was added.
  package func plan() -> JobPlan {
    let stages = drafts.indices.map { index in
      var stage = drafts[index].plan
      if stage.processes > 0 {
        stage.ports = drafts[index].ports.map { port in
          PortPlan(port.kind, schema: port.schema, outlets: outlets(of: port))
        }
      }
      return stage
    }
    return JobPlan(
      name: name,
      batch: batch,
      keyGroups: keyGroups,
      stages: stages,
      edges: edges,
      fingerprint: 7
    )
  }

  private func outlets(of port: Port) -> [OutletPlan] {
    port.readers.map { reader in
      if let edge = reader.edge { return OutletPlan(work: reader.work, target: .edge(edge)) }
      let inner = drafts[reader.stage].ports.first { $0.kind == .main }
      return OutletPlan(
        work: reader.work,
        target: .outlets(inner.map { outlets(of: $0) } ?? [])
      )
    }
  }

  // MARK: Parts

  private mutating func add(
    _ name: String,
    _ role: StageRole,
    _ processes: Int,
    output: Schema?
  ) -> Stream {
    let stage = drafts.count
    drafts.append(
      Draft(
        plan: StagePlan(name: name, role: role, processes: processes),
        host: stage,
        ports: output.map { [Port(kind: .main, schema: $0)] } ?? []
      )
    )
    return Stream(stage: stage, kind: .main, schema: output ?? Schema([]))
  }

  private mutating func connect(
    _ stream: Stream,
    to stage: StageIndex,
    _ work: RowWorkPlan?,
    partitioning: EdgePlan.Partitioning
  ) {
    let host = drafts[stream.stage].host
    let suffix = stream.kind == .main ? "" : ".\(stream.kind.rawValue)"
    edges.append(
      EdgePlan(
        from: drafts[stream.stage].plan.name + suffix,
        senders: [host],
        to: stage,
        schema: work?.outputSchema ?? stream.schema,
        partitioning: partitioning
      )
    )
    drafts[stage].plan.inputs.append(edges.count - 1)
    read(stream, Reader(work: work, edge: edges.count - 1, stage: stage))
  }

  private mutating func read(_ stream: Stream, _ reader: Reader) {
    // As in a file, where a sink that reads an operator is given its updates beside its results.
    let main = AuditLink(from: stream.stage, port: .main, to: reader.stage)
    if stream.kind != .updates || !links.contains(main) {
      links.append(AuditLink(from: stream.stage, port: stream.kind, to: reader.stage))
    }
    for index in drafts[stream.stage].ports.indices
    where drafts[stream.stage].ports[index].kind == stream.kind {
      drafts[stream.stage].ports[index].readers.append(reader)
    }
  }

  private func work(
    _ stage: StageIndex,
    _ input: Schema,
    _ filter: String?,
    _ names: [String]?,
    _ onError: ErrorPolicy,
    counting: RowWorkPlan.Counting
  ) -> RowWorkPlan {
    let output = names.map { $0.map { column($0, of: input) } } ?? Array(input.fields.indices)
    let time = input.eventTime.flatMap { output.firstIndex(of: $0) }
    return RowWorkPlan(
      stage: stage,
      input: input,
      computed: [],
      filters: filter.map { [condition($0, over: input)] } ?? [],
      output: output,
      outputSchema: Schema(output.map { input.fields[$0] }, eventTime: time),
      onError: onError,
      counting: counting
    )
  }

  private func column(_ name: String, of schema: Schema) -> Int {
    guard let index = schema.index(of: name) else {
      preconditionFailure("no column '\(name)' in \(schema.fields)")
    }
    return index
  }

  private func condition(_ text: String, over schema: Schema) -> TypedExpression {
    var faults: [ExpressionFault] = []
    guard
      let condition = Checker(ColumnScope(schema)).checkCondition(text, faults: &faults)
    else { preconditionFailure("'\(text)': \(faults)") }
    return condition
  }
}
