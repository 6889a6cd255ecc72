import WeirColumns

// Firing sessions, in the order (window end, key), and forgetting them.

/// Sessions that the watermark has passed.
struct SessionFiring {
  enum Phase {
    /// Looking through the buckets of timers that are due.
    case collecting
    /// Handing results out.
    case emitting
  }

  var phase = Phase.collecting
  var order = ResultOrder()
  /// Sessions of the current bucket that have not been looked at.
  var bucket: [UInt32] = []
  var bucketNumber: Int64 = 0
  /// Sessions that end before the watermark and have not been filtered.
  var candidates: [UInt32] = []
  /// Sessions that need not be kept when all results are out.
  var finished: [UInt32] = []
  /// Sessions of the last buckets that are not due yet, to be put back.
  var early: [UInt32] = []
}

extension SessionOperator {
  package func advance(to watermark: Watermark) {
    precondition(firing == nil && pending.isEmpty, "'\(name)' has results left")
    guard watermark > self.watermark else { return }
    self.watermark = watermark
    hasAdvanced = true
  }

  package func emit(
    maximumRows: Int,
    into batch: Batch
  ) throws(WeirError) -> Emission {
    if isEarlyRequested { try makeEarly() }
    guard pending.isEmpty else {
      pending.move(maximumRows: maximumRows, into: batch)
      return .rows(pending.kind)
    }
    guard firing != nil || hasAdvanced else { return .none }
    var current = firing ?? SessionFiring()
    firing = nil
    hasAdvanced = false
    switch current.phase {
    case .collecting:
      try collect(&current)
    case .emitting where current.order.isEmpty:
      forget(&current)
      if current.finished.isEmpty { return .none }
    case .emitting:
      var slots: [UInt32] = []
      current.order.take(min(maximumRows, resultRows), state, into: &slots)
      try appendResults(admitted(slots), into: batch, ResultMarks())
      firings?.done()
    }
    firing = current
    return .rows(.onTime)
  }

  private func collect(_ current: inout SessionFiring) throws(WeirError) {
    var left = WindowLimits.slotsOfStep
    while left > 0 {
      guard let slot = current.bucket.popLast() else {
        guard let bucket = timers.takeFirst(before: limit) else {
          try sift(&current)
          for slot in current.early { schedule(slot) }
          current.early.removeAll()
          current.order.seal(state)
          current.phase = .emitting
          return
        }
        current.bucket = bucket.sessions
        current.bucketNumber = bucket.number
        continue
      }
      left -= 1
      look(at: slot, &current)
      if current.candidates.count >= WindowLimits.runLength { try sift(&current) }
    }
  }

  /// What to do with a session whose timer is due: fire it, forget it, or look again later.
  private func look(at slot: UInt32, _ current: inout SessionFiring) {
    let session = sessions[slot]
    // Otherwise the slot was freed since, and perhaps used again under another timer.
    guard session.key.pointee != 0, session.timer.pointee == current.bucketNumber else { return }
    session.timer.pointee = .min
    let end = session.last.pointee + gap
    guard end < limit || Mutant.sessionFiredAtEnd.isActive && end == limit else {
      current.early.append(slot)
      return
    }
    if !session.has(SessionFlags.fired) { current.candidates.append(slot) }
    if end + spec.allowedLateness < limit {
      current.finished.append(slot)
    } else {
      sessions.touch(slot)
      session.set(SessionFlags.fired)
      current.early.append(slot)
    }
  }

  func schedule(_ slot: UInt32) {
    let session = sessions[slot]
    let end = session.last.pointee + gap
    let lateness = session.has(SessionFlags.fired) ? spec.allowedLateness : 0
    timers.add(slot, session, at: end + lateness)
  }

  private func sift(_ current: inout SessionFiring) throws(WeirError) {
    guard !current.candidates.isEmpty else { return }
    if let having {
      let rows = resultRows
      var passed: [UInt32] = []
      var start = 0
      while start < current.candidates.count {
        let part = Array(current.candidates[start..<min(start + rows, current.candidates.count)])
        let noted = admitted(part)
        filtered.removeAll()
        try appendResults(noted, into: filtered, ResultMarks())
        let passing = having.select(filtered)
        firings?.done()
        for position in 0..<passing.count { passed.append(noted[Int(passing.indices[position])]) }
        start += part.count
      }
      current.order.append(passed, sessions, state)
    } else {
      current.order.append(current.candidates, sessions, state)
    }
    current.candidates.removeAll(keepingCapacity: true)
  }

  /// Removes finished sessions, a bounded number of them.
  private func forget(_ current: inout SessionFiring) {
    for _ in 0..<min(WindowLimits.slotsOfStep, current.finished.count) {
      remove(current.finished.removeLast(), isLinked: true)
    }
  }

  /// Frees a session and, with its last one, its key.
  func remove(_ slot: UInt32, isLinked: Bool) {
    let key = sessions[slot].key.pointee
    sessions.touch(slot)
    if isLinked { unlink(slot, key) }
    aggregates.clear(
      slot,
      in: sessions.chunks,
      shift: sessions.shift,
      group: state.group(of: key)
    )
    sessions.release(slot)
    state.uses(key).pointee -= 1
    if state.uses(key).pointee == 0 { state.release(key) }
  }

  private func unlink(_ slot: UInt32, _ key: UInt32) {
    let next = sessions[slot].next.pointee
    var previous = sessions.head(key).pointee
    guard previous != slot else {
      sessions.head(key).pointee = next
      return
    }
    while sessions[previous].next.pointee != slot { previous = sessions[previous].next.pointee }
    sessions[previous].next.pointee = next
  }

  // MARK: Preliminary results

  package func requestEarly() {
    precondition(
      firing == nil && !hasAdvanced && pending.isEmpty,
      "'\(name)' has results left"
    )
    isEarlyRequested = spec.early
  }

  private func makeEarly() throws(WeirError) {
    isEarlyRequested = false
    pending.kind = .early
    var order = ResultOrder()
    for chunk in 1..<sessions.chunkCount where sessions.chunks.chunk(chunk) != nil {
      let first = UInt32(chunk << sessions.shift)
      let slots = (0..<UInt32(state.chunkSlots)).map { first + $0 }.filter { slot in
        let session = sessions[slot]
        return session.key.pointee != 0 && session.has(SessionFlags.changed)
          && !session.has(SessionFlags.fired)
      }
      for slot in slots {
        sessions.touch(slot)
        sessions[slot].clear(SessionFlags.changed)
      }
      order.append(slots, sessions, state)
    }
    order.seal(state)
    var slots: [UInt32] = []
    while !order.isEmpty {
      order.take(resultRows, state, into: &slots)
      let batch = Batch(output, capacity: slots.count)
      try appendResults(admitted(slots), into: batch, ResultMarks(isEarly: true))
      defer { firings?.done() }
      guard let having else {
        pending.append(batch)
        continue
      }
      let passing = Batch(output, capacity: slots.count)
      passing.append(batch, having.select(batch))
      pending.append(passing)
    }
  }

  // MARK: Results

  package var identityWidth: Int { keyWidth + 2 }

  /// The most results that may be computed at a time.
  private var resultRows: Int { min(state.resultRows(of: output), firings?.most ?? .max) }

  /// The sessions whose results may be computed, which are noted until `firings.done()`.
  private func admitted(_ slots: [UInt32]) -> [UInt32] {
    guard let firings, !slots.isEmpty else { return slots }
    let named = Batch(output, capacity: slots.count)
    appendNames(slots, into: named)
    named.count = slots.count
    let rows = firings.admit(named)
    return (0..<rows.count).map { slots[Int(rows.indices[$0])] }
  }

  /// Sets key and times behind the rows of a batch.
  private func appendNames(_ slots: [UInt32], into batch: Batch) {
    let used = batch.count
    state.codec.decode(
      slots.map { UnsafePointer(state.cell(sessions[$0].key.pointee)) },
      state.arenas,
      into: batch.columns[..<keyWidth],
      used: used
    )
    for (position, slot) in slots.enumerated() {
      let session = sessions[slot]
      let end = session.last.pointee + gap
      batch.columns[keyWidth].words[used + position] = session.start.pointee
      batch.columns[keyWidth + 1].words[used + position] = end
      batch.times.words[used + position] = end - 1
    }
  }

  /// Appends a row for each session.
  func appendResults(
    _ slots: [UInt32],
    into batch: Batch,
    _ marks: ResultMarks
  ) throws(WeirError) {
    guard !slots.isEmpty else { return }
    let used = batch.count
    batch.reserve(rows: used + slots.count)
    appendNames(slots, into: batch)
    marks.fill(batch, spec: spec, used: used, count: slots.count)
    for (index, member) in aggregates.members.enumerated() {
      let failed = slots.withUnsafeBufferPointer {
        aggregates.appendResults(
          member,
          member.offset,
          of: $0,
          in: sessions.chunks,
          into: batch.columns[keyWidth + 2 + index],
          used: used
        )
      }
      if let failed {
        throw WeirError.overflow(
          of: member.spec,
          in: name,
          keyGroup: state.group(of: sessions[slots[failed]].key.pointee)
        )
      }
    }
    if batch.hasStamps { batch.appendNoStamps(slots.count) }
    batch.count += slots.count
  }
}
