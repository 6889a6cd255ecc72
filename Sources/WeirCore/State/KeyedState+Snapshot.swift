import WeirColumns

// The state of an operator into a snapshot, and out of several.

extension KeyedState {
  /// The part of the keys.
  var keyPart: StateWriter.Part {
    StateWriter.Part(table: StateTable(.keys), chunks: keys, slots: slots)
  }

  /// Marks the keys, their bytes and other tables; O(tables + key groups), but for what is to be
  /// written whole.
  func mark(
    _ others: [StateWriter.Part],
    head: [UInt8],
    rewriting: [StateAddress],
    isFull: Bool
  ) {
    precondition(writer == nil, "a snapshot is begun before the last one is written")
    // What rows change most goes first, so that little is copied aside.
    let parts = others + [keyPart]
    let isFull = isFull || hasLostChanges
    hasLostChanges = false
    for part in parts { part.chunks.mark(isFull: isFull) }
    for arena in arenas.arenas { arena?.mark(isFull: isFull) }
    if !isFull { rewrite(rewriting, parts) }
    writer = StateWriter(head: head, parts: parts, arenas: arenas)
  }

  private func rewrite(_ addresses: [StateAddress], _ parts: [StateWriter.Part]) {
    let places = Dictionary(
      parts.enumerated().map { ($1.table, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    for address in addresses where address.group < keyGroups {
      if address.table.kind == .bytes {
        arenas.arenas[address.group]?.rewrite(section: address.section)
      } else if address.table.kind == .byteHeads {
        arenas.arenas[address.group]?.rewriteHead()
      } else if let place = places[address.table] {
        let part = parts[place]
        part.chunks.rewrite(
          part.chunks.chunks(of: address.section, part.slots.chunks[address.group])
        )
      }
    }
  }

  /// Appends sections of the marked state; true when all is written.
  func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool {
    guard var current = writer else { return true }
    // Nothing else refers to the writer while it works, so its fields change in place.
    writer = nil
    if current.writeSlice(maximumBytes: maximumBytes, into: &sections) { return true }
    writer = current
    return false
  }

  /// Gives up a marked state; the next one is written whole.
  func abandonSnapshot() {
    guard let current = writer else { return }
    current.abandon()
    writer = nil
    hasLostChanges = true
  }

  // MARK: Restoring

  /// Takes a section of keys or bytes in; false if it is of another table.
  func restore(_ section: StateSection) throws(WeirError) -> Bool {
    let group = section.address.group
    guard group >= 0, group < keyGroups else {
      throw .damagedState(section.address, "there are \(keyGroups) key groups")
    }
    switch section.address.table.kind {
    case .keys:
      try keys.restore(section) { ordinal throws(WeirError) in
        let known = slots.chunks[group].count
        let first = section.address.section << (keys.sectionShift - shift)
        // Sections come in order, so a number that leaves a gap is not ours.
        guard first <= known, ordinal < 1 << (30 - shift) else {
          throw WeirError.damagedState(section.address, "only \(known) chunks come before it")
        }
        return slots.restoreChunk(group, ordinal)
      }
    case .byteHeads:
      guard !arenas.arena(group).isBegun else {
        throw .damagedState(section.address, "it comes twice")
      }
      arenas.restore(try ByteArena.Head(section), group)
    case .bytes:
      try arenas.arena(group).restore(section)
    case .head, .pane, .latePane, .carries, .lateCarries, .totals, .sessions:
      return false
    }
    return true
  }

  /// The chunk that holds the so many-th slots of a key group, which has them already.
  func restoredChunk(_ ordinal: Int, _ address: StateAddress) throws(WeirError) -> Int {
    guard address.group >= 0, address.group < keyGroups,
      ordinal < slots.chunks[address.group].count
    else { throw .damagedState(address, "there are no keys for it") }
    return Int(slots.chunks[address.group][ordinal])
  }

  /// Makes free slots and tables from the keys; O(slots).
  ///
  /// Returns who owns which bytes of the keys: the operator claims those of its aggregates, and then
  /// calls `endRestore`.
  func finishRestore() throws(WeirError) -> ArenaClaims {
    for (group, arena) in arenas.arenas.enumerated() where arena?.finishRestore() == false {
      throw .damagedState(Self.bytes(group), "not all of its chunks are there")
    }
    let claims = ArenaClaims(arenas)
    count = 0
    for group in 0..<keyGroups {
      let chunks = slots.chunks[group]
      var used = 0
      for chunk in chunks { used += countKeys(keys.make(Int(chunk))) }
      groups[group].reserve(used, segments)
      count += used
      // From the end, so that the first free slots are the first to be used.
      for chunk in chunks.reversed() { try enter(chunk, group, claims) }
    }
    return claims
  }

  /// Checks that what is free of the arenas is nobody's.
  func endRestore(_ claims: ArenaClaims) throws(WeirError) {
    for (group, arena) in arenas.arenas.enumerated() {
      guard let arena, !claims.claimFree(of: arena, group: group) else { continue }
      throw .damagedState(Self.bytes(group), "released bytes belong to somebody")
    }
  }

  private static func bytes(_ group: Int) -> StateAddress {
    StateAddress(StateTable(.byteHeads), group: group, section: 0)
  }

  /// True if a slot of a chunk that holds something has a key; `holds` says of each place whether.
  func hasKeys(_ chunk: Int, _ holds: (Int) -> Bool) -> Bool {
    let cells = cell(UInt32(chunk << shift))
    return (0..<chunkSlots).allSatisfy { !holds($0) || !cells[$0].isNone }
  }

  private func countKeys(_ chunk: UnsafeMutableRawPointer) -> Int {
    let cells = chunk.assumingMemoryBound(to: Cell.self)
    var used = 0
    for place in 0..<chunkSlots { used &+= cells[place].isNone ? 0 : 1 }
    return used
  }

  private func enter(
    _ chunk: UInt32,
    _ group: Int,
    _ claims: ArenaClaims
  ) throws(WeirError) {
    let first = chunk << UInt32(shift)
    let cells = cell(first)
    let tags = tag(first)
    for place in stride(from: chunkSlots - 1, through: 0, by: -1) {
      let slot = first + UInt32(place)
      guard !cells[place].isNone else {
        cells[place] = Cell(low: UInt64(slots.give(slot)), high: 0)
        continue
      }
      guard claims.claim(cells[place], group: group), codec.accepts(cells + place, arenas) else {
        let table = StateAddress(StateTable(.keys), group: group, section: 0)
        throw .damagedState(table, "a key that is none, or whose bytes are not its own")
      }
      groups[group].insert(tag: tags[place], slot: slot, segments)
    }
  }
}
