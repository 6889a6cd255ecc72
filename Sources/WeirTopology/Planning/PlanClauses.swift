import WeirColumns
import WeirCore
import WeirExpressions

/// Says clause by clause what a topology's state and output depend on.
///
/// Left out is what may differ from one run to the next that goes on with its state: `description`,
/// `checkpoints`, `restarts`, `batch`, the `rate` of a source, the `processes` of operators and of
/// sources that read listed files; and how the file is laid out.
struct PlanClauses {
  private let base: String
  private var clauses: [PlanClause] = []
  private var stage = ""

  /// The clauses of a file whose relative paths are relative to `base`; `stages` are those of the plan,
  /// in its order.
  static func of(_ file: TopologyFile, base: String, stages: [StagePlan]) -> [PlanClause] {
    var clauses = PlanClauses(base: base)
    clauses.add("name", file.name.value)
    clauses.add("key_groups", "\(file.keyGroups?.value ?? Limits.keyGroups)")
    // Counters and lists of files are kept by the number of the stage.
    clauses.add("stages", list(stages.map(\.name)))
    for source in file.sources { clauses.add(source) }
    for stage in file.operators { clauses.add(stage) }
    for (sink, plan) in file.sinks.compactMap({ sink in
      stages.first { $0.name == sink.name.value }.map { (sink, $0) }
    }) {
      clauses.add(sink, plan)
    }
    for stage in stages where !stage.role.canBeDealtAnew {
      clauses.stage = stage.name
      clauses.add("processes", "\(stage.processes)")
    }
    return clauses.clauses
  }

  private init(base: String) { self.base = base.hasSuffix("/") ? base : base + "/" }

  private mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    clauses.append(PlanClause(stage, name, value))
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// A folder that was moved as a whole holds the same run.
  private func path(_ path: String) -> String {
    path.hasPrefix(base) ? String(path.dropFirst(base.count)) : path
  }

  private static func span(_ microseconds: Int64) -> String { DurationText.text(microseconds) }

  // MARK: Sources

  private mutating func add(_ source: SourceStage) {
    stage = source.name.value
    switch source.connector.value {
    case .file(let file):
      add("file.path", path(file.path))
      add("file.follow", "\(file.follow)")
      add("format", Self.words(file.format))
      add("schema", Self.list(file.fields.map { Self.words($0) }))
    case .generate(let generate):
      add("generate.rows", generate.rows.map { "\($0)" } ?? "for ever")
      add("generate.seed", "\(generate.seed)")
      add("generate.columns", Self.list(generate.columns.map(\.name)))
      for column in generate.columns {
        add("generate.columns.\(column.name)", Self.words(column))
      }
    }
    add("event_time", source.eventTime?.value)
    add("watermark.lag", Self.span(source.lag))
    add("watermark.idle_after", source.idleAfter.map { Self.span($0) })
    add("watermark.max_ahead", source.maxAhead.map { Self.span($0) })
    add("on_bad_record", source.onBadRecord.rawValue)
  }

  private static func words(_ format: RecordFormat) -> String {
    switch format {
    case .json: "json"
    case .csv(let header, let delimiter, let nulls): csv(header, delimiter, nulls)
    }
  }

  private static func csv(_ header: Bool, _ delimiter: UInt8, _ nulls: String) -> String {
    "csv, header \(header), delimiter \(delimiter), nulls '\(nulls)'"
  }

  private static func words(_ field: FieldPlan) -> String {
    let path = field.path == [field.name] ? "" : " at \(field.path.joined(separator: "."))"
    let unit = field.type == .timestamp ? " in \(field.unit.rawValue)" : ""
    return "\(field.name) \(field.type)\(path)\(unit)"
  }

  private static func words(_ column: GeneratePlan.ColumnPlan) -> String {
    let kind: String =
      switch column.kind {
      case .sequence(let format): "sequence '\(format)'"
      case .pick(let format, let count, let skew): "pick '\(format)', \(count), skew \(skew)"
      case .weights(let weights):
        "weights " + list(weights.map { "'\($0.value)' \($0.weight)" })
      case .uniform(let low, let high): "uniform \(low) to \(high)"
      case .normal(let mean, let deviation): "normal \(mean), \(deviation)"
      case .lognormal(let median, let sigma): "lognormal \(median), \(sigma)"
      case .clock(let clock):
        "clock from \(clock.start.map { "\($0)" } ?? "the start"), \(clock.rowsPerSecond) a second, "
          + "disorder \(span(clock.disorder)), late \(clock.lateFraction) by "
          + "\(span(clock.lateLow)) to \(span(clock.lateHigh))"
      }
    let least = column.minimum.map { ", min \($0)" } ?? ""
    let most = column.maximum.map { ", max \($0)" } ?? ""
    return "\(column.type), \(kind)\(least)\(most), nulls \(column.nulls)"
  }

  // MARK: Operators

  private mutating func add(_ operation: OperatorStage) {
    stage = operation.name.value
    add("from", Self.list(operation.from.map(\.value)))
    add("tag", operation.tag?.value)
    add("let", operation.bindings)
    add("where", operation.condition.map { Self.canonical($0) })
    if !operation.key.isEmpty { add("key", Self.list(operation.key.map(\.value))) }
    if let window = operation.window {
      add("window", Self.words(window.shape))
      add("window.allowed_lateness", Self.span(window.allowedLateness))
      add("window.early", window.earlyEvery.map { Self.span($0) })
    }
    add("aggregate", operation.aggregates)
    add("having", operation.having.map { Self.canonical($0) })
    switch operation.select {
    case .columns(let columns): add("select", Self.list(columns.map(\.value)))
    case .expressions(let columns): add("select", columns)
    case nil: break
    }
    add("on_error", operation.onError.rawValue)
  }

  private mutating func add(_ name: String, _ expressions: [NamedExpression]) {
    guard !expressions.isEmpty else { return }
    add(name, Self.list(expressions.map(\.name.value)))
    for expression in expressions {
      add("\(name).\(expression.name.value)", Self.canonical(expression.expression))
    }
  }

  /// The expression however it is spaced.
  private static func canonical(_ expression: ExpressionText) -> String {
    var faults: [ExpressionFault] = []
    let node = Parser.parse(expression.text, faults: &faults)
    return faults.isEmpty ? "\(node)" : expression.text
  }

  private static func words(_ shape: WindowSpec.Shape) -> String {
    switch shape {
    case .tumbling(let size, let offset): "tumbling \(span(size)), offset \(span(offset))"
    case .sliding(let size, let every, let offset):
      "sliding \(span(size)) every \(span(every)), offset \(span(offset))"
    case .session(let gap): "session of \(span(gap))"
    case .running: "running"
    }
  }

  // MARK: Sinks

  private mutating func add(_ sink: SinkStage, _ plan: StagePlan) {
    stage = sink.name.value
    add("from", Self.list(sink.from.map(\.value)))
    add("tag", sink.tag?.value)
    switch sink.connector.value {
    case .file(let file):
      add("file.path", path(file.path))
      add("format", Self.words(file.format))
    case .standardOutput(let format):
      add("stdout", "yes")
      add("format", Self.words(format))
    case .discard: add("discard", "yes")
    }
    if case .sink(let planned) = plan.role { add("delivery", planned.delivery.words) }
  }

  private static func words(_ format: SinkFormat) -> String {
    switch format {
    case .json: "json"
    case .csv(let header, let delimiter, let nulls): csv(header, delimiter, nulls)
    }
  }
}

extension Delivery {
  /// As it stands in a file.
  fileprivate var words: String {
    switch self {
    case .exactlyOnce: SinkStage.Delivery.exactlyOnce.rawValue
    case .atLeastOnce: SinkStage.Delivery.atLeastOnce.rawValue
    case .atMostOnce: SinkStage.Delivery.atMostOnce.rawValue
    }
  }
}
