import WeirColumns

/// An expression as a list of steps over whole columns: each runs one kernel over a batch.
///
/// Equal parts of an expression are computed once. The columns that steps write to (*scratch*) are
/// shared as soon as their content is used up; no step writes to a column that it reads.
package struct ColumnProgram: Sendable {
  /// Where a step reads.
  enum Operand: Hashable, Sendable {
    case column(Int)
    case constant(Int)
    case scratch(Int)
  }

  struct Step: Sendable {
    var operation: Operation
    var operands: [Operand]
    /// The scratch column that is written.
    var output: Int
  }

  private(set) var steps: [Step] = []
  private(set) var constants: [Constant] = []
  private(set) var scratchTypes: [ColumnType] = []
  private(set) var result: Operand
  /// The columns of a batch that are read, ascending.
  package let columnsUsed: [Int]
  package let type: ColumnType

  package init(_ expression: TypedExpression) {
    self.init(root: expression.root, columnsUsed: expression.columnsUsed)
  }

  private init(root: TypedNode, columnsUsed: [Int]) {
    self.columnsUsed = columnsUsed
    type = root.type
    result = .column(-1)
    var compiler = Compiler()
    compiler.countUses(root)
    result = compiler.operand(root)
    steps = compiler.steps
    constants = compiler.constants
    scratchTypes = compiler.scratchTypes
  }

  /// Whether a step is so slow that rows which nobody asked for are left out.
  var isSlow: Bool { steps.contains { $0.operation.isSlow } }

  /// The value of a node that reads no column.
  static func value(of node: TypedNode) -> Constant {
    let program = ColumnProgram(root: node, columnsUsed: [])
    let evaluator = ExpressionEvaluator(program)
    return Constant(evaluator.evaluate([], count: 1), row: 0)
  }
}

/// Lays out the steps of a program.
private struct Compiler {
  var steps: [ColumnProgram.Step] = []
  var constants: [Constant] = []
  var scratchTypes: [ColumnType] = []
  /// How often a node will still be read.
  private var uses: [TypedNode: Int] = [:]
  private var done: [TypedNode: ColumnProgram.Operand] = [:]
  private var free: [Int] = []

  mutating func countUses(_ node: TypedNode) {
    uses[node, default: 0] += 1
    guard uses[node] == 1, case .call(let call) = node else { return }
    for argument in call.arguments { countUses(argument) }
  }

  mutating func operand(_ node: TypedNode) -> ColumnProgram.Operand {
    if let operand = done[node] { return operand }
    let operand: ColumnProgram.Operand
    switch node {
    case .column(let index, _): operand = .column(index)
    case .constant(let constant):
      operand = .constant(constants.count)
      constants.append(constant)
    case .call(let call):
      let operands = call.arguments.map { self.operand($0) }
      let output = takeScratch(call.type)
      steps.append(
        ColumnProgram.Step(operation: call.operation, operands: operands, output: output)
      )
      operand = .scratch(output)
      for (argument, operand) in zip(call.arguments, operands) { release(argument, operand) }
    }
    done[node] = operand
    return operand
  }

  private mutating func takeScratch(_ type: ColumnType) -> Int {
    if let position = free.firstIndex(where: { scratchTypes[$0] == type }) {
      return free.remove(at: position)
    }
    scratchTypes.append(type)
    return scratchTypes.count - 1
  }

  private mutating func release(_ node: TypedNode, _ operand: ColumnProgram.Operand) {
    uses[node, default: 0] -= 1
    if uses[node] == 0, case .scratch(let index) = operand { free.append(index) }
  }
}
