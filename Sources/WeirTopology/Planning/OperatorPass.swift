import WeirColumns
import WeirCore
import WeirExpressions

/// The check of one operator: `let`, `where`, `key`, window, aggregates, `having`, `select`.
struct OperatorPass {
  private let stage: OperatorStage
  private let input: Schema
  /// Columns that only some of the inputs have.
  private let partial: [String]
  private(set) var diagnostics: Diagnostics
  /// The position of the event time in the outputs.
  private(set) var outputTime: Int?
  private var scope: ColumnScope

  init(
    _ stage: OperatorStage,
    _ input: Schema,
    partial: [String],
    _ diagnostics: Diagnostics
  ) {
    self.stage = stage
    self.input = input
    self.partial = partial
    self.diagnostics = diagnostics
    scope = ColumnScope(input)
  }

  // MARK: Without state

  mutating func stateless() -> CheckedStage.StatelessBody {
    bindAll()
    var conditions: [TypedExpression] = []
    if let text = stage.condition, let checked = condition(text, scope, "where") {
      conditions.append(checked)
    }
    if let text = stage.having, let checked = condition(text, scope, "having") {
      conditions.append(checked)
    }
    if let window = stage.window {
      diagnostics.report(
        .badWindow,
        at: window.location,
        "operator '\(stage.name.value)' has a window but no 'aggregate'",
        hint: "say what is counted, as in 'aggregate: { rows: count() }'"
      )
    }
    for key in stage.key { _ = column(key, scope, "key") }
    var outputs = selected(over: scope, defaults: defaultColumns())
    placeTime(&outputs, input)
    return CheckedStage.StatelessBody(stage: stage, conditions: conditions, outputs: outputs)
  }

  /// Every visible input column, then those of `let`.
  private func defaultColumns() -> [OutputColumn] {
    var outputs: [OutputColumn] = []
    for (index, field) in input.fields.enumerated() where !field.isHidden {
      outputs.append(
        OutputColumn(
          name: field.name,
          expression: TypedExpression(column: index, field.type, name: field.name)
        )
      )
    }
    for binding in stage.bindings {
      guard let node = scope.node(of: binding.name.value) else { continue }
      outputs.removeAll { $0.name == binding.name.value }
      outputs.append(
        OutputColumn(
          name: binding.name.value,
          expression: TypedExpression(node, text: binding.expression.text)
        )
      )
    }
    return outputs
  }

  private mutating func bindAll() {
    for binding in stage.bindings {
      diagnostics.checkIsFree(binding.name)
      guard let checked = expression(binding.expression, scope, "let") else { continue }
      scope.bind(binding.name.value, checked)
    }
  }

  // MARK: With state

  mutating func keyed() -> CheckedStage.KeyedBody {
    bindAll()
    let filter = stage.condition.flatMap { condition($0, scope, "where") }
    let key = stage.key.compactMap { name in
      column(name, scope, "key").map { OutputColumn(name: name.value, expression: $0) }
    }
    let window = windowSpec()
    var keyFields = key.map { Field($0.name, $0.expression.type) }
    if window.shape != .running {
      keyFields.append(Field("window_start", .timestamp))
      keyFields.append(Field("window_end", .timestamp))
    }
    var calls: [AggregateCall] = []
    var aggregates: [OutputColumn] = []
    let rows = scope
    for aggregate in stage.aggregates {
      diagnostics.checkIsFree(aggregate.name)
      if aggregates.contains(where: { $0.name == aggregate.name.value })
        || keyFields.contains(where: { $0.name == aggregate.name.value })
      {
        diagnostics.report(
          .duplicateName,
          at: aggregate.name.location,
          "'\(stage.name.value)' has two columns '\(aggregate.name.value)'"
        )
        continue
      }
      let checked = check(aggregate.expression, "aggregate") { faults in
        Checker(ColumnScope(Schema(keyFields))).checkAggregates(
          aggregate.expression.text,
          over: rows,
          calls: &calls,
          faults: &faults
        )
      }
      guard let checked else { continue }
      aggregates.append(OutputColumn(name: aggregate.name.value, expression: checked))
    }
    let callNames = calls.indices.map { number in
      aggregates.first { $0.expression.bareColumn == keyFields.count + number }?.name
        ?? "_\(number)"
    }
    let specs = Self.specs(calls, callNames)
    checkCombine(window, specs)
    let result = resultSchema(window, keyFields, specs)
    let results = resultScope(result, aggregates)
    let having = stage.having.flatMap { condition($0, results, "having") }
    var outputs = selected(
      over: results,
      defaults: keyedDefaults(result, keyFields, aggregates, calls.count)
    )
    placeTime(&outputs, result)
    return CheckedStage.KeyedBody(
      stage: stage,
      condition: filter,
      key: key,
      window: window,
      earlyEvery: stage.window?.earlyEvery,
      calls: calls,
      callNames: callNames,
      aggregates: aggregates,
      result: result,
      having: having,
      outputs: outputs
    )
  }

  private func windowSpec() -> WindowSpec {
    guard let window = stage.window else { return WindowSpec(.running) }
    return WindowSpec(
      window.shape,
      allowedLateness: window.allowedLateness,
      early: window.earlyEvery != nil
    )
  }

  /// The calls as far as their results go: all read the same column.
  private static func specs(_ calls: [AggregateCall], _ names: [String]) -> [AggregateSpec] {
    calls.enumerated().map { number, call in
      AggregateSpec(
        call.function,
        argument: call.argument == nil ? nil : 0,
        argumentType: call.argument?.type,
        name: names[number]
      )
    }
  }

  /// Refuses `combine: always` where partial aggregates would not say the same as the rows.
  private mutating func checkCombine(_ window: WindowSpec, _ aggregates: [AggregateSpec]) {
    guard let combine = stage.combine, combine.value == .always,
      let obstacle = CombinedForm.obstacle(window, aggregates)
    else { return }
    diagnostics.report(
      .notCombinable,
      at: combine.location,
      "rows for operator '\(stage.name.value)' cannot be added up before they are sent: \(obstacle)",
      hint: "write 'auto', which sends rows here"
    )
  }

  /// The schema that the keyed operator will have: calls under hidden names.
  private func resultSchema(
    _ window: WindowSpec,
    _ keyFields: [Field],
    _ specs: [AggregateSpec]
  ) -> Schema {
    let keys = window.shape == .running ? keyFields : Array(keyFields.dropLast(2))
    return KeyedPlan.resultSchema(
      window,
      specs,
      key: Array(keys.indices),
      input: Schema(keys)
    )
  }

  private func resultScope(_ result: Schema, _ aggregates: [OutputColumn]) -> ColumnScope {
    var scope = ColumnScope(result)
    for aggregate in aggregates { scope.bind(aggregate.name, aggregate.expression) }
    return scope
  }

  /// Key, window, aggregates, marker columns.
  private func keyedDefaults(
    _ result: Schema,
    _ keyFields: [Field],
    _ aggregates: [OutputColumn],
    _ calls: Int
  ) -> [OutputColumn] {
    func own(_ index: Int) -> OutputColumn {
      let field = result.fields[index]
      return OutputColumn(
        name: field.name,
        expression: TypedExpression(column: index, field.type, name: field.name)
      )
    }
    let markers = (keyFields.count + calls)..<(result.fields.count - 1)
    return keyFields.indices.map(own) + aggregates + markers.map(own)
  }

  // MARK: Select and time

  private mutating func selected(
    over scope: ColumnScope,
    defaults: [OutputColumn]
  ) -> [OutputColumn] {
    switch stage.select {
    case nil: return defaults
    case .columns(let names):
      return names.compactMap { name in
        column(name, scope, "select").map { OutputColumn(name: name.value, expression: $0) }
      }
    case .expressions(let list):
      return list.compactMap { item in
        diagnostics.checkIsFree(item.name)
        return expression(item.expression, scope, "select").map {
          OutputColumn(name: item.name.value, expression: $0)
        }
      }
    }
  }

  /// Finds the event time among the outputs, or adds it as the hidden column.
  private mutating func placeTime(_ outputs: inout [OutputColumn], _ schema: Schema) {
    guard let time = schema.eventTime else { return }
    outputTime = outputs.firstIndex { $0.expression.bareColumn == time }
    guard outputTime == nil else { return }
    outputTime = outputs.count
    outputs.append(
      OutputColumn(
        name: Schema.hiddenTimeName,
        expression: TypedExpression(
          column: time,
          .timestamp,
          name: schema.fields[time].name
        )
      )
    )
  }

  // MARK: Expressions

  private mutating func expression(
    _ text: ExpressionText,
    _ scope: ColumnScope,
    _ clause: String
  ) -> TypedExpression? {
    check(text, clause) { faults in Checker(scope).check(text.text, faults: &faults) }
  }

  private mutating func condition(
    _ text: ExpressionText,
    _ scope: ColumnScope,
    _ clause: String
  ) -> TypedExpression? {
    check(text, clause) { faults in Checker(scope).checkCondition(text.text, faults: &faults) }
  }

  private mutating func check(
    _ text: ExpressionText,
    _ clause: String,
    _ body: (inout [ExpressionFault]) -> TypedExpression?
  ) -> TypedExpression? {
    var faults: [ExpressionFault] = []
    let checked = body(&faults)
    for fault in faults { report(fault, in: text, clause) }
    return checked
  }

  private mutating func column(
    _ name: Located<String>,
    _ scope: ColumnScope,
    _ clause: String
  ) -> TypedExpression? {
    if let node = scope.node(of: name.value) { return TypedExpression(node, text: name.value) }
    reportUnknown(
      name.value,
      at: name.location,
      clause,
      StageGraph.suggestion(name.value, scope.names)
    )
    return nil
  }

  private mutating func report(
    _ fault: ExpressionFault,
    in text: ExpressionText,
    _ clause: String
  ) {
    var location = text.location
    if text.isVerbatim {
      let bytes = Array(text.text.utf8)
      let start = String(decoding: bytes.prefix(fault.range.lowerBound), as: UTF8.self).count
      let end = String(decoding: bytes.prefix(fault.range.upperBound), as: UTF8.self).count
      location = SourceLocation(
        line: location.line,
        column: location.column + start,
        length: max(end - start, 1)
      )
    }
    let near = fault.nearest.map { "did you mean '\($0)'?" }
    if fault.code == .unknownColumn {
      let bytes = Array(text.text.utf8)
      let name = String(decoding: bytes[fault.range], as: UTF8.self)
      reportUnknown(name, at: location, clause, near ?? fault.hint)
      return
    }
    var message = "\(fault.message) in '\(clause)' of operator '\(stage.name.value)'"
    if let expected = fault.expected { message += ", expected \(expected)" }
    diagnostics.report(
      fault.code == .notYet ? .notYet : .expressionFault,
      at: location,
      message,
      hint: near ?? fault.hint
    )
  }

  private mutating func reportUnknown(
    _ name: String,
    at location: SourceLocation,
    _ clause: String,
    _ hint: String?
  ) {
    if partial.contains(name) {
      diagnostics.report(
        .schemaMismatch,
        at: location,
        "column '\(name)' in '\(clause)' of operator '\(stage.name.value)' is not the same in all "
          + "its inputs",
        hint: "give every input a column '\(name)' of one type, or leave it out"
      )
      return
    }
    diagnostics.report(
      .unknownColumn,
      at: location,
      "unknown column '\(name)' in '\(clause)' of operator '\(stage.name.value)'",
      hint: hint
    )
  }
}
