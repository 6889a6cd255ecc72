/// The open-addressing table of one key group, and where its slots come from.
///
/// An entry is 8 bytes, the low 32 bits of the key's hash above the slot; 0 is free. Its home is the
/// hash masked, collisions go to the next entries, at most half of which are taken. Entries lie in
/// segments of at most 64 KiB, each marked with the epoch that last wrote it.
struct GroupIndex {
  static let segmentShift = 13
  static let segmentMask = (1 << segmentShift) - 1
  private static let firstCapacity = 16

  // Owned by the `KeyedState`, which calls `deallocate`.
  private(set) var segments: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
  private(set) var epochs: UnsafeMutablePointer<UInt64>
  private(set) var mask: Int
  private(set) var count = 0
  /// The slot freed last; its cell refers to the one freed before.
  var firstFree: UInt32 = 0
  /// The slots of the newest chunk that were never used.
  var fresh: UInt32 = 0
  var freshEnd: UInt32 = 0

  init(epoch: UInt64) {
    segments = .allocate(capacity: 1)
    epochs = .allocate(capacity: 1)
    mask = 0
    makeSegments(capacity: Self.firstCapacity, epoch)
  }

  private mutating func makeSegments(capacity: Int, _ epoch: UInt64) {
    mask = capacity - 1
    let size = min(capacity, Self.segmentMask + 1)
    segments = .allocate(capacity: capacity / size)
    epochs = .allocate(capacity: capacity / size)
    for segment in 0..<capacity / size {
      segments[segment] = .allocate(capacity: size)
      segments[segment].initialize(repeating: 0, count: size)
      epochs[segment] = epoch
    }
  }

  private var segmentCount: Int { mask >> Self.segmentShift + 1 }

  func deallocate() {
    for segment in 0..<segmentCount { segments[segment].deallocate() }
    segments.deallocate()
    epochs.deallocate()
  }

  /// Bytes of the entries.
  var reservedBytes: Int { (mask + 1) * 8 }

  @inline(__always)
  subscript(place: Int) -> UInt64 {
    get { segments[place &>> Self.segmentShift][place & Self.segmentMask] }
    nonmutating set { segments[place &>> Self.segmentShift][place & Self.segmentMask] = newValue }
  }

  /// Enters a slot whose key is not in the table; O(entries) when it grows.
  mutating func insert(tag: UInt32, slot: UInt32, epoch: UInt64) {
    if (count + 1) * 2 > mask + 1 { grow(epoch) }
    count += 1
    place(UInt64(tag) << 32 | UInt64(slot), epoch)
  }

  private func place(_ entry: UInt64, _ epoch: UInt64) {
    var place = Int(entry &>> 32) & mask
    while self[place] != 0 { place = (place &+ 1) & mask }
    self[place] = entry
    epochs[place >> Self.segmentShift] = epoch
  }

  private mutating func grow(_ epoch: UInt64) {
    let old = self
    makeSegments(capacity: (mask + 1) * 2, epoch)
    for place in 0...old.mask where old[place] != 0 { self.place(old[place], epoch) }
    old.deallocate()
  }

  /// Removes a slot, closing the gap: entries behind it move up as far as their homes allow.
  mutating func remove(tag: UInt32, slot: UInt32, epoch: UInt64) {
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
        epochs[gap >> Self.segmentShift] = epoch
        gap = next
      }
      next = (next + 1) & mask
    }
    self[gap] = 0
    epochs[gap >> Self.segmentShift] = epoch
  }
}
