// The state into snapshots and out of them: keys, sessions, and the watermark.

extension SessionOperator {
  package var liveTables: [StateTable] {
    [
      StateTable(.head), StateTable(.keys), StateTable(.byteHeads), StateTable(.bytes),
      StateTable(.sessions),
    ]
  }

  package func mark(rewriting addresses: [StateAddress], isFull: Bool) {
    precondition(
      firing == nil && !hasAdvanced && pending.isEmpty && !isEarlyRequested,
      "'\(name)' has results left"
    )
    let part = StateWriter.Part(
      table: StateTable(.sessions),
      chunks: sessions.chunks,
      slots: sessions.slots,
      keySlots: state.slots
    )
    state.mark(
      [part],
      head: OperatorHead(watermark: watermark).encoded,
      rewriting: addresses,
      isFull: isFull
    )
  }

  package func writeSlice(maximumBytes: Int, into sections: inout [StateSection]) -> Bool {
    state.writeSlice(maximumBytes: maximumBytes, into: &sections)
  }

  package func abandonSnapshot() { state.abandonSnapshot() }

  package func restore(_ section: StateSection) throws(WeirError) {
    if try state.restore(section) { return }
    switch section.address.table.kind {
    case .head:
      restored = try OperatorHead(section, after: restored)
    case .sessions:
      try sessions.chunks.restore(section) { ordinal throws(WeirError) in
        let group = section.address.group
        let known = sessions.slots.chunks[group].count
        let table = sessions.chunks
        guard section.address.section << (table.sectionShift - table.shift) <= known else {
          throw WeirError.damagedState(section.address, "only \(known) chunks come before it")
        }
        return sessions.slots.restoreChunk(group, ordinal)
      }
    case .keys, .byteHeads, .bytes, .pane, .latePane, .carries, .lateCarries, .totals:
      throw .damagedState(section.address, "sessions have no such table")
    }
  }

  package func keep(_ groups: [Bool]) {
    precondition(firing == nil && !hasAdvanced && pending.isEmpty, "'\(name)' has results left")
    // A timer may lead to a slot that was freed since, and that is another group's now.
    timers.keep { groups[sessions.slots.group(of: $0)] }
    sessions.keep(groups, keyChunks: state.chunks(besides: groups, of: state.slots))
    state.keep(groups)
  }

  package func finishRestore() throws(WeirError) {
    guard let head = restored else { throw .noHead(of: name) }
    restored = nil
    watermark = head.watermark
    let claims = try state.finishRestore()
    for group in 0..<state.keyGroups {
      // From the end, so that the first free slots are the first to be used.
      for chunk in sessions.slots.chunks[group].reversed() {
        guard aggregates.claim(sessions.chunks.make(Int(chunk)), group: group, claims) else {
          throw .damagedState(Self.address(group), "aggregates that are none")
        }
        let first = chunk << UInt32(sessions.shift)
        for slot in (first..<first + UInt32(state.chunkSlots)).reversed() {
          try enter(slot, group)
        }
      }
    }
    try state.endRestore(claims)
  }

  private static func address(_ group: Int) -> StateAddress {
    StateAddress(StateTable(.sessions), group: group, section: 0)
  }

  /// Whether the bounds of a restored session are such as rows make.
  private func isPossible(_ session: SessionRecord) -> Bool {
    let (start, last) = (session.start.pointee, session.last.pointee)
    let known = SessionFlags.fired | SessionFlags.changed | SessionFlags.narrow
    let earliest = session.has(SessionFlags.narrow) ? session.reach.pointee : start
    return start <= last && start >= -Self.farthestTime && last <= Self.farthestTime
      && session.flags.pointee & ~known == 0 && earliest <= start && earliest >= start - gap
  }

  /// Links a restored session to its key and its timer, or frees its slot.
  private func enter(_ slot: UInt32, _ group: Int) throws(WeirError) {
    let session = sessions[slot]
    guard session.key.pointee != 0 else {
      session.next.pointee = sessions.slots.give(slot)
      return
    }
    guard let key = state.slots.slot(group, localNumber: session.key.pointee - 1),
      !state.cell(key).pointee.isNone, isPossible(session)
    else { throw .damagedState(Self.address(group), "a session that is none, or of no key") }
    session.key.pointee = key
    state.uses(key).pointee += 1
    sessions.count += 1
    var previous: UInt32 = 0
    var next = sessions.head(key).pointee
    while next != 0, sessions[next].last.pointee < session.last.pointee {
      previous = next
      next = sessions[next].next.pointee
    }
    session.next.pointee = next
    if previous == 0 {
      sessions.head(key).pointee = slot
    } else {
      sessions[previous].next.pointee = slot
    }
    schedule(slot)
  }
}
