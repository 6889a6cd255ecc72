import WeirColumns
import WeirCore
import WeirExpressions

// The readers of a port: the work that is done for each where the rows are made, and its edge.

extension PlanBuilder {
  /// What the readers of a port take, of rows that have the columns of `physical` in the process of
  /// the stage `host`.
  func outlets(
    of port: PortReference,
    from physical: Schema,
    host: Int
  ) -> [OutletPlan] {
    graph.readers(of: port).map { outlet($0, from: physical, host: host) }
  }

  func outlet(
    _ reader: StageGraph.Reader,
    from physical: Schema,
    host: Int
  ) -> OutletPlan {
    switch stages[reader.stage].body {
    case .source: preconditionFailure("a source reads '\(stages[reader.stage].name.value)'")
    case .sink: sinkOutlet(reader, physical, host)
    case .keyed(let body): keyedOutlet(body, reader, physical, host)
    case .stateless(let body): statelessOutlet(body, reader, physical, host)
    }
  }

  func sinkOutlet(
    _ reader: StageGraph.Reader,
    _ physical: Schema,
    _ host: Int
  ) -> OutletPlan {
    let stage = stages[reader.stage]
    var columns: [OutputColumn] = []
    // A sink writes every column of each of its inputs, also those that others lack.
    let port = graph.inputs[reader.stage][reader.input].port
    let whole = stages[port.stage].ports[port.kind] ?? Schema([])
    for (index, field) in whole.fields.enumerated() where !field.isHidden {
      columns.append(
        OutputColumn(
          name: field.name,
          expression: TypedExpression(column: index, field.type, name: field.name)
        )
      )
    }
    if case .sink(let sink) = stage.body, let tag = sink.tag {
      let sender = stages[port.stage].name.value
      columns.append(
        OutputColumn(name: tag.value, expression: TypedExpression(text: sender))
      )
    }
    let output = Schema(columns.map { Field($0.name, $0.expression.type) })
    let work = rowWork(
      columns,
      conditions: [],
      input: physical,
      output: output,
      stage: reader.stage,
      onError: .skip,
      counting: .none
    ) { expression in
      expression.remapping { physical.index(of: whole.fields[$0].name) }
    }
    return OutletPlan(
      work: work,
      target: .edge(edge(reader, output, .deal, host: host))
    )
  }

  func keyedOutlet(
    _ body: CheckedStage.KeyedBody,
    _ reader: StageGraph.Reader,
    _ physical: Schema,
    _ host: Int
  ) -> OutletPlan {
    let stage = stages[reader.stage]
    let travel = KeyedTravel(body, stage.input, aside: asideColumns(reader.stage))
    var work = rowWork(
      travel.columns,
      conditions: body.condition.map { [$0] } ?? [],
      input: physical,
      output: travel.schema,
      stage: reader.stage,
      onError: body.stage.onError,
      counting: .input
    ) { self.moved($0, reader, physical) }
    work.errors = errorsPort(reader.stage, input: physical, host: host)
    work.poison = poisonPort(reader.stage, input: physical, host: host)
    return OutletPlan(
      work: work,
      target: .edge(
        edge(reader, travel.schema, .key(Array(body.key.indices)), host: host)
      )
    )
  }

  func statelessOutlet(
    _ body: CheckedStage.StatelessBody,
    _ reader: StageGraph.Reader,
    _ physical: Schema,
    _ host: Int
  ) -> OutletPlan {
    let index = reader.stage
    if (body.stage.processes?.value ?? 1) > 1 {
      let arriving = arrivingSchema(body, index)
      let columns = arriving.fields.map { field in
        OutputColumn(
          name: field.name,
          expression: TypedExpression(
            column: stages[index].input.index(of: field.name) ?? 0,
            field.type,
            name: field.name
          )
        )
      }
      let work = rowWork(
        columns,
        conditions: [],
        input: physical,
        output: arriving,
        stage: index,
        onError: body.stage.onError,
        counting: .none
      ) { self.moved($0, reader, physical) }
      return OutletPlan(work: work, target: .edge(edge(reader, arriving, .deal, host: host)))
    }
    let isInlined = stages[index].isInlined
    let work = statelessWork(
      body,
      index,
      input: reader.input,
      physical: physical,
      host: host,
      counting: isInlined ? .whole : .input
    )
    guard isInlined else {
      return OutletPlan(
        work: work,
        target: .edge(edge(reader, work.outputSchema, .deal, host: host))
      )
    }
    let port = PortReference(stage: index, kind: .main)
    let next = outlets(of: port, from: work.outputSchema, host: host)
    return OutletPlan(work: work, target: next.isEmpty ? .nowhere : .outlets(next))
  }

  /// All that an operator without state does, over rows with the columns of `physical`.
  ///
  /// `input` is which of its inputs they come from; nil: they have arrived in its own process.
  func statelessWork(
    _ body: CheckedStage.StatelessBody,
    _ index: Int,
    input: Int?,
    physical: Schema,
    host: Int,
    counting: RowWorkPlan.Counting
  ) -> RowWorkPlan {
    let port = PortReference(stage: index, kind: .main)
    let whole = stages[index].ports[.main] ?? Schema([])
    let columns = needed.columns(of: port, in: whole).map { body.outputs[$0] }
    var work = rowWork(
      columns,
      conditions: body.conditions,
      input: physical,
      output: needed.schema(of: port, in: whole),
      stage: index,
      onError: body.stage.onError,
      counting: counting
    ) { expression in
      guard let input else {
        let names = self.stages[index].input.fields
        return expression.remapping { physical.index(of: names[$0].name) }
      }
      return self.moved(expression, StageGraph.Reader(stage: index, input: input), physical)
    }
    work.errors = errorsPort(index, input: physical, host: host)
    work.poison = poisonPort(index, input: physical, host: host)
    return work
  }

  /// An expression over a stage's input, moved to the columns that rows really have where they are.
  func moved(
    _ expression: TypedExpression,
    _ reader: StageGraph.Reader,
    _ physical: Schema
  ) -> TypedExpression {
    let stage = stages[reader.stage]
    let port = graph.inputs[reader.stage][reader.input].port
    let whole = stages[port.stage].ports[port.kind] ?? Schema([])
    let origins = stage.inputs[reader.input].columns
    // The tag of a union stands behind the columns of its inputs.
    if let column = expression.bareColumn, column >= origins.count {
      return TypedExpression(text: stages[port.stage].name.value)
    }
    return expression.remapping { column in
      column < origins.count ? physical.index(of: whole.fields[origins[column]].name) : nil
    }
  }

  /// Work that makes these columns; bare ones are taken as they are.
  func rowWork(
    _ columns: [OutputColumn],
    conditions: [TypedExpression],
    input: Schema,
    output: Schema,
    stage: Int,
    onError: ErrorPolicy,
    counting: RowWorkPlan.Counting,
    move: (TypedExpression) -> TypedExpression
  ) -> RowWorkPlan {
    var computed: [ComputedColumn] = []
    var numbers: [Int] = []
    for column in columns {
      let expression = move(column.expression)
      if let bare = expression.bareColumn {
        numbers.append(bare)
      } else {
        numbers.append(input.fields.count + computed.count)
        computed.append(ComputedColumn(column.name, expression))
      }
    }
    return RowWorkPlan(
      stage: stage,
      input: input,
      computed: computed,
      filters: conditions.map(move),
      output: numbers,
      outputSchema: output,
      onError: onError,
      counting: counting
    )
  }
}
