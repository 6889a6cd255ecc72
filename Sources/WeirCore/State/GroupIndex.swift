/// The open-addressing table of one key group.
///
/// An entry is 8 bytes, the low 32 bits of the key's hash above the slot; 0 is free. Those 32 bits, as
/// a fraction of 2^32, are its home as a fraction of the table, so entries lie nearly in their order;
/// collisions go to the next entries, at most five eighths of which are taken. A table grows by a
/// third, in segments of 2 KiB, and gives back what the next one takes. Snapshots do not hold it: it
/// is made anew from the tags of the keys.
struct GroupIndex {
  static let segmentShift = 8
  static let segmentMask = (1 << segmentShift) - 1
  private static let firstCapacity = 16

  // Owned by the `KeyedState`, which calls `deallocate`.
  private(set) var segments: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
  /// Entries, free ones too: a power of two up to a segment, then whole segments.
  private(set) var capacity: Int
  private(set) var count = 0

  init(_ pools: SegmentPools) {
    segments = .allocate(capacity: 0)
    capacity = 0
    makeSegments(capacity: Self.firstCapacity, pools)
  }

  private mutating func makeSegments(capacity: Int, _ pools: SegmentPools) {
    self.capacity = capacity
    segments = .allocate(capacity: segmentCount)
    for segment in 0..<segmentCount { segments[segment] = pools.take(entries: segmentEntries) }
  }

  private var segmentEntries: Int { min(capacity, Self.segmentMask + 1) }
  private var segmentCount: Int { capacity / segmentEntries }

  /// Gives the segments back.
  func deallocate(_ pools: SegmentPools) {
    for segment in 0..<segmentCount { pools.give(segments[segment], entries: segmentEntries) }
    segments.deallocate()
  }

  /// Where the entry of a hash lies if nothing is in its way; only the low 32 bits count.
  @inline(__always)
  func home(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: ((hash & 0xFFFF_FFFF) &* UInt64(truncatingIfNeeded: capacity)) &>> 32)
  }

  /// The place behind one.
  @inline(__always)
  func next(_ place: Int) -> Int {
    let next = place &+ 1
    return next == capacity ? 0 : next
  }

  @inline(__always)
  subscript(place: Int) -> UInt64 {
    get { segments[place &>> Self.segmentShift][place & Self.segmentMask] }
    nonmutating set { segments[place &>> Self.segmentShift][place & Self.segmentMask] = newValue }
  }

  /// Enters a slot whose key is not in the table; O(entries) when it grows.
  mutating func insert(tag: UInt32, slot: UInt32, _ pools: SegmentPools) {
    reserve(count + 1, pools)
    count += 1
    place(UInt64(tag) << 32 | UInt64(slot))
  }

  private func place(_ entry: UInt64) {
    var place = home(entry &>> 32)
    while self[place] != 0 { place = next(place) }
    self[place] = entry
  }

  /// Makes room for so many entries at once; O(entries).
  mutating func reserve(_ entries: Int, _ pools: SegmentPools) {
    var capacity = capacity
    while entries * 8 > capacity * 5 { capacity = Self.grown(capacity) }
    if capacity > self.capacity { grow(to: capacity, pools) }
  }

  /// Twice as much within a segment, then by a third, in whole segments.
  private static func grown(_ capacity: Int) -> Int {
    let segment = segmentMask + 1
    if capacity < segment { return capacity * 2 }
    return capacity + (capacity / 3 + segmentMask) / segment * segment
  }

  private mutating func grow(to capacity: Int, _ pools: SegmentPools) {
    let old = self
    makeSegments(capacity: capacity, pools)
    for place in 0..<old.capacity where old[place] != 0 { self.place(old[place]) }
    old.deallocate(pools)
  }

  /// How far a place lies behind another, round the end of the table.
  private func distance(_ from: Int, _ to: Int) -> Int {
    to >= from ? to - from : to - from + capacity
  }

  /// Removes a slot, closing the gap: entries behind it move up as far as their homes allow.
  mutating func remove(tag: UInt32, slot: UInt32) {
    let entry = UInt64(tag) << 32 | UInt64(slot)
    var gap = home(UInt64(tag))
    while self[gap] != entry {
      precondition(self[gap] != 0, "slot \(slot) is not in its table")
      gap = next(gap)
    }
    count -= 1
    var place = next(gap)
    while self[place] != 0 {
      let home = home(self[place] &>> 32)
      // The entry may fill the gap unless its home lies behind the gap, on the way to it.
      if distance(home, place) >= distance(gap, place) {
        self[gap] = self[place]
        gap = place
      }
      place = next(place)
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
