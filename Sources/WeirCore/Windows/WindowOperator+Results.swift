import WeirColumns

// Results as rows: keys, times, aggregates, marks.

extension WindowOperator {
  /// Appends a row for each slot; see below.
  func appendResults(
    _ slots: [UInt32],
    of window: Int64,
    _ panes: [Pane],
    into batch: Batch,
    _ marks: ResultMarks,
    usingTotals: Bool,
    only columns: [Int]? = nil
  ) throws(WeirError) {
    let result = slots.withUnsafeBufferPointer { slots -> Result<Void, WeirError> in
      Result { () throws(WeirError) in
        try appendResults(
          slots,
          of: window,
          panes,
          into: batch,
          marks,
          usingTotals: usingTotals,
          only: columns
        )
      }
    }
    try result.get()
  }

  /// Appends a row for each slot: the window's result of its key.
  ///
  /// With `usingTotals` the window is the one that is firing. With `only`, other columns of the
  /// output are left unset. Throws when a result does not fit its type.
  func appendResults(
    _ slots: UnsafeBufferPointer<UInt32>,
    of window: Int64,
    _ panes: [Pane],
    into batch: Batch,
    _ marks: ResultMarks,
    usingTotals: Bool,
    only columns: [Int]?
  ) throws(WeirError) {
    guard !slots.isEmpty else { return }
    let used = batch.count
    batch.reserve(rows: used + slots.count)
    if columns?.contains(where: { $0 < keyWidth }) ?? (keyWidth > 0) {
      state.codec.decode(
        slots.map { UnsafePointer(state.cell($0)) },
        state.arenas,
        into: batch.columns[..<keyWidth],
        used: used
      )
    }
    let end = alignment.time(window)
    for (index, time) in [(keyWidth, end - alignment.size), (keyWidth + 1, end)]
    where columns?.contains(index) ?? true {
      fill(batch.columns[index], time, used, slots.count)
    }
    if columns == nil { fill(batch.times, end - 1, used, slots.count) }
    marks.fill(batch, spec: spec, used: used, count: slots.count)
    var merged: [Int] = []
    for (index, member) in aggregates.members.enumerated()
    where columns?.contains(keyWidth + 2 + index) ?? true {
      let isWhole =
        totals != nil
        ? usingTotals && member.totalOffset != nil
        : panes.count == 1 && layout.places[index].isWhole
      if isWhole {
        try appendDirect(index, slots, panes, batch, used)
      } else {
        merged.append(index)
      }
    }
    if !merged.isEmpty { try appendMerged(merged, slots, panes, batch, used) }
    if batch.hasStamps { batch.appendNoStamps(slots.count) }
    batch.count += slots.count
  }

  private func fill(_ column: Column, _ value: Int64, _ used: Int, _ count: Int) {
    (column.words + used).update(repeating: value, count: count)
  }

  private func column(_ index: Int, of batch: Batch) -> Column {
    batch.columns[keyWidth + 2 + index]
  }

  /// Appends one aggregate straight from the totals, or from the only pane.
  private func appendDirect(
    _ index: Int,
    _ slots: UnsafeBufferPointer<UInt32>,
    _ panes: [Pane],
    _ batch: Batch,
    _ used: Int
  ) throws(WeirError) {
    let member = aggregates.members[index]
    let chunks = totals ?? panes[0].chunks
    let offset = totals == nil ? layout.places[index].offset : member.totalOffset ?? 0
    let failed = aggregates.appendResults(
      member,
      offset,
      of: slots,
      in: chunks,
      into: column(index, of: batch),
      used: used
    )
    if let failed { throw overflow(member, slots[failed]) }
  }

  /// Appends aggregates that are put together from the panes of the window.
  private func appendMerged(
    _ members: [Int],
    _ slots: UnsafeBufferPointer<UInt32>,
    _ panes: [Pane],
    _ batch: Batch,
    _ used: Int
  ) throws(WeirError) {
    let places = (0..<state.chunkSlots).map { UInt16(truncatingIfNeeded: $0) }
    var start = 0
    while start < slots.count {
      let count = min(state.chunkSlots, slots.count - start)
      scratch.clear(state.arenas)
      merge(UnsafeBufferPointer(rebasing: slots[start..<start + count]), panes, members)
      for index in members {
        let member = aggregates.members[index]
        let failed = places.withUnsafeBufferPointer { buffer -> Int? in
          guard let places = buffer.baseAddress else { return nil }
          return aggregates.result(
            member,
            scratch.base + member.offset,
            places,
            count,
            into: column(index, of: batch),
            used: used + start
          )
        }
        if let failed { throw overflow(member, slots[start + failed]) }
      }
      start += count
    }
  }

  /// Puts the slots together from panes, into the scratch chunk, by position.
  private func merge(_ slots: UnsafeBufferPointer<UInt32>, _ panes: [Pane], _ members: [Int]) {
    var start = 0
    while start < slots.count {
      // Slots that follow each other in a chunk, as when all are looked at.
      let slot = slots[start]
      let most = min(state.chunkSlots - Int(slot) & (state.chunkSlots - 1), slots.count - start)
      var count = 1
      while count < most, slots[start + count] == slot + UInt32(count) { count += 1 }
      for pane in panes {
        layout.widen(
          pane,
          slot,
          count,
          into: scratch.base,
          at: start,
          members: members,
          group: state.arenas.scratchGroup
        )
      }
      start += count
    }
  }

  private func overflow(_ member: AggregateSet.Member, _ slot: UInt32) -> WeirError {
    WeirError.overflow(
      of: member.spec,
      in: name,
      keyGroup: state.group(of: slot)
    )
  }
}

extension WeirError {
  /// A result that does not fit its type.
  static func overflow(of spec: AggregateSpec, in name: String, keyGroup: Int) -> WeirError {
    WeirError(
      "E511",
      "cannot compute column '\(spec.name)' of operator '\(name)'",
      detail: "\(spec.function.rawValue) does not fit \(spec.resultType) for a key of key group "
        + "\(keyGroup)",
      hint: "cast the argument to float, or use smaller windows",
      blame: .user
    )
  }
}

extension Batch {
  /// Continues the stamps of a batch that has some with rows that have none.
  func appendNoStamps(_ rows: Int) {
    (stamps.words + count).update(repeating: Self.noStamp, count: rows)
  }
}
