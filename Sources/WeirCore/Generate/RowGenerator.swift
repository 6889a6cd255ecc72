import WeirColumns

/// Makes rows from their numbers: row i is a pure function of (seed, i), so a replay is the same.
///
/// Chance is a hash of (seed, column name, row): columns do not depend on one another, and a column
/// that is added changes no other. Belongs to one thread.
package final class RowGenerator {
  private let columns: [GeneratedColumn]
  // The numbers of a batch's rows; owned here, freed in `deinit`, as kernels hoist it.
  private var numbers: UnsafeMutablePointer<Int>
  private var capacity: Int

  /// Makes the columns of those positions in the plan; `startedAt` is where clocks without a start
  /// begin.
  package init(_ plan: GeneratePlan, columns: [Int], startedAt: WallTime) {
    self.columns = columns.map {
      GeneratedColumn(plan.columns[$0], seed: plan.seed, startedAt: startedAt)
    }
    capacity = Limits.batchRows
    numbers = .allocate(capacity: capacity)
  }

  deinit { numbers.deallocate() }

  /// Fills an empty batch with the rows of a share from a position on.
  ///
  /// The batch's first columns are those of this generator; further ones are left alone.
  /// O(rows x columns).
  package func fill(_ batch: Batch, _ share: RowShare, from position: Int, count: Int) {
    precondition(batch.count == 0, "generated into a batch of \(batch.count) rows")
    if count > capacity {
      numbers.deallocate()
      capacity = count
      numbers = .allocate(capacity: capacity)
    }
    batch.reserve(rows: count)
    share.write(from: position, count: count, to: numbers)
    for (index, column) in columns.enumerated() {
      column.fill(batch.columns[index], numbers, count)
    }
    batch.count = count
  }
}
