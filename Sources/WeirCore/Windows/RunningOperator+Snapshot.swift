// The state into snapshots and out of them: keys and totals.

extension RunningOperator {
  package var liveTables: [StateTable] {
    [
      StateTable(.head), StateTable(.keys), StateTable(.byteHeads), StateTable(.bytes),
      StateTable(.totals),
    ]
  }

  package func mark(rewriting addresses: [StateAddress], isFull: Bool) {
    precondition(order == nil, "'\(name)' has results left")
    state.mark(
      [StateWriter.Part(table: StateTable(.totals), chunks: totals, slots: state.slots)],
      head: OperatorHead(watermark: .start).encoded,
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
    case .totals:
      try totals.restore(section) { ordinal throws(WeirError) in
        try state.restoredChunk(ordinal, section.address)
      }
    case .keys, .byteHeads, .bytes, .pane, .latePane, .carries, .lateCarries, .sessions:
      throw .damagedState(section.address, "totals have no such table")
    }
  }

  package func keep(_ groups: [Bool]) {
    precondition(order == nil, "'\(name)' has results left")
    for chunk in state.chunks(besides: groups, of: state.slots) { totals.forget(chunk) }
    state.keep(groups)
  }

  package func finishRestore() throws(WeirError) {
    guard restored != nil else { throw .noHead(of: name) }
    restored = nil
    let claims = try state.finishRestore()
    for chunk in 1..<state.chunkCount {
      guard let base = totals.chunk(chunk) else { continue }
      let counts = base.assumingMemoryBound(to: Int64.self)
      let group = Int(state.chunkGroups[chunk])
      guard aggregates.claim(base, group: group, claims),
        state.hasKeys(chunk, { counts[$0] != 0 })
      else {
        let address = StateAddress(StateTable(.totals), group: group, section: 0)
        throw .damagedState(address, "a total that is none, or of no key")
      }
      let uses = state.uses(UInt32(chunk << state.shift))
      for place in 0..<state.chunkSlots { uses[place] = counts[place] != 0 ? 1 : 0 }
    }
    try state.endRestore(claims)
  }
}
