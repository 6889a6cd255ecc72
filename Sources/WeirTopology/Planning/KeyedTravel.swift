import WeirColumns
import WeirCore
import WeirExpressions

/// The columns that travel to a keyed operator: its key, the arguments and filters of its
/// aggregates, what readers of its late and poisonous rows want, and the event time.
struct KeyedTravel {
  private(set) var columns: [OutputColumn] = []
  private(set) var aggregates: [AggregateSpec] = []
  private(set) var schema = Schema([])

  init(_ body: CheckedStage.KeyedBody, _ input: Schema, aside: [Int]) {
    columns = body.key
    for (number, call) in body.calls.enumerated() {
      let argument = call.argument.map { place($0, "_argument\(number)", input) }
      let filter = call.filter.map { place($0, "_filter\(number)", input) }
      aggregates.append(
        AggregateSpec(
          call.function,
          argument: argument,
          argumentType: call.argument?.type,
          filter: filter,
          name: body.callNames[number]
        )
      )
    }
    for column in aside { _ = place(column, input) }
    guard let time = input.eventTime else {
      schema = Schema(fields)
      return
    }
    let event = place(time, input)
    schema = Schema(fields, eventTime: event)
  }

  private var fields: [Field] { columns.map { Field($0.name, $0.expression.type) } }

  /// The position of what an expression gives: a column of the input keeps its name.
  private mutating func place(
    _ expression: TypedExpression,
    _ name: String,
    _ input: Schema
  ) -> Int {
    if let column = expression.bareColumn { return place(column, input) }
    if let known = columns.firstIndex(where: { $0.expression.root == expression.root }) {
      return known
    }
    columns.append(OutputColumn(name: name, expression: expression))
    return columns.count - 1
  }

  /// The position of an input column under its own name, by which readers of late rows find it.
  private mutating func place(_ column: Int, _ input: Schema) -> Int {
    let field = input.fields[column]
    if let known = columns.firstIndex(where: {
      $0.name == field.name && $0.expression.bareColumn == column
    }) {
      return known
    }
    columns.append(
      OutputColumn(
        name: field.name,
        expression: TypedExpression(column: column, field.type, name: field.name)
      )
    )
    return columns.count - 1
  }
}
