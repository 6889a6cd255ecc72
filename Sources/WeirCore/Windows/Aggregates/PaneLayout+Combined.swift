import WeirColumns

extension PaneLayout {
  /// Adds partial aggregates to those of a pane, but the counts of rows, which the caller keeps.
  ///
  /// All chunks that they touch are there. Throws E513 if one is no state.
  func merge(
    _ rows: SlotRows,
    of partials: Batch,
    _ form: CombinedForm,
    to pane: Pane,
    _ groups: UnsafePointer<UInt16>,
    _ scratch: ScratchChunk
  ) throws(WeirError) {
    var column = form.firstState
    for (member, place) in zip(aggregates.members, places) {
      guard let aggregate = member.aggregate else { continue }
      let parts = CombinedForm.parts(of: member, slots: aggregates.slots)
      let regions = Regions(
        pointers: pane.chunks.present,
        groups: groups,
        offset: place.offset,
        shift: pane.chunks.shift
      )
      if parts == [.encoded] {
        try decode(rows, partials.columns[column], aggregate, regions)
        column += 1
        continue
      }
      let carries = Carries(table: pane.carries, offset: place.carryOffset)
      var columns: [Column] = []
      for part in parts {
        let count = if case .pair = part { 2 } else { 1 }
        columns += partials.columns[column..<column + count]
        column += count
      }
      // As many at a time as there are slots in a chunk.
      for start in stride(from: 0, to: rows.count, by: aggregates.slots) {
        let some = SlotRows(
          slots: rows.slots + start,
          rows: rows.rows + start,
          count: min(aggregates.slots, rows.count - start)
        )
        Self.load(some, parts, columns, into: scratch.base + member.offset)
        aggregate.mergeNarrow(
          Region(base: scratch.base + member.offset, place: 0, group: 0),
          some,
          regions,
          carries
        )
      }
    }
  }

  private func decode(
    _ rows: SlotRows,
    _ column: Column,
    _ aggregate: any Aggregate,
    _ regions: Regions
  ) throws(WeirError) {
    for position in 0..<rows.count {
      var reader = StateReader(Array(column.rawBytes(at: Int(rows.rows[position]))))
      let slot = rows.slots[position]
      try aggregate.decode(
        &reader,
        into: Region(
          base: regions.base(slot),
          place: regions.place(slot),
          group: regions.group(slot)
        )
      )
    }
  }

  /// Puts states back as they lie in a chunk, from its first slot on.
  private static func load(
    _ rows: SlotRows,
    _ parts: [CombinedForm.Part],
    _ columns: [Column],
    into state: UnsafeMutableRawPointer
  ) {
    var next = 0
    for part in parts {
      let first = columns[next]
      next += 1
      switch part {
      case .byte(let offset):
        let to = (state + offset).assumingMemoryBound(to: UInt8.self)
        for position in 0..<rows.count { to[position] = first.flags[Int(rows.rows[position])] }
      case .word(let offset):
        let from = first.words
        let to = (state + offset).assumingMemoryBound(to: Int64.self)
        for position in 0..<rows.count { to[position] = from[Int(rows.rows[position])] }
      case .pair(let offset):
        let (low, high) = (first.words, columns[next].words)
        next += 1
        let to = (state + offset).assumingMemoryBound(to: Int64.self)
        for position in 0..<rows.count {
          let row = Int(rows.rows[position])
          to[2 &* position] = low[row]
          to[2 &* position &+ 1] = high[row]
        }
      case .encoded: preconditionFailure("an encoded state is decoded")
      }
    }
  }
}
