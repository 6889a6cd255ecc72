import WeirColumns

/// Keeps rows that have killed an operator from it, at one place where its rows come in, and does with
/// them what `on_error` says.
final class PoisonRows {
  private let stage: StageIndex
  private let policy: ErrorPolicy
  /// The port `poison`: columns of the rows, then `error`.
  private let diverted: DivertedRows
  private let taken = SelectionBuffer(capacity: 16)

  init(_ stage: StageIndex, _ policy: ErrorPolicy, port: PortPlan?) {
    self.stage = stage
    self.policy = policy
    diverted = DivertedRows(port)
  }

  /// Takes such rows out of the selection, in place; costs nothing where there are none.
  func sift(
    _ batch: Batch,
    _ rows: inout Selection,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    guard outputs.rowGuard.knowsPoison(of: stage) else { return }
    let reasons = outputs.rowGuard.reasons(stage, batch, rows)
    taken.reserve(rows.count)
    var texts: [String] = []
    var kept = 0
    for (position, reason) in reasons.enumerated() {
      if let reason {
        taken.indices[texts.count] = rows.indices[position]
        texts.append(reason)
      } else {
        rows.indices[kept] = rows.indices[position]
        kept += 1
      }
    }
    rows.count = kept
    guard !texts.isEmpty else { return }
    outputs.counters[stage].errors += UInt64(texts.count)
    outputs.counters[stage].quarantined += UInt64(texts.count)
    guard policy == .divert else { return }
    let selection = Selection(indices: taken.indices, count: texts.count)
    try diverted.push(batch, selection, [texts], &outputs)
  }
}

extension Batch {
  /// A batch of its own with some of the rows, in order; O(rows + bytes).
  func copy(_ rows: Range<Int>) -> Batch {
    let selection = SelectionBuffer(capacity: rows.count)
    for (position, row) in rows.enumerated() {
      selection.indices[position] = UInt16(truncatingIfNeeded: row)
    }
    let copy = Batch(schema, capacity: rows.count)
    copy.append(self, Selection(indices: selection.indices, count: rows.count))
    return copy
  }
}
