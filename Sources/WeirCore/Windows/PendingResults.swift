import WeirColumns

/// Results that are ready and wait to be fetched, of one kind.
struct PendingResults {
  let schema: Schema
  var kind = ResultKind.update
  // Each of at most `WindowLimits.runLength` rows, so that selections of 16 bits reach them.
  private var batches: [Batch] = []
  private var first = 0
  private var taken = 0
  private let buffer = SelectionBuffer(capacity: 64)

  init(_ schema: Schema) { self.schema = schema }

  var isEmpty: Bool { first == batches.count }

  /// Adds results behind those that wait; the batch is kept.
  mutating func append(_ batch: Batch) {
    if batch.count > 0 { batches.append(batch) }
  }

  /// Moves at most so many rows to another batch.
  mutating func move(maximumRows: Int, into target: Batch) {
    guard !isEmpty else { return }
    let batch = batches[first]
    let count = min(maximumRows, batch.count - taken)
    buffer.reserve(count)
    for place in 0..<count { buffer.indices[place] = UInt16(taken + place) }
    target.append(batch, Selection(indices: buffer.indices, count: count))
    taken += count
    guard taken == batch.count else { return }
    taken = 0
    first += 1
    guard isEmpty else { return }
    batches.removeAll()
    first = 0
  }
}
