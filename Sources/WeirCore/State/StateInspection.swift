import WeirColumns

/// Shows what a state holds: a row for each key and pane, session or total, with what its aggregates
/// come to as they are.
///
/// First all sections, as a restore takes them; then `finishRestore`; then `read` until nothing is left.
package final class StateInspection {
  /// The key, what of time is held, whether it is open, how many rows it is made of, and the aggregates.
  package let schema: Schema
  /// Columns of the key.
  package let keyWidth: Int
  private let state: any KeyedOperator
  private var places: [(pane: Int, slot: UInt32)] = []
  private var next = 0

  /// Names of the columns between key and aggregates.
  package static let ownColumns = ["from", "to", "holds", "rows"]

  /// Makes an empty one; `names` are those of the aggregates.
  package init(_ shape: StateShape, names: [String]) {
    precondition(names.count == shape.aggregates.count, "\(names.count) names of aggregates")
    state = shape.makeOperator()
    keyWidth = shape.key.count
    let own = zip(Self.ownColumns, [ColumnType.timestamp, .timestamp, .string, .int])
    schema = Schema(
      shape.key + own.map { Field($0, $1) }
        + zip(names, shape.aggregates).map { Field($0, $1.resultType) }
    )
  }

  /// Takes a section in; throws E514 if it is none of such a state.
  package func restore(_ section: StateSection) throws(WeirError) { try state.restore(section) }

  /// Ends the restore; throws E514 if the state makes no sense.
  package func finishRestore() throws(WeirError) {
    try state.finishRestore()
    switch state {
    case let windows as WindowOperator: list(windows)
    case let sessions as SessionOperator: list(sessions)
    case let running as RunningOperator: list(running)
    default: preconditionFailure("a state of no known form")
    }
  }

  /// Keys that have state.
  package var keyCount: Int { state.keyCount }
  /// Rows that `read` gives in all.
  package var rowCount: Int { places.count }

  /// Appends rows behind those of the batch; false when none was left.
  ///
  /// A result that does not fit its type is null.
  package func read(maximumRows: Int, into batch: Batch) -> Bool {
    let end = min(next + maximumRows, places.count)
    guard next < end else { return false }
    while next < end {
      let (pane, slot) = places[next]
      batch.reserve(rows: batch.count + 1)
      switch state {
      case let windows as WindowOperator: append(slot, windows.paneList.panes[pane], windows, batch)
      case let sessions as SessionOperator: append(slot, sessions, batch)
      case let running as RunningOperator: append(slot, running, batch)
      default: preconditionFailure("a state of no known form")
      }
      batch.count += 1
      next += 1
    }
    return true
  }

  // MARK: Windows

  private func list(_ windows: WindowOperator) {
    for (number, pane) in windows.paneList.panes.enumerated() {
      for slot in windows.state.slotsOfChunks where windows.layout.rows(of: slot, in: pane) > 0 {
        places.append((number, slot))
      }
    }
  }

  private func append(_ slot: UInt32, _ pane: Pane, _ windows: WindowOperator, _ batch: Batch) {
    appendKey(slot, windows.state, batch)
    let alignment = windows.alignment
    let start = alignment.time(pane.last - alignment.panes)
    let isFired = pane.last <= windows.fired
    appendOwn(
      batch,
      from: start,
      to: start + alignment.every,
      holds: pane.isLate ? "late" : isFired ? "fired" : "open",
      rows: windows.layout.rows(of: slot, in: pane)
    )
    let aggregates = windows.aggregates
    windows.scratch.clear(windows.state.arenas)
    windows.layout.widen(
      pane,
      slot,
      1,
      into: windows.scratch.base,
      at: 0,
      members: Array(aggregates.members.indices),
      group: windows.state.arenas.scratchGroup
    )
    for (index, member) in aggregates.members.enumerated() {
      let column = aggregate(index, batch)
      var place: UInt16 = 0
      let failed = aggregates.result(
        member,
        windows.scratch.base + member.offset,
        &place,
        1,
        into: column,
        used: batch.count
      )
      if failed != nil { column.appendNull(at: batch.count) }
    }
  }

  // MARK: Sessions and totals

  private func list(_ sessions: SessionOperator) {
    let table = sessions.sessions
    for chunk in 1..<table.chunkCount where table.chunks.chunk(chunk) != nil {
      for slot in UInt32(chunk << table.shift)..<UInt32((chunk + 1) << table.shift)
      where table[slot].key.pointee != 0 {
        places.append((0, slot))
      }
    }
  }

  private func append(_ slot: UInt32, _ sessions: SessionOperator, _ batch: Batch) {
    let session = sessions.sessions[slot]
    appendKey(session.key.pointee, sessions.state, batch)
    appendOwn(
      batch,
      from: session.start.pointee,
      to: session.last.pointee + sessions.gap,
      holds: session.has(SessionFlags.fired) ? "fired" : "open",
      rows: rows(slot, sessions.sessions.chunks, sessions.sessions.shift)
    )
    appendAggregates(slot, sessions.aggregates, sessions.sessions.chunks, batch)
  }

  private func list(_ running: RunningOperator) {
    for slot in running.state.slotsOfChunks
    where !running.state.cell(slot).pointee.isNone
      && rows(slot, running.totals, running.state.shift) > 0
    {
      places.append((0, slot))
    }
  }

  private func append(_ slot: UInt32, _ running: RunningOperator, _ batch: Batch) {
    appendKey(slot, running.state, batch)
    appendOwn(
      batch,
      from: nil,
      to: running.greatestTime(slot),
      holds: "open",
      rows: rows(slot, running.totals, running.state.shift)
    )
    appendAggregates(slot, running.aggregates, running.totals, batch)
  }

  /// How many rows a slot is made of; 0 if its chunk is not there.
  private func rows(_ slot: UInt32, _ chunks: ChunkTable, _ shift: Int) -> Int64 {
    guard let base = chunks.chunk(Int(slot) >> shift) else { return 0 }
    return base.assumingMemoryBound(to: Int64.self)[Int(slot) & (1 << shift - 1)]
  }

  private func appendAggregates(
    _ slot: UInt32,
    _ aggregates: AggregateSet,
    _ chunks: ChunkTable,
    _ batch: Batch
  ) {
    for (index, member) in aggregates.members.enumerated() {
      let column = aggregate(index, batch)
      let failed = [slot].withUnsafeBufferPointer { slots in
        aggregates.appendResults(
          member,
          member.offset,
          of: slots,
          in: chunks,
          into: column,
          used: batch.count
        )
      }
      if failed != nil { column.appendNull(at: batch.count) }
    }
  }

  // MARK: Columns

  private func aggregate(_ index: Int, _ batch: Batch) -> Column {
    batch.columns[keyWidth + Self.ownColumns.count + index]
  }

  private func appendKey(_ slot: UInt32, _ keys: KeyedState, _ batch: Batch) {
    keys.codec.decode(
      [UnsafePointer(keys.cell(slot))],
      keys.arenas,
      into: batch.columns[..<keyWidth],
      used: batch.count
    )
  }

  private func appendOwn(
    _ batch: Batch,
    from: Int64?,
    to: Int64,
    holds: String,
    rows: Int64
  ) {
    let row = batch.count
    if let from {
      batch.columns[keyWidth].append(word: from, at: row)
    } else {
      batch.columns[keyWidth].appendNull(at: row)
    }
    batch.columns[keyWidth + 1].append(word: to, at: row)
    batch.columns[keyWidth + 2].append(text: holds, at: row)
    batch.columns[keyWidth + 3].append(word: rows, at: row)
  }
}

extension KeyedState {
  /// The slots of all chunks, those too that are free.
  fileprivate var slotsOfChunks: Range<UInt32> {
    UInt32(1 << shift)..<UInt32(max(chunkCount, 1) << shift)
  }
}
