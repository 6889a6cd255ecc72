import WeirCore

// Outlines of stages, field by field: the names are the format.

extension StageOutline {
  var json: JSONValue {
    .object([
      "name": .text(name), "kind": .text(kind.rawValue), "processes": .number(processes),
      "connector": connector.map { .text($0.rawValue) } ?? .null,
      "format": format.map { .text($0) } ?? .null,
      "event_time": eventTime.map { .text($0) } ?? .null,
      "columns": .list(columns.map { .text($0) }),
      "folder": folder.map { .text($0) } ?? .null,
      "state": state.map { .text($0.text) } ?? .null,
      "calls": .list(aggregates.calls.map { .text($0) }),
      "aggregates": .list(aggregates.columns.map(\.json)),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    self.init(
      try fields.text("name"),
      try fields.word("kind"),
      processes: try fields.integer("processes")
    )
    if fields.optional("connector") != nil { connector = try fields.word("connector") }
    format = try fields.optionalText("format")
    eventTime = try fields.optionalText("event_time")
    columns = try fields.texts("columns")
    folder = try fields.optionalText("folder")
    if let text = try fields.optionalText("state") {
      guard let description = StateDescription(text: text) else {
        throw ControlFields.damaged(fields.subject, "the state of '\(name)' is not described")
      }
      state = description
    }
    aggregates.calls = try fields.texts("calls")
    aggregates.columns = try fields.values("aggregates", AggregateOutline.Column.init)
  }
}

extension AggregateOutline.Column {
  var json: JSONValue {
    .object([
      "name": .text(name), "text": .text(text), "calls": .list(calls.map { .number($0) }),
    ])
  }

  init(_ fields: ControlFields) throws(WeirError) {
    var calls: [Int] = []
    for value in try fields.list("calls") {
      guard case .number(let text) = value, let call = Int(text) else {
        throw ControlFields.damaged(fields.subject, "a call of an aggregate is no number")
      }
      calls.append(call)
    }
    self.init(try fields.text("name"), try fields.text("text"), calls: calls)
  }
}
