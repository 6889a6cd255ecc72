import WeirColumns

/// What `on_error` does with rows that an expression failed for.
final class RowFailures {
  /// A row that failed, and what failed in it.
  struct Failure {
    var row: UInt16
    var mark: RowMark
    var expression: String
  }

  private let stage: StageIndex
  private let policy: ErrorPolicy
  /// Columns of the rows, then `error` and `expression`.
  private let port: PortPlan?
  private let outlets: [Outlet]

  init(_ stage: StageIndex, _ policy: ErrorPolicy, port: PortPlan?) {
    self.stage = stage
    self.policy = policy
    self.port = port
    outlets = (port?.outlets ?? []).map { Outlet($0) }
  }

  /// Throws, counts, or diverts the rows, as the policy says; none is fine.
  func handle(
    _ failures: [Failure],
    in batch: Batch,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    guard let first = failures.first else { return }
    if policy == .fail {
      throw WeirError(
        "E501",
        "operator '\(outputs.stageName(stage))' failed for a row",
        detail: "\(first.mark.text) in '\(first.expression)'",
        hint: "set 'on_error: skip' or 'divert', or guard the expression, as in "
          + "'case when x <> 0 then y / x end' or 'try_cast'",
        blame: .user,
        recovery: .stop
      )
    }
    outputs.counters[stage].errors += UInt64(failures.count)
    guard policy == .divert, let port else { return }
    let diverted = Batch(port.schema, capacity: failures.count)
    let rows = SelectionBuffer(capacity: failures.count)
    for (position, failure) in failures.enumerated() { rows.indices[position] = failure.row }
    let selection = Selection(indices: rows.indices, count: failures.count)
    for (index, column) in batch.columns.enumerated() {
      diverted.columns[index].append(column, selection, used: 0)
    }
    diverted.appendStamps(batch, selection)
    diverted.count = failures.count
    let width = batch.columns.count
    for (position, failure) in failures.enumerated() {
      diverted.columns[width].append(text: failure.mark.text, at: position)
      diverted.columns[width + 1].append(text: failure.expression, at: position)
    }
    let all = rows.all(diverted.count)
    for outlet in outlets { try outlet.push(diverted, all, &outputs) }
  }
}
