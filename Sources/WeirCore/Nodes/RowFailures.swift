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
  /// The port `errors`: columns of the rows, then `error` and `expression`.
  private let diverted: DivertedRows
  private let rows = SelectionBuffer(capacity: 16)

  init(_ stage: StageIndex, _ policy: ErrorPolicy, port: PortPlan?) {
    self.stage = stage
    self.policy = policy
    diverted = DivertedRows(port)
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
    guard policy == .divert else { return }
    rows.reserve(failures.count)
    for (position, failure) in failures.enumerated() { rows.indices[position] = failure.row }
    try diverted.push(
      batch,
      Selection(indices: rows.indices, count: failures.count),
      [failures.map(\.mark.text), failures.map(\.expression)],
      &outputs
    )
  }

  /// Counts results that are kept from the operator because they kill it, and diverts them.
  func keep(
    _ results: Batch,
    _ rows: Selection,
    because reasons: [String],
    at clauses: [String],
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    outputs.counters[stage].errors += UInt64(rows.count)
    guard policy == .divert else { return }
    try diverted.push(results, rows, [reasons, clauses], &outputs)
  }
}
