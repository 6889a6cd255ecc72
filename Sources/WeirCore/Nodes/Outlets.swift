import WeirColumns

/// The running form of a port's readers: their pushed-up work, and where the rows go.
final class Outlet {
  /// Where rows go after the work.
  enum Target {
    case edge(EdgeIndex)
    case outlets([Outlet])
    case nowhere
  }

  let work: RowWork?
  let target: Target
  private let failures: RowFailures?
  private let rows = SelectionBuffer(capacity: Limits.batchRows)

  init(_ plan: OutletPlan) {
    work = plan.work.map { RowWork($0) }
    failures = plan.work.map { RowFailures($0.stage, $0.onError, port: $0.errors) }
    target =
      switch plan.target {
      case .edge(let edge): .edge(edge)
      case .outlets(let outlets): .outlets(outlets.map { Outlet($0) })
      case .nowhere: .nowhere
      }
  }

  /// Sends the selected rows of a batch on its way; the selection itself is left alone.
  func push(
    _ batch: Batch,
    _ selected: Selection,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    guard let work else {
      try deliver(batch, selected, &outputs)
      return
    }
    rows.reserve(batch.count)
    let own = rows.indices
    own.update(from: selected.indices, count: selected.count)
    let result = work.run(batch, Selection(indices: own, count: selected.count))
    let stage = work.plan.stage
    if work.plan.counting != .none {
      outputs.counters[stage].rowsIn += UInt64(selected.count)
      outputs.counters[stage].filtered += UInt64(work.filtered)
    }
    try failures?.handle(work.failures, in: batch, &outputs)
    if work.plan.counting == .whole {
      outputs.counters[stage].counted += UInt64(result.rows.count)
      outputs.counters[stage].rowsOut += UInt64(result.rows.count)
    }
    guard result.rows.count > 0 else { return }
    try deliver(result.batch, result.rows, &outputs)
  }

  private func deliver(
    _ batch: Batch,
    _ rows: Selection,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    switch target {
    case .edge(let edge): try outputs.route(batch, rows, to: edge)
    case .outlets(let outlets):
      for outlet in outlets { try outlet.push(batch, rows, &outputs) }
    case .nowhere: break
    }
  }
}
