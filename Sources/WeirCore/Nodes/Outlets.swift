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
  /// Nil where no work is done that could fail.
  private let poison: PoisonRows?
  private let rows = SelectionBuffer(capacity: Limits.batchRows)

  init(_ plan: OutletPlan) {
    work = plan.work.map { RowWork($0) }
    failures = plan.work.map { RowFailures($0.stage, $0.onError, port: $0.errors) }
    poison = plan.work.flatMap { work in
      work.counting == .none ? nil : PoisonRows(work.stage, work.onError, port: work.poison)
    }
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
    var admitted = Selection(indices: own, count: selected.count)
    guard let poison else {
      try run(work, batch, admitted, &outputs)
      return
    }
    outputs.counters[work.plan.stage].rowsIn += UInt64(selected.count)
    try poison.sift(batch, &admitted, &outputs)
    let most = outputs.rowGuard.care.rows
    guard admitted.count > most else {
      try run(work, batch, admitted, &outputs)
      return
    }
    // Expressions look at whole batches: what they may look at is put into one of its own.
    let all = SelectionBuffer(capacity: most)
    while admitted.count > 0 {
      let piece = Batch(batch.schema, capacity: min(most, admitted.count))
      piece.append(
        batch,
        Selection(indices: admitted.indices, count: min(most, admitted.count))
      )
      admitted.indices += piece.count
      admitted.count -= piece.count
      try run(work, piece, all.all(piece.count), &outputs)
    }
  }

  /// Does the work on rows, `rows` being narrowed in place, and sends on what is left of them.
  private func run(
    _ work: RowWork,
    _ batch: Batch,
    _ rows: Selection,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    let stage = work.plan.stage
    if poison != nil {
      outputs.rowGuard.begin(stage, batch, rows, position: outputs.counters[stage].seen)
    }
    let result = work.run(batch, rows)
    if poison != nil { outputs.rowGuard.end() }
    if work.plan.counting != .none {
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
