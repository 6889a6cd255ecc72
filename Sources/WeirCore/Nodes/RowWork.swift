import WeirColumns
import WeirExpressions

/// The running form of a `RowWorkPlan`: computes columns, filters, finds rows that fail.
final class RowWork {
  /// What is left of a batch.
  struct Result {
    var batch: Batch
    var rows: Selection
  }

  let plan: RowWorkPlan
  /// The rows that failed in the last run, ascending by expression, then row.
  private(set) var failures: [RowFailures.Failure] = []
  /// Rows that the filters took out in the last run.
  private(set) var filtered = 0

  private let computed: [ExpressionEvaluator]
  private let filters: [ExpressionEvaluator]
  private let width: Int

  init(_ plan: RowWorkPlan) {
    self.plan = plan
    width = plan.input.fields.count
    computed = plan.computed.map { ExpressionEvaluator($0.expression) }
    filters = plan.filters.map { ExpressionEvaluator($0) }
  }

  /// Does the work on the selected rows of a batch; `rows` is narrowed in place.
  ///
  /// The result is a view of the batch and of columns that belong to this object: valid until the
  /// next run.
  func run(_ batch: Batch, _ rows: Selection) -> Result {
    failures.removeAll(keepingCapacity: true)
    var rows = rows
    let before = rows.count
    for (index, filter) in filters.enumerated() {
      let condition = filter.evaluate(batch.columns, count: batch.count)
      removeFailures(of: condition, &rows, plan.filters[index].text)
      rows.keep(where: condition)
    }
    filtered = before - rows.count - failures.count
    let output = Batch(
      viewing: batch,
      schema: plan.outputSchema,
      columns: plan.output.map { number in
        guard number >= width else { return batch.columns[number] }
        let column = computed[number - width].evaluate(batch.columns, count: batch.count)
        removeFailures(of: column, &rows, plan.computed[number - width].expression.text)
        return column
      }
    )
    return Result(batch: output, rows: rows)
  }

  private func removeFailures(of column: Column, _ rows: inout Selection, _ expression: String) {
    guard column.hasMarks else { return }
    let marks = column.marks
    let indices = rows.indices
    var kept = 0
    for position in 0..<rows.count {
      let row = indices[position]
      if marks[Int(row)] < RowMark.firstError {
        indices[kept] = row
        kept += 1
      } else {
        failures.append(
          RowFailures.Failure(
            row: row,
            mark: column.mark(at: Int(row)),
            expression: expression
          )
        )
      }
    }
    rows.count = kept
  }
}
