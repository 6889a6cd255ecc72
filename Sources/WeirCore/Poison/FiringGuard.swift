import WeirColumns

/// Stands before the results that an operator with state makes while no row is in hand: notes them by
/// key and window before anything is computed of them, and sets those aside that have killed it.
///
/// Handed to the operator where care is taken or something is kept from it; of the thread of the node.
package final class FiringGuard {
  private let rowGuard: RowGuard
  private let stage: StageIndex
  /// Key and window: the first columns of a result.
  private let identity: Schema
  /// Results of the stage that were made before.
  var made: UInt64 = 0
  /// Results that were set aside: key and window, all else null.
  let aside: Batch
  /// Why, by row of `aside`.
  private(set) var reasons: [String] = []
  private let rows = SelectionBuffer(capacity: Limits.emittedRows)
  private let others = SelectionBuffer(capacity: 16)

  /// Makes a guard of results with that schema, of which the first `width` columns are key and window.
  init(_ rowGuard: RowGuard, of stage: StageIndex, _ output: Schema, width: Int) {
    self.rowGuard = rowGuard
    self.stage = stage
    identity = Schema(Array(output.fields[..<width]))
    aside = Batch(output, capacity: 0)
  }

  /// The most results that may be computed at a time.
  var most: Int { rowGuard.care.rows }

  /// The results that may be computed, which are noted; of the batch only key and window are set.
  ///
  /// Valid until the next call. O(results x columns + bytes).
  func admit(_ results: Batch) -> Selection {
    let width = identity.fields.count
    let named = Batch(
      viewing: results,
      schema: identity,
      columns: Array(results.columns[..<width])
    )
    named.count = results.count
    var admitted = rows.all(results.count)
    if rowGuard.knowsPoison(of: stage, as: .firing) {
      let found = rowGuard.reasons(stage, named, admitted, as: .firing)
      others.reserve(results.count)
      var (kept, count) = (0, 0)
      for (position, reason) in found.enumerated() {
        let row = admitted.indices[position]
        if let reason {
          others.indices[count] = row
          count += 1
          reasons.append(reason)
        } else {
          admitted.indices[kept] = row
          kept += 1
        }
      }
      admitted.count = kept
      setAside(results, Selection(indices: others.indices, count: count))
    }
    rowGuard.begin(stage, named, admitted, position: made + 1, as: .firing)
    return admitted
  }

  private func setAside(_ results: Batch, _ rows: Selection) {
    guard rows.count > 0 else { return }
    let (used, width) = (aside.count, identity.fields.count)
    aside.reserve(rows: used + rows.count)
    for (index, column) in aside.columns.enumerated() {
      if index < width {
        column.append(results.columns[index], rows, used: used)
      } else {
        for row in 0..<rows.count { column.appendNull(at: used + row) }
      }
    }
    aside.count += rows.count
  }

  /// Notes that those that were admitted are computed: what is done next is done of no single one.
  func done() { rowGuard.begin(stage, .firing, rows: 0, position: made + 1) }

  /// Forgets what was set aside.
  func reset() {
    aside.removeAll()
    reasons.removeAll()
  }
}
