import WeirColumns
import WeirExpressions

/// `having`, as a keyed operator applies it to candidates before it sorts them.
final class HavingFilter: RowFilter {
  let columns: [Int]
  /// Rows that did not pass since the counts were last taken.
  private(set) var withheld = 0
  /// Rows for which the condition failed, and why, since they were last taken.
  private(set) var failures: [RowFailures.Failure] = []
  /// Those rows; columns that the condition does not look at are null.
  private(set) var failed: Batch

  private let condition: TypedExpression
  private let evaluator: ExpressionEvaluator
  private let buffer = SelectionBuffer(capacity: Limits.emittedRows)
  private let failedRows = SelectionBuffer(capacity: 16)

  init(_ condition: TypedExpression, output: Schema) {
    self.condition = condition
    evaluator = ExpressionEvaluator(condition)
    columns = condition.columnsUsed
    failed = Batch(output, capacity: 16)
  }

  func select(_ batch: Batch) -> Selection {
    var rows = buffer.all(batch.count)
    let result = evaluator.evaluate(batch.columns, count: batch.count)
    if result.hasMarks { collectFailures(batch, result) }
    rows.keep(where: result)
    withheld += batch.count - rows.count
    return rows
  }

  private func collectFailures(_ batch: Batch, _ result: Column) {
    failedRows.reserve(batch.count)
    var count = 0
    for row in 0..<batch.count where result.marks[row] >= RowMark.firstError {
      failedRows.indices[count] = UInt16(truncatingIfNeeded: row)
      failures.append(
        RowFailures.Failure(
          row: UInt16(truncatingIfNeeded: failed.count + count),
          mark: result.mark(at: row),
          expression: condition.text
        )
      )
      count += 1
    }
    let rows = Selection(indices: failedRows.indices, count: count)
    for (index, column) in failed.columns.enumerated() {
      if columns.contains(index) {
        column.append(batch.columns[index], rows, used: failed.count)
      } else {
        for row in 0..<count { column.appendNull(at: failed.count + row) }
      }
    }
    failed.appendStamps(batch, rows)
    failed.count += count
  }

  /// Forgets what was counted and collected.
  func reset() {
    withheld = 0
    failures.removeAll()
    failed.removeAll()
  }
}
