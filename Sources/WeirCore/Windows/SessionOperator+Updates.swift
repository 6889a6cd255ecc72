import WeirColumns

// After the rows of a batch: what had fired and has changed comes again, or is taken back.

extension SessionOperator {
  /// A row of the updates of a batch.
  private struct Update {
    var end: Int64
    /// The slot of the key.
    var key: UInt32
    /// The session whose result comes, or nil: the row of `before` that is taken back.
    var session: UInt32?
    var row = 0
  }

  /// Makes the updates of a batch and forgets the sessions that it merged away.
  func finishBatch() throws(WeirError) {
    var updates: [Update] = []
    for old in before.sessions {
      let slot = resolved(old.slot)
      let session = sessions[slot]
      let isSame = session.start.pointee == old.start && session.last.pointee == old.last
      if isSame, try isPassing(slot) { continue }
      guard let row = old.row else { continue }
      updates.append(
        Update(end: old.last + gap, key: session.key.pointee, session: nil, row: row)
      )
    }
    for slot in touched where !sessions[slot].has(SessionFlags.merged) {
      let session = sessions[slot]
      session.clear(SessionFlags.touched)
      let wasFired = session.has(SessionFlags.fired)
      guard session.last.pointee + gap < limit else {
        // The timer of a fired session is for its removal; this one has to fire anew.
        if wasFired { timers.add(slot, session, at: session.last.pointee + gap) }
        session.clear(SessionFlags.fired)
        continue
      }
      session.set(SessionFlags.fired)
      // A fired session waits for its removal in a timer of its own.
      if !wasFired {
        timers.add(slot, session, at: session.last.pointee + gap + spec.allowedLateness)
      }
      if try isPassing(slot) {
        updates.append(
          Update(end: session.last.pointee + gap, key: session.key.pointee, session: slot)
        )
      }
    }
    try passOn(&updates)
    for slot in merged { remove(slot, isLinked: false) }
    touched.removeAll(keepingCapacity: true)
    merged.removeAll(keepingCapacity: true)
    before.sessions.removeAll(keepingCapacity: true)
    before.batch?.removeAll()
  }

  private func isPassing(_ slot: UInt32) throws(WeirError) -> Bool {
    guard let having else { return true }
    filtered.removeAll()
    try appendResults([slot], into: filtered, ResultMarks())
    return having.select(filtered).count == 1
  }

  /// Puts updates where `emit` finds them, by (window end, key), what is taken back first.
  private func passOn(_ updates: inout [Update]) throws(WeirError) {
    guard !updates.isEmpty else { return }
    updates.sort { left, right in
      if left.end != right.end { return left.end < right.end }
      let order = state.arenas.compare(state.cell(left.key), state.cell(right.key))
      if order != 0 { return order < 0 }
      return left.session == nil && right.session != nil
    }
    pending.kind = .update
    var start = 0
    let rows = state.resultRows(of: output)
    while start < updates.count {
      let end = min(start + rows, updates.count)
      let batch = Batch(output, capacity: end - start)
      for update in updates[start..<end] {
        if let slot = update.session {
          try appendResults([slot], into: batch, ResultMarks(isUpdate: true))
        } else if let old = before.batch {
          batch.append(old, row: update.row)
        }
      }
      pending.append(batch)
      start = end
    }
  }
}
