/// Columns by slot, in chunks: a chunk holds some columns of `1 << shift` slots of one key group.
///
/// Chunks are reached through a table of pointers, so nothing is copied when state grows; a chunk
/// that was never written is not there. Each is marked with the epoch that last wrote it. Chunk 0
/// belongs to no key group: slot 0 means "no slot".
final class ChunkTable {
  /// The mark of a chunk that is not there.
  static let absent = UInt64.max

  let pool: ChunkPool
  private(set) var capacity = 0
  // By chunk number; raw, because kernels hoist them. Grown only between kernels, freed in `deinit`,
  // and `pointers[i]` may be read only if `epochs[i]` is not `absent`.
  private(set) var pointers: UnsafeMutablePointer<UnsafeMutableRawPointer>
  private(set) var epochs: UnsafeMutablePointer<UInt64>

  init(_ pool: ChunkPool) {
    self.pool = pool
    pointers = .allocate(capacity: 0)
    epochs = .allocate(capacity: 0)
  }

  deinit {
    removeAll()
    pointers.deallocate()
    epochs.deallocate()
  }

  /// Makes the table reach `chunks` chunks; O(chunks) when it grows.
  func reserve(_ chunks: Int) {
    guard chunks > capacity else { return }
    let grown = max(chunks, capacity * 2, 16)
    let newPointers = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: grown)
    let newEpochs = UnsafeMutablePointer<UInt64>.allocate(capacity: grown)
    newEpochs.update(repeating: Self.absent, count: grown)
    newEpochs.update(from: epochs, count: capacity)
    for chunk in 0..<capacity where epochs[chunk] != Self.absent {
      newPointers[chunk] = pointers[chunk]
    }
    pointers.deallocate()
    epochs.deallocate()
    pointers = newPointers
    epochs = newEpochs
    capacity = grown
  }

  /// The chunk, if it is there.
  @inline(__always)
  func chunk(_ number: Int) -> UnsafeMutableRawPointer? {
    number < capacity && epochs[number] != Self.absent ? pointers[number] : nil
  }

  /// The chunk for writing: made if it is not there, and marked.
  func touch(_ number: Int, epoch: UInt64) -> UnsafeMutableRawPointer {
    reserve(number + 1)
    if epochs[number] == Self.absent { pointers[number] = pool.take() }
    epochs[number] = epoch
    return pointers[number]
  }

  /// Makes and marks the chunks of all slots that rows go to.
  func touch(_ rows: SlotRows, shift: Int, chunkCount: Int, epoch: UInt64) {
    reserve(chunkCount)
    let epochs = epochs
    for position in 0..<rows.count {
      let chunk = Int(rows.slots[position]) &>> shift
      if epochs[chunk] != epoch { _ = touch(chunk, epoch: epoch) }
    }
  }

  /// Gives all chunks back.
  func removeAll() {
    for chunk in 0..<capacity where epochs[chunk] != Self.absent {
      pool.give(pointers[chunk])
      epochs[chunk] = Self.absent
    }
  }

  /// Bytes of the pointers and marks.
  var directoryBytes: Int { capacity * 16 }
}
