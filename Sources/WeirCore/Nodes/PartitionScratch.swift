import WeirColumns

/// Memory for dealing the rows of a batch to instances by key, reused from batch to batch.
package final class PartitionScratch {
  private var hashes: [UInt64] = []
  private var lists: SelectionLists?
  private var parts: [Selection] = []

  package init() {}

  /// The selected rows, split by the instance that owns their key group; order is kept.
  ///
  /// The parts are valid until the next call. O(rows + bytes of the key).
  package func partition(
    _ batch: Batch,
    _ rows: Selection,
    key: [Int],
    table: KeyGroupTable
  ) -> [Selection] {
    if hashes.count < rows.count {
      hashes = Array(repeating: 0, count: max(rows.count, Limits.batchRows))
    }
    let lists = lists(instances: table.instances, rows: rows.count)
    let columns = key.map { batch.columns[$0] }
    hashes.withUnsafeMutableBufferPointer { buffer in
      guard let hashes = buffer.baseAddress else { return }
      KeyHash.hash(columns, rows, into: hashes)
      table.owners.withUnsafeBufferPointer { lists.deal(rows, hashes, owners: $0) }
    }
    parts.removeAll(keepingCapacity: true)
    for instance in 0..<table.instances { parts.append(lists.part(instance)) }
    return parts
  }

  private func lists(instances: Int, rows: Int) -> SelectionLists {
    if let lists, lists.instances == instances, lists.capacity >= rows { return lists }
    let made = SelectionLists(instances: instances, capacity: max(rows, Limits.batchRows))
    lists = made
    return made
  }
}

/// One list of rows per instance.
final class SelectionLists {
  let instances: Int
  let capacity: Int
  // Freed in `deinit`; sized for the largest batch, so that kernels need no check.
  let indices: UnsafeMutablePointer<UInt16>
  let counts: UnsafeMutablePointer<Int>

  init(instances: Int, capacity: Int) {
    self.instances = instances
    self.capacity = capacity
    indices = .allocate(capacity: instances * capacity)
    counts = .allocate(capacity: instances)
  }

  deinit {
    indices.deallocate()
    counts.deallocate()
  }

  /// Deals rows to the owners of their key groups; one pass, no branch.
  func deal(
    _ rows: Selection,
    _ hashes: UnsafeMutablePointer<UInt64>,
    owners: UnsafeBufferPointer<Int>
  ) {
    guard let owner = owners.baseAddress else { return }
    let groups = owners.count
    let indices = indices
    let counts = counts
    let capacity = capacity
    counts.update(repeating: 0, count: instances)
    for position in 0..<rows.count {
      let instance = owner[KeyGroups.group(of: hashes[position], of: groups)]
      let place = counts[instance]
      indices[instance &* capacity &+ place] = rows.indices[position]
      counts[instance] = place &+ 1
    }
  }

  func part(_ instance: Int) -> Selection {
    Selection(indices: indices + instance * capacity, count: counts[instance])
  }
}
