import WeirColumns
import WeirCore
import WeirExpressions

/// Checks stages one after the other: names become columns, every expression gets a type.
struct StageChecker {
  private let graph: StageGraph
  private(set) var stages: [CheckedStage] = []
  var diagnostics: Diagnostics

  init(_ graph: StageGraph, _ diagnostics: Diagnostics) {
    self.graph = graph
    self.diagnostics = diagnostics
  }

  /// Checks all stages, in topological order.
  mutating func check() {
    for (index, stage) in graph.stages.enumerated() {
      switch stage {
      case .source(let source): stages.append(check(source))
      case .processor(let processor): stages.append(check(processor, index))
      case .sink(let sink): stages.append(check(sink, index))
      }
    }
  }

  // MARK: Sources

  private mutating func check(_ source: SourceStage) -> CheckedStage {
    var fields: [Field] = []
    for field in source.fields {
      diagnostics.checkIsFree(Located(field.value.name, at: field.location))
      if fields.contains(where: { $0.name == field.value.name }) {
        diagnostics.report(
          .duplicateName,
          at: field.location,
          "column '\(field.value.name)' is there twice"
        )
      }
      fields.append(Field(field.value.name, field.value.type))
    }
    var time: Int?
    if let event = source.eventTime {
      if let index = fields.firstIndex(where: { $0.name == event.value }) {
        if fields[index].type == .timestamp {
          time = index
        } else {
          diagnostics.report(
            .eventTimeNotTimestamp,
            at: event.location,
            "event time '\(event.value)' is a \(fields[index].type)",
            hint: "declare it as 'timestamp'"
          )
        }
      } else {
        diagnostics.report(
          .unknownColumn,
          at: event.location,
          "unknown column '\(event.value)' in 'event_time' of source '\(source.name.value)'",
          hint: StageGraph.suggestion(event.value, fields.map(\.name))
        )
      }
    }
    if time == nil {
      time = fields.count
      fields.append(Field(Schema.hiddenTimeName, .timestamp))
    }
    let rejected = Schema(
      [
        Field("raw", .string), Field("error", .string), Field("position", .string),
        Field(Schema.hiddenTimeName, .timestamp),
      ],
      eventTime: 3
    )
    return CheckedStage(
      name: source.name,
      input: Schema([]),
      inputs: [],
      body: .source(source),
      ports: [.main: Schema(fields, eventTime: time), .rejected: rejected]
    )
  }

  // MARK: Inputs

  private func union(of index: Int) -> UnionInput {
    UnionInput(
      graph.inputs[index].map { input in
        stages[input.port.stage].ports[input.port.kind] ?? Schema([])
      }
    )
  }

  // MARK: Sinks

  private mutating func check(_ sink: SinkStage, _ index: Int) -> CheckedStage {
    if let tag = sink.tag { diagnostics.checkIsFree(tag) }
    let union = union(of: index)
    return CheckedStage(
      name: sink.name,
      input: union.schema,
      inputs: union.inputs,
      body: .sink(sink),
      ports: [:]
    )
  }

  // MARK: Operators

  private mutating func check(_ stage: OperatorStage, _ index: Int) -> CheckedStage {
    let union = union(of: index)
    var input = union.schema
    if let tag = stage.tag {
      diagnostics.checkIsFree(tag)
      let fields = input.fields + [Field(tag.value, .string)]
      input = Schema(fields, eventTime: input.eventTime)
    }
    var pass = OperatorPass(stage, input, partial: union.partial, diagnostics)
    let body: CheckedStage.Body
    var ports: [PortKind: Schema] = [:]
    if stage.aggregates.isEmpty {
      let stateless = pass.stateless()
      body = .stateless(stateless)
      ports[.main] = Self.schema(stateless.outputs, time: pass.outputTime)
    } else {
      let keyed = pass.keyed()
      body = .keyed(keyed)
      let main = Self.schema(keyed.outputs, time: pass.outputTime)
      ports[.main] = main
      ports[.updates] = main
      ports[.late] = Schema(
        input.fields + [Field("lateness", .duration)],
        eventTime: input.eventTime
      )
    }
    ports[.errors] = Schema(
      input.fields + [Field("error", .string), Field("expression", .string)],
      eventTime: input.eventTime
    )
    ports[.poison] = Schema(
      input.fields + [Field("error", .string)],
      eventTime: input.eventTime
    )
    diagnostics = pass.diagnostics
    return CheckedStage(
      name: stage.name,
      input: input,
      inputs: union.inputs,
      body: body,
      ports: ports
    )
  }

  private static func schema(_ outputs: [OutputColumn], time: Int?) -> Schema {
    Schema(outputs.map { Field($0.name, $0.expression.type) }, eventTime: time)
  }
}
