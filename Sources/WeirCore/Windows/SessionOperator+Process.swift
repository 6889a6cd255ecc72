import WeirColumns

// Taking rows: each finds, extends, joins or begins a session; then one kernel per aggregate.

extension SessionOperator {
  package func process(
    _ batch: Batch,
    watermark: Watermark,
    late: LateRows
  ) throws(WeirError) {
    precondition(
      firing == nil && !hasAdvanced && pending.isEmpty,
      "'\(name)' has results left"
    )
    late.reset(rows: batch.count)
    guard batch.count > 0 else { return }
    buffers.reserve(batch.count)
    let rows = takeRows(batch, max(watermark, self.watermark).microseconds, late)
    guard rows.count > 0 else { return }
    state.find(batch, rows, buffers)
    try place(rows, of: batch)
    for position in 0..<rows.count {
      buffers.groupedSlots[position] = resolved(buffers.groupedSlots[position])
    }
    let taken = SlotRows(slots: buffers.groupedSlots, rows: buffers.rows, count: rows.count)
    let regions = Regions(
      pointers: sessions.chunks.present,
      groups: sessions.chunkGroups,
      offset: 0,
      shift: sessions.shift
    )
    aggregates.countRows(taken, regions)
    aggregates.add(taken, of: batch, to: regions)
    try finishBatch()
  }

  private func takeRows(_ batch: Batch, _ judge: Int64, _ late: LateRows) -> Selection {
    let times = batch.times.words
    let stamps = batch.stamps.words
    let reach = gap + spec.allowedLateness
    var kept = 0
    for row in 0..<batch.count {
      let rowJudge = batch.hasStamps ? max(judge, stamps[row]) : judge
      if Self.clamped(times[row]) + reach < rowJudge {
        late.append(row, time: times[row], watermark: rowJudge)
      } else {
        buffers.rows[kept] = UInt16(truncatingIfNeeded: row)
        kept += 1
      }
    }
    return Selection(indices: buffers.rows, count: kept)
  }

  /// Notes the session that takes each row.
  private func place(_ rows: Selection, of batch: Batch) throws(WeirError) {
    let times = batch.times.words
    guard batch.hasStamps else {
      for position in 0..<rows.count {
        let time = Self.clamped(times[Int(rows.indices[position])])
        buffers.groupedSlots[position] = try place(
          buffers.slots[position],
          time,
          reach: time - gap
        )
      }
      return
    }
    let stamps = batch.stamps.words
    for position in 0..<rows.count {
      let row = Int(rows.indices[position])
      let time = Self.clamped(times[row])
      // A session whose last row is before this was over at the stamp.
      let oldest = Self.clamped(stamps[row]) - gap - spec.allowedLateness
      buffers.groupedSlots[position] = try place(
        buffers.slots[position],
        time,
        reach: max(time - gap, oldest)
      )
    }
  }

  /// The session of a key that takes a row of that time, made, extended or joined as need be.
  ///
  /// `reach` is the earliest time of a row that is a neighbour of this one: sessions are the unions
  /// of overlapping intervals [reach, time], which do not depend on the order of the rows.
  private func place(
    _ key: UInt32,
    _ time: Int64,
    reach: Int64
  ) throws(WeirError) -> UInt32 {
    var previous: UInt32 = 0
    var current = sessions.head(key).pointee
    while current != 0, sessions[current].last.pointee < reach {
      previous = current
      current = sessions[current].next.pointee
    }
    guard current != 0, time >= sessions[current].earliest(gap: gap) else {
      return begin(key, time, reach: reach, after: previous, before: current)
    }
    try touch(current)
    let session = sessions[current]
    let earliest = min(session.earliest(gap: gap), reach)
    session.start.pointee = min(session.start.pointee, time)
    session.last.pointee = max(session.last.pointee, time)
    session.setEarliest(earliest, gap: gap)
    var next = session.next.pointee
    while next != 0, time >= sessions[next].earliest(gap: gap) {
      try touch(next)
      merge(next, into: current)
      next = session.next.pointee
    }
    return current
  }

  private func begin(
    _ key: UInt32,
    _ time: Int64,
    reach: Int64,
    after previous: UInt32,
    before next: UInt32
  ) -> UInt32 {
    let slot = sessions.make(key: key, group: state.group(of: key), time: time)
    sessions[slot].setEarliest(reach, gap: gap)
    sessions[slot].next.pointee = next
    sessions[slot].set(SessionFlags.touched | SessionFlags.changed)
    if previous == 0 {
      sessions.head(key).pointee = slot
    } else {
      sessions[previous].next.pointee = slot
    }
    state.uses(key).pointee += 1
    timers.add(slot, sessions[slot], at: time + gap)
    touched.append(slot)
    return slot
  }

  private func merge(_ source: UInt32, into target: UInt32) {
    let from = sessions[source]
    let to = sessions[target]
    to.last.pointee = max(to.last.pointee, from.last.pointee)
    to.next.pointee = from.next.pointee
    aggregates.move(
      source,
      to: target,
      in: sessions.chunks,
      shift: sessions.shift,
      group: state.group(of: to.key.pointee)
    )
    from.set(SessionFlags.merged)
    from.next.pointee = target
    merged.append(source)
  }

  /// The session into which one was merged within the batch, or itself.
  func resolved(_ slot: UInt32) -> UInt32 {
    var slot = slot
    while sessions[slot].has(SessionFlags.merged) { slot = sessions[slot].next.pointee }
    return slot
  }

  /// Notes that a session changes; of one that has fired, the result as it was.
  private func touch(_ slot: UInt32) throws(WeirError) {
    let session = sessions[slot]
    guard !session.has(SessionFlags.touched) else { return }
    sessions.touch(slot)
    session.set(SessionFlags.touched | SessionFlags.changed)
    touched.append(slot)
    guard session.has(SessionFlags.fired) else { return }
    if before.batch == nil { before.batch = Batch(output, capacity: 16) }
    guard let batch = before.batch else { return }
    // A batch of its own for the filter, which may look at nothing but its rows.
    filtered.removeAll()
    try appendResults([slot], into: filtered, ResultMarks(isRetracted: true))
    let hasPassed = having.map { $0.select(filtered).count == 1 } ?? true
    before.sessions.append(
      SessionBefore(
        slot: slot,
        start: session.start.pointee,
        last: session.last.pointee,
        row: hasPassed ? batch.count : nil
      )
    )
    if hasPassed { batch.append(filtered, row: 0) }
  }
}

/// A fired session as it was before the batch.
struct SessionBefore {
  var slot: UInt32
  var start: Int64
  var last: Int64
  /// Its result, if it had been passed on.
  var row: Int?
}

/// The fired sessions that a batch changes.
struct SessionsBefore {
  var sessions: [SessionBefore] = []
  var batch: Batch?
}
