/// Empty batches kept for reuse, so that a running instance allocates no large memory.
///
/// Belongs to one thread. Holds at most `limit` batches of each schema; what is over is freed.
package final class BatchPool {
  private struct Shelf {
    var fingerprint: UInt64
    var batches: [Batch]
  }

  private var shelves: [Shelf] = []
  private let rows: Int
  private let limit: Int
  private let largest: Int

  /// Keeps at most `limit` batches a schema, none of a footprint above `largest` bytes.
  ///
  /// All have room for `rows` rows: those that grow later leave holes behind, and of room that is not
  /// used no memory is.
  package init(rows: Int = 0, limit: Int = 16, largest: Int = 8 << 20) {
    self.rows = rows
    self.limit = limit
    self.largest = largest
  }

  /// An empty batch of that schema with room for `rows` rows; linear in the number of schemas.
  package func take(_ schema: Schema, rows: Int) -> Batch {
    for index in shelves.indices where shelves[index].fingerprint == schema.fingerprint {
      guard let batch = shelves[index].batches.popLast() else { break }
      batch.reserve(rows: rows)
      return batch
    }
    return Batch(schema, capacity: max(rows, self.rows))
  }

  /// Gives a batch back; nobody may hold it any more.
  package func give(_ batch: Batch) {
    guard batch.footprint <= largest else { return }
    batch.removeAll()
    for index in shelves.indices where shelves[index].fingerprint == batch.schema.fingerprint {
      if shelves[index].batches.count < limit { shelves[index].batches.append(batch) }
      return
    }
    shelves.append(Shelf(fingerprint: batch.schema.fingerprint, batches: [batch]))
  }
}
