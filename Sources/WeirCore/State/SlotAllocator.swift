/// Gives out slots by key group, so that every chunk of slots belongs to one group.
///
/// Slots that were given back are the first to be used again, the last one first; their owner keeps
/// the list of them in the slots themselves. Slot 0, and all of chunk 0, is never given out.
final class SlotAllocator {
  private struct Group {
    /// The slot given back last, or 0.
    var firstFree: UInt32 = 0
    /// The slots of the newest chunk that were never used.
    var fresh: UInt32 = 0
    var freshEnd: UInt32 = 0
  }

  let shift: Int
  /// Chunks so far, with chunk 0.
  private(set) var chunkCount = 1
  /// The key group of each chunk.
  // Raw, because kernels hoist it; grown when a chunk is added, freed in `deinit`.
  private(set) var groups: UnsafeMutablePointer<UInt16>
  private var capacity = 64
  private var states: [Group]
  /// The chunks of each key group, in the order in which its slots are numbered.
  private(set) var chunks: [[UInt32]]
  /// The place of each chunk among those of its key group.
  private var ordinals: [UInt32] = [0]
  /// Chunks of groups that are gone: the first to be used again.
  private var orphans: [UInt32] = []

  init(keyGroups: Int, shift: Int) {
    self.shift = shift
    states = [Group](repeating: Group(), count: keyGroups)
    chunks = [[UInt32]](repeating: [], count: keyGroups)
    groups = .allocate(capacity: capacity)
    groups[0] = 0
  }

  deinit { groups.deallocate() }

  /// The key group of a slot.
  @inline(__always)
  func group(of slot: UInt32) -> Int { Int(groups[Int(slot) &>> shift]) }

  /// The number of a slot among those of its key group.
  func localNumber(_ slot: UInt32) -> UInt32 {
    ordinals[Int(slot) >> shift] << UInt32(shift) | slot & (1 << UInt32(shift) - 1)
  }

  /// The slot of that number in a key group; nil if the group has no such slot.
  func slot(_ group: Int, localNumber: UInt32) -> UInt32? {
    let ordinal = Int(localNumber) >> shift
    guard ordinal < chunks[group].count else { return nil }
    return chunks[group][ordinal] << UInt32(shift) | localNumber & (1 << UInt32(shift) - 1)
  }

  /// The free slot that `take` would give out, or 0.
  func firstFree(_ group: Int) -> UInt32 { states[group].firstFree }

  /// A slot of the group; `nextFree` is the slot behind `firstFree` in the owner's list.
  func take(_ group: Int, nextFree: UInt32) -> UInt32 {
    let free = states[group].firstFree
    if free != 0 {
      states[group].firstFree = nextFree
      return free
    }
    if states[group].fresh == states[group].freshEnd {
      states[group].fresh = UInt32(addChunk(group) << shift)
      states[group].freshEnd = states[group].fresh + UInt32(1 << shift)
    }
    states[group].fresh += 1
    return states[group].fresh - 1
  }

  /// Takes a slot back; returns the free slot that the owner must note in it.
  func give(_ slot: UInt32) -> UInt32 {
    let group = group(of: slot)
    let next = states[group].firstFree
    states[group].firstFree = slot
    return next
  }

  /// The chunk of a group's so many-th chunk of slots, with those before it; all their slots count as
  /// in use until they are given back.
  func restoreChunk(_ group: Int, _ ordinal: Int) -> Int {
    while chunks[group].count <= ordinal { _ = addChunk(group) }
    return Int(chunks[group][ordinal])
  }

  /// Takes all chunks of a group back.
  func forget(_ group: Int) {
    orphans += chunks[group].reversed()
    chunks[group] = []
    states[group] = Group()
  }

  private func addChunk(_ group: Int) -> Int {
    if let chunk = orphans.popLast() {
      groups[Int(chunk)] = UInt16(group)
      ordinals[Int(chunk)] = UInt32(chunks[group].count)
      chunks[group].append(chunk)
      return Int(chunk)
    }
    // One chunk less than fit, so that the end of the last one is a slot number too.
    precondition(chunkCount < 1 << (32 - shift) - 1, "more than 2^32 slots")
    if chunkCount == capacity {
      let grown = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity * 2)
      grown.update(from: groups, count: chunkCount)
      groups.deallocate()
      groups = grown
      capacity *= 2
    }
    groups[chunkCount] = UInt16(group)
    ordinals.append(UInt32(chunks[group].count))
    chunks[group].append(UInt32(chunkCount))
    chunkCount += 1
    return chunkCount - 1
  }
}
