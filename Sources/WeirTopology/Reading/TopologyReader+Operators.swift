import WeirColumns
import WeirCore

/// Operators.
extension TopologyReader {
  mutating func operatorStage(
    named name: Located<String>,
    _ node: DocumentNode
  ) -> OperatorStage? {
    let subject = "operator '\(name.value)'"
    let lackedNames = lacksNames
    lacksNames = false
    defer { lacksNames = lacksNames || lackedNames }
    guard let map = mapReading(node, .operator, subject: subject, at: name.location) else {
      lacksNames = true
      return nil
    }
    var stage = OperatorStage(name: name)
    stage.from = streams(map)
    stage.bindings = expressions("let", map)
    stage.condition = expression("where", map)
    stage.key = columns("key", map)
    stage.window = map["window"].flatMap { window($0, map) }
    stage.aggregates = expressions("aggregate", map)
    stage.having = expression("having", map)
    stage.select = selection(map)
    stage.processes = integer("processes", map)
    stage.renamedFrom = formerName(map)
    if let word = word("on_error", map), let policy = ErrorPolicy(rawValue: word.value) {
      stage.onError = policy
    }
    if let word = word("combine", map), let mode = CombineMode(rawValue: word.value) {
      stage.combine = Located(mode, at: word.location)
    }
    stage.tag = newColumn("tag", map)
    reportConflicts(map)
    if stage.from.isEmpty { lacksNames = true }
    return stage
  }

  /// Clauses that mean nothing without another one, unless that one may be there, unreadable.
  private mutating func reportConflicts(_ map: MapReading) {
    guard !map.has("aggregate"), !lacksNames else { return }
    if let window = map["window"] {
      report(
        .clauseConflict,
        window.key.location,
        "\(map.subject) has a 'window' and no 'aggregate'",
        hint: "say what to make of the rows of a window, such as 'aggregate: { n: count() }'"
      )
      lacksNames = true
    }
    if let combine = map["combine"] {
      report(
        .clauseConflict,
        combine.key.location,
        "\(map.subject) has a 'combine' and no 'aggregate'",
        hint: "leave it out: rows that nothing is made of are sent as they are"
      )
    }
    if let having = map["having"] {
      report(
        .clauseConflict,
        having.key.location,
        "\(map.subject) has a 'having' and no 'aggregate'",
        hint: "'having' filters the results of 'aggregate': use 'where' for rows"
      )
    }
  }

  private mutating func window(
    _ entry: DocumentEntry,
    _ stage: MapReading
  ) -> OperatorStage.WindowClause? {
    let subject = "'window' of \(stage.subject)"
    guard let map = mapReading(entry, .window, subject: subject) else { return nil }
    guard let shape = windowShape(map) else {
      lacksNames = true
      return nil
    }
    var clause = OperatorStage.WindowClause(shape, at: entry.key.location)
    clause.allowedLateness = duration("allowed_lateness", map)?.value ?? 0
    clause.earlyEvery = duration("early", map)?.value
    return clause
  }

  private mutating func windowShape(_ map: MapReading) -> WindowSpec.Shape? {
    let shapes = ["tumbling", "sliding", "session"].filter { map.has($0) }
    guard shapes.count == 1 else {
      let place = shapes.count > 1 ? map[shapes[1]]?.key.location ?? map.location : map.location
      report(
        .badWindow,
        place,
        shapes.isEmpty
          ? "\(map.subject) has no shape" : "\(map.subject) has several shapes: \(shapes.list)",
        hint: "give it one of 'tumbling', 'sliding' and 'session'"
      )
      return nil
    }
    reportStrayOptions(shapes[0], map)
    let offset = duration("offset", map)?.value ?? 0
    switch shapes[0] {
    case "tumbling":
      return duration("tumbling", map).map { .tumbling(size: $0.value, offset: offset) }
    case "session":
      return duration("session", map).map { .session(gap: $0.value) }
    default:
      return slidingShape(map, offset: offset)
    }
  }

  private mutating func reportStrayOptions(_ shape: String, _ map: MapReading) {
    if shape != "sliding", let every = map["every"] {
      report(
        .badWindow,
        every.key.location,
        "'every' does not go with '\(shape)'",
        hint: "it is an option of 'sliding'"
      )
    }
    if shape == "session", let offset = map["offset"] {
      report(
        .badWindow,
        offset.key.location,
        "'offset' does not go with 'session'",
        hint: "a session begins with its first row"
      )
    }
  }

  private mutating func slidingShape(_ map: MapReading, offset: Int64) -> WindowSpec.Shape? {
    let size = duration("sliding", map)
    guard map.has("every") else {
      report(
        .badWindow,
        map["sliding"]?.key.location ?? map.location,
        "'sliding' has no 'every'",
        hint: "say how often a window starts, such as 'every: 1m'"
      )
      return nil
    }
    guard let every = duration("every", map), let size else { return nil }
    guard size.value >= every.value, size.value % every.value == 0 else {
      report(
        .badWindow,
        size.location,
        "'sliding' is \(DurationText.text(size.value)), no multiple of 'every', "
          + DurationText.text(every.value),
        hint: "write a multiple of \(DurationText.text(every.value))"
      )
      return nil
    }
    guard size.value / every.value <= Int64(WindowLimits.panesOfWindow) else {
      report(
        .badWindow,
        every.location,
        "a window of \(DurationText.text(size.value)) would start every "
          + "\(DurationText.text(every.value))",
        hint: "'sliding' is at most \(WindowLimits.panesOfWindow) times 'every'"
      )
      return nil
    }
    return .sliding(size: size.value, every: every.value, offset: offset)
  }
}
