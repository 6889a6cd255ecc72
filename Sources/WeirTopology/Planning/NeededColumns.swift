import WeirColumns
import WeirCore
import WeirExpressions

/// Which columns of each port somebody needs: only those travel.
struct NeededColumns {
  /// By port; only looked up.
  private var flags: [PortReference: [Bool]] = [:]

  /// Goes through the stages from the last to the first.
  init(_ graph: StageGraph, _ stages: [CheckedStage]) {
    for index in stages.indices.reversed() { visit(index, graph, stages) }
  }

  /// The needed columns of a port, ascending.
  func columns(of port: PortReference, in schema: Schema) -> [Int] {
    let flags = flags[port] ?? []
    return schema.fields.indices.filter { $0 < flags.count && flags[$0] }
  }

  /// The needed part of a port's schema.
  func schema(of port: PortReference, in schema: Schema) -> Schema {
    let columns = columns(of: port, in: schema)
    return Schema(
      columns.map { schema.fields[$0] },
      eventTime: schema.eventTime.flatMap { columns.firstIndex(of: $0) }
    )
  }

  private func isNeeded(_ column: Int, of port: PortReference) -> Bool {
    guard let flags = flags[port], column < flags.count else { return false }
    return flags[column]
  }

  private mutating func visit(_ index: Int, _ graph: StageGraph, _ stages: [CheckedStage]) {
    let stage = stages[index]
    var wanted = Array(repeating: false, count: stage.input.fields.count)
    func want(_ expression: TypedExpression?) {
      for column in expression?.columnsUsed ?? [] { wanted[column] = true }
    }
    switch stage.body {
    case .source:
      // The reader makes event times of every row, whoever wants them.
      let port = PortReference(stage: index, kind: .main)
      if let schema = stage.ports[.main], let time = schema.eventTime {
        var all = flags[port] ?? Array(repeating: false, count: schema.fields.count)
        all[time] = true
        flags[port] = all
      }
    case .sink:
      // A sink writes all columns of each input, not only those that its inputs share.
      for input in graph.inputs[index] { wantAll(input.port, stages) }
    case .stateless(let body):
      for condition in body.conditions { want(condition) }
      let main = PortReference(stage: index, kind: .main)
      for (number, output) in body.outputs.enumerated() where isNeeded(number, of: main) {
        want(output.expression)
      }
    case .keyed(let body):
      want(body.condition)
      for key in body.key { want(key.expression) }
      for call in body.calls {
        want(call.argument)
        want(call.filter)
      }
      if let time = stage.input.eventTime { wanted[time] = true }
      let late = PortReference(stage: index, kind: .late)
      for column in stage.input.fields.indices where isNeeded(column, of: late) {
        wanted[column] = true
      }
    }
    for kind in [PortKind.errors, .poison] {
      let port = PortReference(stage: index, kind: kind)
      for column in stage.input.fields.indices where isNeeded(column, of: port) {
        wanted[column] = true
      }
    }
    spread(wanted, from: index, graph, stages)
  }

  /// Marks every visible column of a port.
  private mutating func wantAll(_ port: PortReference, _ stages: [CheckedStage]) {
    let schema = stages[port.stage].ports[port.kind] ?? Schema([])
    var all = flags[port] ?? Array(repeating: false, count: schema.fields.count)
    for (column, field) in schema.fields.enumerated() where !field.isHidden { all[column] = true }
    flags[port] = all
  }

  /// Marks the columns of the ports that a stage reads.
  private mutating func spread(
    _ wanted: [Bool],
    from index: Int,
    _ graph: StageGraph,
    _ stages: [CheckedStage]
  ) {
    for (position, input) in graph.inputs[index].enumerated() {
      let schema = stages[input.port.stage].ports[input.port.kind] ?? Schema([])
      var all = flags[input.port] ?? Array(repeating: false, count: schema.fields.count)
      for (column, origin) in stages[index].inputs[position].columns.enumerated()
      where wanted[column] {
        all[origin] = true
      }
      flags[input.port] = all
    }
  }
}
