import WeirColumns

/// Evaluates one expression over batches; owns the scratch columns, which are reused.
///
/// Belongs to one thread at a time. Allocates only while batches grow.
package final class ExpressionEvaluator {
  let program: ColumnProgram
  private let scratch: [Column]
  private let constants: [ConstantColumn]
  /// What a step needs beside its operands, by step.
  private let attachments: [StepAttachment]
  // Freed in `deinit`; as long as the longest list of operands.
  private let textLanes: UnsafeMutableBufferPointer<TextLane>
  /// The branch of each row in a `choose`.
  private let branches = Column(.bool, capacity: 0)
  /// Marks that hide the rows that are not selected from steps that are slow.
  private let hidden = Column(.bool, capacity: 0)
  private var hidesRows = false

  package init(_ program: ColumnProgram) {
    self.program = program
    scratch = program.scratchTypes.map { Column($0, capacity: 0) }
    constants = program.constants.map { ConstantColumn($0) }
    attachments = program.steps.map { StepAttachment($0.operation) }
    let most = program.steps.reduce(0) { max($0, $1.operands.count) }
    textLanes = .allocate(capacity: most)
  }

  package convenience init(_ expression: TypedExpression) {
    self.init(ColumnProgram(expression))
  }

  deinit { textLanes.deallocate() }

  /// The expression's values, by row of the batch, valid until the next evaluation.
  ///
  /// Every row of the batch has a value; those that are not in `rows` may hold errors that nobody
  /// asked for. A bare column is returned as it is, without a copy.
  package func evaluate(_ batch: Batch, rows: Selection) -> Column {
    precondition(rows.count <= batch.count, "\(rows.count) of \(batch.count) rows")
    if program.isSlow, rows.count < batch.count { hide(rows, batch.count) }
    defer { hidesRows = false }
    return evaluate(batch.columns, count: batch.count)
  }

  /// Lets slow steps see the selected rows only: they skip what is null.
  private func hide(_ rows: Selection, _ count: Int) {
    hidden.reserve(rows: count, used: 0)
    hidden.hasMarks = true
    let marks = hidden.marks
    marks.update(repeating: RowMark.null.rawValue, count: count)
    for position in 0..<rows.count { marks[Int(rows.indices[position])] = 0 }
    hidesRows = true
  }

  /// The expression's values over the first `count` rows of the columns, valid until the next
  /// evaluation.
  package func evaluate(_ columns: [Column], count: Int) -> Column {
    for index in program.steps.indices { run(index, columns, count) }
    return dense(program.result, columns, count)
  }

  // MARK: Operands

  private func lane(_ operand: ColumnProgram.Operand, _ columns: [Column]) -> Lane {
    switch operand {
    case .column(let index): Lane(column: columns[index], isConstant: false)
    case .constant(let index): Lane(column: constants[index].column, isConstant: true)
    case .scratch(let index): Lane(column: scratch[index], isConstant: false)
    }
  }

  /// The operand with a row for each row of the batch.
  private func dense(
    _ operand: ColumnProgram.Operand,
    _ columns: [Column],
    _ count: Int
  ) -> Column {
    switch operand {
    case .column(let index): columns[index]
    case .constant(let index): constants[index].broadcast(count)
    case .scratch(let index): scratch[index]
    }
  }

  // MARK: Steps

  private func run(_ index: Int, _ columns: [Column], _ count: Int) {
    let step = program.steps[index]
    let output = scratch[step.output]
    output.removeAll()
    output.reserve(rows: count, used: 0)
    switch step.operation {
    case .and, .or, .isNull, .choose: break
    default:
      for operand in step.operands { MarkKernels.pass(lane(operand, columns), count, into: output) }
    }
    if hidesRows, step.operation.isSlow {
      MarkKernels.pass(Lane(column: hidden, isConstant: false), count, into: output)
    }
    let context = StepContext(
      first: lane(step.operands[0], columns),
      second: step.operands.count > 1 ? lane(step.operands[1], columns) : nil,
      count: count,
      output: output
    )
    if context.runBinary(step.operation) { return }
    let input = dense(step.operands[0], columns, count)
    if runOther(step, input, columns, count, output) { return }
    UnaryStep(input: input, count: count, output: output, attachment: attachments[index])
      .run(step.operation)
  }

  /// Operations of several arguments; false if the operation is none of these.
  private func runOther(
    _ step: ColumnProgram.Step,
    _ input: Column,
    _ columns: [Column],
    _ count: Int,
    _ output: Column
  ) -> Bool {
    let operands = step.operands
    switch step.operation {
    case .and: LogicKernels.and(input, dense(operands[1], columns, count), count, output)
    case .or: LogicKernels.or(input, dense(operands[1], columns, count), count, output)
    case .choose: choose(operands, columns, count, output)
    case .concat: concat(operands, columns, count, output)
    case .substring:
      TextKernels.substring(
        input,
        dense(operands[1], columns, count),
        operands.count > 2 ? dense(operands[2], columns, count) : nil,
        count,
        output
      )
    case .replace:
      let wanted = lane(operands[1], columns)
      let replacement = lane(operands[2], columns)
      ReplaceKernels.replace(lane(operands[0], columns), wanted, replacement, count, output)
    case .splitPart:
      let separator = lane(operands[1], columns)
      let positions = dense(operands[2], columns, count)
      TextKernels.splitPart(lane(operands[0], columns), separator, positions, count, output)
    default: return false
    }
    return true
  }

  private func concat(
    _ operands: [ColumnProgram.Operand],
    _ columns: [Column],
    _ count: Int,
    _ output: Column
  ) {
    var bytes = 0
    for (index, operand) in operands.enumerated() {
      let lane = lane(operand, columns)
      textLanes[index] = TextLane(lane)
      let length = lane.column.byteCount(rows: lane.isConstant ? 1 : count)
      bytes += lane.isConstant ? length * count : length
    }
    let parts = UnsafeMutableBufferPointer(rebasing: textLanes[..<operands.count])
    TextKernels.concat(parts, bytes, count, output)
  }

  private func choose(
    _ operands: [ColumnProgram.Operand],
    _ columns: [Column],
    _ count: Int,
    _ output: Column
  ) {
    let conditions = operands.count / 2
    if conditions == 1 {
      let yes = lane(operands[1], columns)
      let no = lane(operands[2], columns)
      let condition = dense(operands[0], columns, count)
      if ChooseKernels.either(condition, yes, no, count, output) { return }
    }
    branches.reserve(rows: count, used: 0)
    let chosen = branches.flags
    chosen.update(repeating: UInt8(truncatingIfNeeded: conditions), count: count)
    for number in (0..<conditions).reversed() {
      let condition = dense(operands[number * 2], columns, count)
      ChooseKernels.find(condition, number, count, chosen)
    }
    for number in 0...conditions {
      let place = number < conditions ? number * 2 + 1 : operands.count - 1
      let result = lane(operands[place], columns)
      ChooseKernels.take(result, number, count, chosen, output)
      if output.layout == .variable { textLanes[number] = TextLane(result) }
    }
    if output.layout == .variable, let lanes = textLanes.baseAddress {
      ChooseKernels.takeTexts(lanes, 0, count, chosen, output)
    }
    ChooseKernels.passErrors(count, chosen, output)
  }
}
