import WeirColumns

/// Slots that have rows in the window that fires, before the filter has seen them.
final class Candidates {
  private(set) var count = 0
  private var keptCount = 0
  // Room for one chunk more than a run, so that a chunk always fits; freed in `deinit`.
  private let memory: UnsafeMutablePointer<UInt32>

  init(chunkSlots: Int) {
    memory = .allocate(capacity: WindowLimits.runLength + chunkSlots)
  }

  deinit { memory.deallocate() }

  /// The slots, valid until the next change.
  var slots: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: memory, count: count) }

  /// Appends the slots of a chunk that have rows; `first` is the chunk's first slot.
  @inline(__always)
  func append<Count: FixedWidthInteger>(
    _ counts: UnsafePointer<Count>,
    _ chunkSlots: Int,
    _ first: UInt32
  ) {
    let memory = memory
    var end = count
    for place in 0..<chunkSlots {
      memory[end] = first &+ UInt32(truncatingIfNeeded: place)
      end &+= counts[place] != 0 ? 1 : 0
    }
    count = end
  }

  /// Those that were kept, valid until the next change.
  var kept: UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(start: memory, count: keptCount) }

  /// Keeps those at the selected positions from `start` on, behind those that were kept of the
  /// positions before it.
  func keep(_ rows: Selection, from start: Int) {
    for position in 0..<rows.count {
      memory[keptCount + position] = memory[start + Int(rows.indices[position])]
    }
    keptCount += rows.count
  }

  func removeAll() {
    count = 0
    keptCount = 0
  }
}
