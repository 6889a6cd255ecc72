// The state into snapshots and out of them: keys, panes, and the watermark.

extension WindowOperator {
  package var liveTables: [StateTable] {
    [StateTable(.head), StateTable(.keys), StateTable(.byteHeads), StateTable(.bytes)]
      + paneList.panes.flatMap { [$0.table, $0.carryTable] }
  }

  package func mark(rewriting addresses: [StateAddress], isFull: Bool) {
    precondition(
      isSettled && closing == nil && !isEarlyRequested,
      "'\(name)' has results left"
    )
    state.mark(
      paneList.panes.flatMap { pane in
        [
          StateWriter.Part(table: pane.table, chunks: pane.chunks, slots: state.slots),
          StateWriter.Part(table: pane.carryTable, chunks: pane.carries, slots: state.slots),
        ]
      },
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
    let table = section.address.table
    switch table.kind {
    case .head:
      restored = try OperatorHead(section, after: restored)
    case .pane, .latePane, .carries, .lateCarries:
      guard alignment.canHold(table.first, table.last), let pane = restoredPane(table)
      else { throw .damagedState(section.address, "more panes than there can be") }
      let chunks = table.kind.isCarries ? pane.carries : pane.chunks
      try chunks.restore(section) { ordinal throws(WeirError) in
        try state.restoredChunk(ordinal, section.address)
      }
    case .keys, .byteHeads, .bytes, .totals, .sessions:
      throw .damagedState(section.address, "windows have no such table")
    }
  }

  package func keep(_ groups: [Bool]) {
    precondition(isSettled && closing == nil, "'\(name)' has results left")
    for chunk in state.chunks(besides: groups, of: state.slots) {
      for pane in paneList.panes {
        pane.chunks.forget(chunk)
        pane.carries.forget(chunk)
      }
      totals?.forget(chunk)
    }
    parting.removeAll { !groups[state.group(of: $0)] }
    state.keep(groups)
  }

  private func restoredPane(_ table: StateTable) -> Pane? {
    let (first, last, isLate) = (table.first, table.last, table.kind.isLate)
    if let pane = paneList.find(first: first, last: last, isLate: isLate) { return pane }
    guard paneList.panes.count < WindowLimits.livePanes else { return nil }
    let pane = makePane(first: first, last: last, isLate: isLate)
    paneList.insert(pane)
    return pane
  }

  package func finishRestore() throws(WeirError) {
    guard let head = restored else { throw .noHead(of: name) }
    restored = nil
    watermark = head.watermark
    fired = alignment.fired(watermark.microseconds)
    due = fired
    let claims = try state.finishRestore()
    for pane in paneList.panes {
      pane.isInTotals =
        totals != nil && !pane.isLate && pane.first <= fired && pane.last > fired
      for chunk in 1..<state.chunkCount {
        if let base = pane.chunks.chunk(chunk) { try take(base, chunk, of: pane, claims) }
      }
    }
    try state.endRestore(claims)
    for chunk in 1..<state.chunkCount {
      let first = UInt32(chunk << state.shift)
      for slot in first..<first + UInt32(state.chunkSlots)
      where state.uses(slot).pointee == 0 && !state.cell(slot).pointee.isNone {
        parting.append(slot)
      }
    }
  }

  /// Counts the uses of a restored chunk and adds it to the totals.
  private func take(
    _ base: UnsafeMutableRawPointer,
    _ chunk: Int,
    of pane: Pane,
    _ claims: ArenaClaims
  ) throws(WeirError) {
    let counts = base.assumingMemoryBound(to: UInt16.self)
    let group = Int(state.chunkGroups[chunk])
    guard layout.claim(base, group: group, claims), state.hasKeys(chunk, { counts[$0] != 0 }) else {
      let address = StateAddress(pane.table, group: group, section: 0)
      throw .damagedState(address, "rows that are none, or of no key")
    }
    let uses = state.uses(UInt32(chunk << state.shift))
    for place in 0..<state.chunkSlots { uses[place] &+= counts[place] != 0 ? 1 : 0 }
    if spec.early {
      let flags = (base + layout.ownOffset).assumingMemoryBound(to: UInt8.self)
      if (0..<state.chunkSlots).contains(where: { flags[$0] != 0 }) { pane.hasChanged = true }
    }
    guard pane.isInTotals, let totals else { return }
    layout.enter(pane, chunk) { totals.make(chunk) }
  }
}

extension Pane {
  /// What snapshots call it.
  var table: StateTable { StateTable(isLate ? .latePane : .pane, first: first, last: last) }

  /// What snapshots call its carries.
  var carryTable: StateTable {
    StateTable(isLate ? .lateCarries : .carries, first: first, last: last)
  }
}

/// What of an operator belongs to no key.
///
///     offset   bytes
///          0       8   watermark, microseconds; -2^63 start, 2^63 - 1 end
struct OperatorHead {
  var watermark: Watermark

  init(watermark: Watermark) { self.watermark = watermark }

  /// Reads a head; throws if one that was read before differs.
  ///
  /// Snapshots of one epoch are aligned, so all instances have noted the same watermark.
  init(_ section: StateSection, after before: OperatorHead?) throws(WeirError) {
    var reader = StateReader(section.bytes)
    watermark = Watermark(microseconds: try reader.next(Int64.self))
    guard reader.isAtEnd, before.map({ $0.watermark == watermark }) ?? true else {
      throw .damagedState(
        section.address,
        "the watermark is \(watermark.microseconds), in another snapshot "
          + "\((before?.watermark ?? watermark).microseconds)"
      )
    }
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number: watermark.microseconds)
    return bytes
  }
}

extension WeirError {
  /// Sections without the operator's own.
  static func noHead(of name: String) -> WeirError {
    WeirError(
      "E514",
      "restore the state of '\(name)'",
      detail: "no snapshot has a head",
      hint: "use an older checkpoint",
      blame: .weir
    )
  }
}
