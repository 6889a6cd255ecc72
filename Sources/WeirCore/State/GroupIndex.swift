/// The open-addressing table of one key group.
///
/// An entry is 8 bytes, the low 32 bits of the key's hash above the slot; 0 is free. Its home is the
/// hash masked, collisions go to the next entries, at most half of which are taken. Entries lie in
/// segments of at most 4 KiB, so that a table that grows gives back what the next one takes. Snapshots do not hold it: it is made anew from the tags of the keys.
struct GroupIndex {
  static let segmentShift = 9
  static let segmentMask = (1 << segmentShift) - 1
  private static let firstCapacity = 16

  // Owned by the `KeyedState`, which calls `deallocate`.
  private(set) var segments: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
  private(set) var mask: Int
  private(set) var count = 0

  init(_ pools: SegmentPools) {
    segments = .allocate(capacity: 0)
    mask = 0
    makeSegments(capacity: Self.firstCapacity, pools)
  }

  private mutating func makeSegments(capacity: Int, _ pools: SegmentPools) {
    mask = capacity - 1
    let size = min(capacity, Self.segmentMask + 1)
    segments = .allocate(capacity: capacity / size)
    for segment in 0..<capacity / size {
      segments[segment] = pools.take(entries: size)
    }
  }

  private var segmentCount: Int { mask >> Self.segmentShift + 1 }

  /// Gives the segments back.
  func deallocate(_ pools: SegmentPools) {
    let size = min(mask + 1, Self.segmentMask + 1)
    for segment in 0..<segmentCount { pools.give(segments[segment], entries: size) }
    segments.deallocate()
  }

  @inline(__always)
  subscript(place: Int) -> UInt64 {
    get { segments[place &>> Self.segmentShift][place & Self.segmentMask] }
    nonmutating set { segments[place &>> Self.segmentShift][place & Self.segmentMask] = newValue }
  }

  /// Enters a slot whose key is not in the table; O(entries) when it grows.
  mutating func insert(tag: UInt32, slot: UInt32, _ pools: SegmentPools) {
    if (count + 1) * 2 > mask + 1 { grow(to: (mask + 1) * 2, pools) }
    count += 1
    place(UInt64(tag) << 32 | UInt64(slot))
  }

  private func place(_ entry: UInt64) {
    var place = Int(entry &>> 32) & mask
    while self[place] != 0 { place = (place &+ 1) & mask }
    self[place] = entry
  }

  /// Makes room for so many entries at once; O(entries).
  mutating func reserve(_ entries: Int, _ pools: SegmentPools) {
    var capacity = mask + 1
    while entries * 2 > capacity { capacity *= 2 }
    if capacity > mask + 1 { grow(to: capacity, pools) }
  }

  private mutating func grow(to capacity: Int, _ pools: SegmentPools) {
    let old = self
    makeSegments(capacity: capacity, pools)
    for place in 0...old.mask where old[place] != 0 { self.place(old[place]) }
    old.deallocate(pools)
  }

  /// Removes a slot, closing the gap: entries behind it move up as far as their homes allow.
  mutating func remove(tag: UInt32, slot: UInt32) {
    let entry = UInt64(tag) << 32 | UInt64(slot)
    var gap = Int(tag) & mask
    while self[gap] != entry {
      precondition(self[gap] != 0, "slot \(slot) is not in its table")
      gap = (gap + 1) & mask
    }
    count -= 1
    var next = (gap + 1) & mask
    while self[next] != 0 {
      let home = Int(self[next] &>> 32) & mask
      // The entry may fill the gap unless its home lies behind the gap, on the way to it.
      if (next - home) & mask >= (next - gap) & mask {
        self[gap] = self[next]
        gap = next
      }
      next = (next + 1) & mask
    }
    self[gap] = 0
  }
}

/// Memory for segments of all sizes, so that those of all groups lie close together.
final class SegmentPools {
  // By the logarithm of the number of entries.
  private var pools: [ChunkPool?] = [ChunkPool?](
    repeating: nil,
    count: GroupIndex.segmentShift + 1
  )

  /// A segment of free entries; their number is a power of two.
  func take(entries: Int) -> UnsafeMutablePointer<UInt64> {
    pool(entries).take().bindMemory(to: UInt64.self, capacity: entries)
  }

  /// Takes a segment back.
  func give(_ segment: UnsafeMutablePointer<UInt64>, entries: Int) {
    pool(entries).give(UnsafeMutableRawPointer(segment))
  }

  private func pool(_ entries: Int) -> ChunkPool {
    let size = entries.trailingZeroBitCount
    if let pool = pools[size] { return pool }
    let pool = ChunkPool(chunkBytes: entries * 8)
    pools[size] = pool
    return pool
  }

  /// Bytes of all segments, those that wait to be used again too.
  var reservedBytes: Int { pools.reduce(0) { $0 + ($1?.reservedBytes ?? 0) } }
}
