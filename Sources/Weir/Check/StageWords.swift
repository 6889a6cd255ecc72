import WeirColumns
import WeirCore
import WeirTopology

/// What stages do, in the words of the file.
struct StageWords {
  private let file: TopologyFile

  init(_ file: TopologyFile) { self.file = file }

  /// A line for each thing that the stage does.
  func lines(of stage: StagePlan) -> [String] {
    switch stage.role {
    case .source(let plan): return source(plan)
    case .sink(let plan): return [Self.sink(plan.connector)]
    case .stateless:
      return written(stage).map { operation($0) } ?? []
    case .keyed(let plan):
      guard let written = written(stage) else { return [] }
      return operation(written) + Self.combining(plan, isWritten: written.combine != nil)
    }
  }

  private func written(_ stage: StagePlan) -> OperatorStage? {
    file.operators.first { $0.name.value == stage.name }
  }

  /// What becomes of rows on their way to an operator, unless it is plain that they are sent.
  private static func combining(_ plan: KeyedPlan, isWritten: Bool) -> [String] {
    let name = "combine \(plan.combine.rawValue)"
    switch plan.combine {
    case .never: return [name]
    case .always: return ["\(name): senders add rows up by key and window"]
    case .auto:
      guard let obstacle = CombinedForm.obstacle(plan.window, plan.aggregates) else {
        return ["\(name): senders add rows up of which they have many of a key and window"]
      }
      return isWritten ? ["\(name): rows are sent, since \(obstacle)"] : []
    }
  }

  private func source(_ plan: SourcePlan) -> [String] {
    var lines: [String] = []
    switch plan.connector {
    case .file(let file):
      lines.append("reads \(file.path) as \(Self.word(file.format))")
      if file.follow { lines.append("waits for more, also for new files") }
    case .generate(let generate):
      let rows = generate.rows.map { "\(NumberText.count(UInt64($0))) rows" } ?? "rows for ever"
      lines.append("makes \(rows) from seed \(generate.seed)")
    }
    if let rate = plan.rate { lines.append("at \(NumberText.rate(rate)) rows/s") }
    if plan.time.isEventTime, let index = plan.schema.eventTime {
      let name = plan.schema.fields[index].name
      lines.append("event time \(name), watermark \(NumberText.span(plan.time.lag)) behind it")
    } else {
      lines.append("event time is when a row is read")
    }
    let needed = plan.needed.count
    let all = plan.schema.fields.count
    if needed < all { lines.append("\(needed) of \(all) columns are needed and read") }
    lines.append("a bad record: \(plan.onBadRecord.rawValue)")
    return lines
  }

  private func operation(_ stage: OperatorStage) -> [String] {
    var lines = stage.bindings.map { "let \($0.name.value) = \($0.expression.text)" }
    if let condition = stage.condition { lines.append("where \(condition.text)") }
    if !stage.key.isEmpty {
      lines.append("key \(stage.key.map(\.value).joined(separator: ", "))")
    }
    if let window = stage.window { lines.append(Self.words(window)) }
    lines += stage.aggregates.map { "\($0.name.value) = \($0.expression.text)" }
    if let having = stage.having { lines.append("having \(having.text)") }
    switch stage.select {
    case .columns(let columns):
      lines.append("select \(columns.map(\.value).joined(separator: ", "))")
    case .expressions(let columns):
      lines += columns.map { "select \($0.name.value) = \($0.expression.text)" }
    case nil: break
    }
    return lines
  }

  private static func words(_ window: OperatorStage.WindowClause) -> String {
    var text: String
    switch window.shape {
    case .tumbling(let size, let offset):
      text = "window of \(span(size))" + (offset == 0 ? "" : ", offset \(span(offset))")
    case .sliding(let size, let every, let offset):
      text =
        "window of \(span(size)) every \(span(every))"
        + (offset == 0 ? "" : ", offset \(span(offset))")
    case .session(let gap): text = "session with gaps of \(span(gap))"
    case .running: text = "the total so far"
    }
    if window.allowedLateness > 0 { text += ", open \(span(window.allowedLateness)) longer" }
    if let early = window.earlyEvery { text += ", early results every \(span(early))" }
    return text
  }

  /// A connector in a few words.
  static func sink(_ connector: SinkConnector) -> String {
    switch connector {
    case .file(let file): "writes \(file.path) as \(word(file.format))"
    case .standardOutput(let format): "prints \(word(format)) on standard output"
    case .discard: "counts and drops"
    }
  }

  private static func span(_ microseconds: Int64) -> String { DurationText.text(microseconds) }

  private static func word(_ format: RecordFormat) -> String {
    switch format {
    case .json: "JSON lines"
    case .csv: "CSV"
    }
  }

  private static func word(_ format: SinkFormat) -> String {
    switch format {
    case .json: "JSON lines"
    case .csv: "CSV"
    }
  }
}
