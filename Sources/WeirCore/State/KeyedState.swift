import Glibc
import WeirColumns

/// The keys of an operator and their slots, split by key group.
///
/// A slot is chunk << shift | place in the chunk, and a chunk's slots belong to one key group. For
/// n slots of a chunk, the keys' own chunk holds
///
///     n x 16   cells: the keys; of a free slot: kind 0, and the next free slot
///     n x  4   tags: the low 32 bits of the hash
///     n x  4   uses: how many panes (or sessions) hold something for the key
///
/// Snapshots hold cells and tags; uses, free slots and tables are made anew from the rest. A slot whose uses fall to 0 is freed by `release`. Everything is a function of the keys and their
/// order.
final class KeyedState {
  let keyGroups: Int
  let shift: Int
  /// Slots of a chunk.
  let chunkSlots: Int
  let codec: KeyCodec
  let arenas: GroupArenas
  let keys: ChunkTable
  let slots: SlotAllocator
  // By key group; raw, because the look-up hoists it. Freed in `deinit`.
  let groups: UnsafeMutablePointer<GroupIndex>
  let segments = SegmentPools()
  let tagOffset: Int
  let useOffset: Int
  /// Keys that have a slot.
  var count = 0
  /// Which keys have the most rows; nil if there is only the empty key.
  let keyCounts: KeyCounts?
  /// The marked state that is being written.
  var writer: StateWriter?
  /// A marked state was given up, and the changes that it had taken are not known any more.
  var hasLostChanges = false

  init(_ codec: KeyCodec, keyGroups: Int, shift: Int) {
    precondition(
      keyGroups > 0 && keyGroups <= KeyGroups.maximum,
      "\(keyGroups) key groups"
    )
    self.codec = codec
    keyCounts = codec.columns.isEmpty ? nil : KeyCounts()
    self.keyGroups = keyGroups
    self.shift = shift
    chunkSlots = 1 << shift
    tagOffset = chunkSlots * 16
    useOffset = chunkSlots * 20
    arenas = GroupArenas(keyGroups: keyGroups)
    keys = ChunkTable(
      ChunkPool(chunkBytes: chunkSlots * 24),
      shift: shift,
      columns: [ChunkColumn(offset: 0, width: 16), ChunkColumn(offset: tagOffset, width: 4)]
    )
    _ = keys.make(0)
    slots = SlotAllocator(keyGroups: keyGroups, shift: shift)
    groups = .allocate(capacity: keyGroups)
    for group in 0..<keyGroups {
      (groups + group).initialize(to: GroupIndex(segments))
    }
  }

  deinit {
    for group in 0..<keyGroups { groups[group].deallocate(segments) }
    groups.deallocate()
  }

  /// Chunks so far, with chunk 0, which belongs to nobody.
  var chunkCount: Int { slots.chunkCount }

  /// The key group of each chunk; valid until a slot is made.
  var chunkGroups: UnsafeMutablePointer<UInt16> { slots.groups }

  // MARK: Places in chunks

  /// The cell of a slot.
  @inline(__always)
  func cell(_ slot: UInt32) -> UnsafeMutablePointer<Cell> {
    keys.present[Int(slot) &>> shift].assumingMemoryBound(to: Cell.self)
      + (Int(slot) & (chunkSlots &- 1))
  }

  @inline(__always)
  func tag(_ slot: UInt32) -> UnsafeMutablePointer<UInt32> {
    (keys.present[Int(slot) &>> shift] + tagOffset).assumingMemoryBound(to: UInt32.self)
      + (Int(slot) & (chunkSlots &- 1))
  }

  /// How many panes (or sessions) hold something for the key of the slot.
  @inline(__always)
  func uses(_ slot: UInt32) -> UnsafeMutablePointer<UInt32> {
    (keys.present[Int(slot) &>> shift] + useOffset).assumingMemoryBound(to: UInt32.self)
      + (Int(slot) & (chunkSlots &- 1))
  }

  /// The key group of a slot.
  @inline(__always)
  func group(of slot: UInt32) -> Int { slots.group(of: slot) }

  // MARK: Results

  /// How many rows of results may be made at a time, at most `WindowLimits.runLength`.
  ///
  /// Whichever rows they are, they take at most `WindowLimits.resultBytes` of text, unless one row
  /// alone takes more.
  func resultRows(of output: Schema) -> Int {
    let texts = output.fields.count { $0.type.layout == .variable }
    let rows = WindowLimits.resultBytes / (arenas.longest * max(texts, 1))
    return max(1, min(rows, WindowLimits.runLength))
  }

  // MARK: Finding

  /// Finds the slots of keys, by position, and makes those that are missing.
  ///
  /// Two passes: the first only reads the home entries, none of which waits for another, so that
  /// their cache misses overlap; the second compares the keys there, and goes the long way for the
  /// few that lie elsewhere.
  func find(
    _ hashes: UnsafePointer<UInt64>,
    _ cells: UnsafePointer<Cell>,
    _ count: Int,
    into slots: UnsafeMutablePointer<UInt32>
  ) {
    Self.guess(hashes, count, groups, keyGroups, into: slots)
    var done = 0
    while true {
      let index = Self.confirm(
        hashes,
        cells,
        done..<count,
        groups,
        keyGroups,
        keys.present,
        shift,
        into: slots
      )
      guard index < count else { return }
      slots[index] = findOrInsert(hashes[index], cells[index])
      done = index + 1
    }
  }

  /// Reads the home entry of each hash and the two behind it, and takes the slot of the one whose tag
  /// is right.
  private static func guess(
    _ hashes: UnsafePointer<UInt64>,
    _ count: Int,
    _ groups: UnsafePointer<GroupIndex>,
    _ keyGroups: Int,
    into slots: UnsafeMutablePointer<UInt32>
  ) {
    for position in 0..<count {
      let hash = hashes[position]
      let group = groups + KeyGroups.group(of: hash, of: keyGroups)
      let tag = UInt32(truncatingIfNeeded: hash)
      let place = group.pointee.home(hash)
      let home = group.pointee[place]
      let second = group.pointee.next(place)
      let next = group.pointee[second]
      let last = group.pointee[group.pointee.next(second)]
      let behind = UInt32(truncatingIfNeeded: next &>> 32) == tag ? next : last
      let isHome = UInt32(truncatingIfNeeded: home &>> 32) == tag
      slots[position] = UInt32(truncatingIfNeeded: isHome ? home : behind)
    }
  }

  /// Checks guessed slots and corrects those whose key lies further on in the table.
  ///
  /// Stops at the first key that is missing, or too long for a comparison in place, and returns its
  /// position, else the end.
  private static func confirm(
    _ hashes: UnsafePointer<UInt64>,
    _ cells: UnsafePointer<Cell>,
    _ positions: Range<Int>,
    _ groups: UnsafePointer<GroupIndex>,
    _ keyGroups: Int,
    _ chunks: UnsafePointer<UnsafeMutableRawPointer>,
    _ shift: Int,
    into slots: UnsafeMutablePointer<UInt32>
  ) -> Int {
    let slotMask = 1 &<< shift &- 1
    for position in positions {
      let wanted = cells[position]
      let guessed = Int(slots[position])
      let found = chunks[guessed &>> shift]
        .assumingMemoryBound(to: Cell.self)[guessed & slotMask]
      if Cell.sameBits(found, wanted) { continue }
      let hash = hashes[position]
      let group = groups + KeyGroups.group(of: hash, of: keyGroups)
      let tag = UInt32(truncatingIfNeeded: hash)
      var place = group.pointee.home(hash)
      while true {
        let entry = group.pointee[place]
        if entry == 0 { return position }
        if UInt32(truncatingIfNeeded: entry &>> 32) == tag {
          let slot = Int(entry & 0xFFFF_FFFF)
          let cell = chunks[slot &>> shift].assumingMemoryBound(to: Cell.self)[slot & slotMask]
          if Cell.sameBits(cell, wanted) {
            slots[position] = UInt32(truncatingIfNeeded: entry)
            break
          }
          if cell.isLong { return position }
        }
        place = group.pointee.next(place)
      }
    }
    return positions.upperBound
  }

  @inline(never)
  private func findOrInsert(_ hash: UInt64, _ wanted: Cell) -> UInt32 {
    let group = KeyGroups.group(of: hash, of: keyGroups)
    let index = groups + group
    let tag = UInt32(truncatingIfNeeded: hash)
    var place = index.pointee.home(hash)
    while true {
      let entry = index.pointee[place]
      if entry == 0 { return insert(wanted, group, tag) }
      if entry &>> 32 == UInt64(tag) {
        let slot = UInt32(truncatingIfNeeded: entry)
        if isSame(cell(slot).pointee, wanted) { return slot }
      }
      place = index.pointee.next(place)
    }
  }

  // `wanted` comes from a batch: if it is long, it has an address, not a reference.
  private func isSame(_ stored: Cell, _ wanted: Cell) -> Bool {
    guard stored.isLong, stored.high == wanted.high else { return Cell.sameBits(stored, wanted) }
    return memcmp(arenas.pointer(stored.low), Self.address(wanted), wanted.count) == 0
  }

  private static func address(_ cell: Cell) -> UnsafeRawPointer {
    guard let address = UnsafeRawPointer(bitPattern: UInt(cell.low)) else {
      preconditionFailure("a long key at no address")
    }
    return address
  }

  private func insert(_ wanted: Cell, _ group: Int, _ tag: UInt32) -> UInt32 {
    let free = slots.firstFree(group)
    let next = free == 0 ? 0 : UInt32(truncatingIfNeeded: cell(free).pointee.low)
    let slot = slots.take(group, nextFree: next)
    _ = keys.touch(slot)
    if wanted.isLong {
      cell(slot).pointee = arenas.makeCell(Self.address(wanted), wanted.count, group: group)
    } else {
      cell(slot).pointee = wanted
    }
    self.tag(slot).pointee = tag
    uses(slot).pointee = 0
    groups[group].insert(tag: tag, slot: slot, segments)
    count += 1
    return slot
  }

  /// Frees a slot without uses.
  func release(_ slot: UInt32) {
    let group = group(of: slot)
    let cell = cell(slot)
    precondition(uses(slot).pointee == 0, "slot \(slot) is in use")
    groups[group].remove(tag: tag(slot).pointee, slot: slot)
    _ = keys.touch(slot)
    arenas.release(cell.pointee)
    cell.pointee = Cell(low: UInt64(slots.give(slot)), high: 0)
    count -= 1
  }

  // MARK: Inspection

  /// Bytes that keys and tables take.
  var reservedBytes: Int {
    keys.pool.reservedBytes + keys.directoryBytes + arenas.reservedBytes + segments.reservedBytes
  }

  /// Every entry leads to a key of its group and tag, every key has one entry; O(entries).
  func checkInvariants() {
    var entries = 0
    for group in 0..<keyGroups {
      let index = groups[group]
      for place in 0..<index.capacity where index[place] != 0 {
        let entry = index[place]
        let slot = UInt32(truncatingIfNeeded: entry)
        precondition(self.group(of: slot) == group, "slot \(slot) is not of group \(group)")
        precondition(UInt64(tag(slot).pointee) == entry >> 32, "slot \(slot) has another tag")
        precondition(!cell(slot).pointee.isNone, "slot \(slot) in a table has no key")
        entries += 1
      }
    }
    precondition(entries == count, "\(entries) entries for \(count) keys")
  }
}
