import Glibc
import Testing
import WeirColumns
import WeirExpressions

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// The seed of `WEIR_SEED`, or the given one.
  static func seed(_ usual: UInt64) -> UInt64 {
    guard let text = getenv("WEIR_SEED") else { return usual }
    return UInt64(String(cString: text)) ?? usual
  }
}

/// Columns and rows for the tests of expressions.
struct Fixture {
  let schema: Schema
  let batch: Batch

  /// Rows of constants; each must have the type of its column.
  init(_ fields: [Field], _ rows: [[Constant]]) {
    schema = Schema(fields)
    batch = Batch(schema, capacity: max(rows.count, 1))
    for (row, constants) in rows.enumerated() {
      for (column, constant) in zip(batch.columns, constants) {
        precondition(column.type == constant.type, "\(constant) in a column of \(column.type)")
        constant.append(to: column, at: row)
      }
    }
    batch.count = rows.count
  }

  /// The expression's values in all rows.
  func values(_ text: String, folds: Bool = true) throws -> [Constant] {
    let expression = try check(text, schema, folds: folds)
    return values(ExpressionEvaluator(expression))
  }

  func values(_ evaluator: ExpressionEvaluator) -> [Constant] {
    let buffer = SelectionBuffer(capacity: batch.count)
    let column = evaluator.evaluate(batch, rows: buffer.all(batch.count))
    return (0..<batch.count).map { Constant(column, row: $0) }
  }
}

/// The faults of an expression as an error of a test.
struct Faults: Error, CustomStringConvertible {
  var text: String
  var faults: [ExpressionFault]

  var description: String {
    "'\(text)': " + faults.map(\.description).joined(separator: "; ")
  }
}

/// The checked expression; throws its faults.
func check(_ text: String, _ schema: Schema, folds: Bool = true) throws -> TypedExpression {
  var faults: [ExpressionFault] = []
  let checker = Checker(ColumnScope(schema), folds: folds)
  guard let expression = checker.check(text, faults: &faults) else {
    throw Faults(text: text, faults: faults)
  }
  return expression
}

/// The faults of an expression over a schema; empty if it is sound.
func faults(_ text: String, _ schema: Schema = Schema([])) -> [ExpressionFault] {
  var faults: [ExpressionFault] = []
  _ = Checker(ColumnScope(schema)).check(text, faults: &faults)
  return faults
}
