import WeirColumns

// Taking rows: lateness, panes, slots, and one kernel per pane and aggregate.

extension WindowOperator {
  /// Where rows of a batch go.
  struct Assignment {
    var rows: Selection
    /// The panes that take them; with more than one, `RowBuffers.ordinals` says which.
    var panes: [Pane]
    /// Some rows belong to late panes, too.
    var hasLate = false
  }

  package func process(
    _ batch: Batch,
    watermark: Watermark,
    late: LateRows
  ) throws(WeirError) {
    precondition(isSettled, "'\(name)' has results left")
    late.reset(rows: batch.count)
    guard batch.count > 0 else { return }
    let times = batch.times
    precondition(!times.hasMarks || !hasNull(times, batch.count), "a row without event time")
    buffers.reserve(batch.count)
    let judge = max(watermark, self.watermark).microseconds
    let onTime = try assign(batch, judge, late)
    if onTime.rows.count > 0 {
      state.find(batch, onTime.rows, buffers)
      for (pane, rows) in groups(onTime) { add(rows, of: batch, to: pane) }
    }
    guard onTime.hasLate else { return }
    let lateRows = try assignLate(batch, judge)
    state.find(batch, lateRows.rows, buffers)
    let lateGroups = groups(lateRows)
    let touched = touchedResults(lateGroups)
    let before = try resultsBefore(touched)
    for (pane, rows) in lateGroups { add(rows, of: batch, to: pane) }
    try makeUpdates(touched, before)
  }

  private func hasNull(_ column: Column, _ count: Int) -> Bool {
    (0..<count).contains { column.marks[$0] != 0 }
  }

  /// The rows that each pane takes, valid until rows are assigned again.
  func groups(_ assignment: Assignment) -> [(Pane, SlotRows)] {
    let panes = assignment.panes
    guard panes.count > 1 else {
      let group = SlotRows(
        slots: buffers.slots,
        rows: buffers.rows,
        count: assignment.rows.count
      )
      return [(panes[0], group)]
    }
    let starts = buffers.group(assignment.rows.count, ordinals: panes.count)
    var groups: [(Pane, SlotRows)] = []
    for (ordinal, pane) in panes.enumerated() {
      let start = starts[ordinal]
      let group = SlotRows(
        slots: buffers.groupedSlots + start,
        rows: buffers.groupedRows + start,
        count: starts[ordinal + 1] - start
      )
      groups.append((pane, group))
    }
    return groups
  }

  private func add(_ rows: SlotRows, of batch: Batch, to pane: Pane) {
    // No row comes on time for a window that has fired.
    precondition(!pane.isInTotals, "rows for windows \(pane.first) ... after \(fired)")
    pane.hasChanged = true
    countRows(rows, in: pane)
    layout.add(rows, of: batch, to: pane, state.chunkGroups)
  }

  /// Counts rows by slot, makes the chunks that are written, notes changes and the uses of slots.
  private func countRows(_ rows: SlotRows, in pane: Pane) {
    pane.chunks.reserve(state.chunkCount)
    pane.chunks.setAside(rows)
    pane.chunks.noteTouched()
    let slots = rows.slots
    let shift = state.shift
    let mask = state.chunkSlots &- 1
    var done = 0
    while true {
      done = Self.countRows(
        slots,
        done..<rows.count,
        pane.chunks.pointers,
        state.keys.present,
        state.useOffset,
        shift
      )
      guard done < rows.count else { break }
      let slot = slots[done]
      guard let base = pane.chunks.chunk(Int(slot) >> shift) else {
        _ = pane.chunks.make(Int(slot) >> shift)
        continue
      }
      let place = Int(slot) & mask
      NarrowCount.increment(base.assumingMemoryBound(to: UInt16.self) + place) {
        pane.carries.touch(slot).assumingMemoryBound(to: Int64.self) + place
      }
      done += 1
    }
    noteChanges(rows, in: pane)
  }

  /// Notes which slots have changed since the last snapshot, and since preliminary results were made.
  func noteChanges(_ rows: SlotRows, in pane: Pane) {
    let slots = rows.slots
    let shift = state.shift
    let mask = state.chunkSlots &- 1
    pane.chunks.changes.set(slots, rows.count)
    guard spec.early else { return }
    let offset = layout.ownOffset
    let pointers = pane.chunks.present
    for position in 0..<rows.count {
      let slot = Int(slots[position])
      (pointers[slot &>> shift] + offset).storeBytes(
        of: 1,
        toByteOffset: slot & mask,
        as: UInt8.self
      )
    }
  }

  /// Counts rows by slot and the uses of slots, up to a row whose chunk is not there yet or whose
  /// count is full.
  ///
  /// Returns the position of that row, else the end.
  private static func countRows(
    _ slots: UnsafePointer<UInt32>,
    _ positions: Range<Int>,
    _ chunks: UnsafePointer<UnsafeMutableRawPointer?>,
    _ keys: UnsafePointer<UnsafeMutableRawPointer>,
    _ useOffset: Int,
    _ shift: Int
  ) -> Int {
    let mask = 1 &<< shift &- 1
    for position in positions {
      let slot = Int(slots[position])
      let chunk = slot &>> shift
      guard let base = chunks[chunk] else { return position }
      let count = base.assumingMemoryBound(to: UInt16.self) + (slot & mask)
      let now = count.pointee &+ 1
      // A full count becomes 0, a first row makes it 1.
      if now <= 1 {
        if now == 0 { return position }
        (keys[chunk] + useOffset).assumingMemoryBound(to: UInt32.self)[slot & mask] &+= 1
      }
      count.pointee = now
    }
    return positions.upperBound
  }

  // MARK: Panes of rows

  private func assign(
    _ batch: Batch,
    _ judge: Int64,
    _ late: LateRows
  ) throws(WeirError) -> Assignment {
    let times = batch.times.words
    var lowest = times[0]
    var highest = times[0]
    for row in 0..<batch.count {
      lowest = min(lowest, times[row])
      highest = max(highest, times[row])
    }
    let lowPane = alignment.pane(lowest)
    let highPane = alignment.pane(highest)
    // The common case: no row is behind the watermark, and the batch spans few panes.
    guard !batch.hasStamps, alignment.fired(judge) <= lowPane, highPane - lowPane < 64,
      alignment.pane(.max) > highPane, alignment.pane(.min) < lowPane
    else { return try assignOneByOne(batch, judge, late) }
    let rows = buffers.takeAll(batch.count)
    guard lowPane < highPane else {
      return Assignment(rows: rows, panes: [try regularPane(lowPane, lowest)])
    }
    return Assignment(rows: rows, panes: try assignFew(times, batch.count, lowPane, highPane))
  }

  private func assignFew(
    _ times: UnsafePointer<Int64>,
    _ count: Int,
    _ lowPane: Int64,
    _ highPane: Int64
  ) throws(WeirError) -> [Pane] {
    let start = alignment.time(lowPane)
    let every = alignment.every
    let ordinals = buffers.ordinals
    var counts = [Int](repeating: 0, count: Int(highPane - lowPane) + 1)
    counts.withUnsafeMutableBufferPointer { counts in
      if counts.count == 2 {
        let second = start &+ every
        var inSecond = 0
        for row in 0..<count {
          let ordinal: UInt16 = times[row] >= second ? 1 : 0
          ordinals[row] = ordinal
          inSecond &+= Int(ordinal)
        }
        counts[0] = count - inSecond
        counts[1] = inSecond
      } else {
        for row in 0..<count {
          let ordinal = Int((times[row] &- start) / every)
          ordinals[row] = UInt16(truncatingIfNeeded: ordinal)
          counts[ordinal] &+= 1
        }
      }
    }
    // Panes between without a row are not made: ordinals are closed up if there are any.
    var panes: [Pane] = []
    var places = [UInt16](repeating: 0, count: counts.count)
    for (ordinal, count) in counts.enumerated() where count > 0 {
      places[ordinal] = UInt16(panes.count)
      let pane = lowPane + Int64(ordinal)
      panes.append(try regularPane(pane, alignment.time(pane)))
    }
    if panes.count < counts.count {
      for row in 0..<count { ordinals[row] = places[Int(ordinals[row])] }
    }
    return panes
  }

  private func assignOneByOne(
    _ batch: Batch,
    _ judge: Int64,
    _ late: LateRows
  ) throws(WeirError) -> Assignment {
    assignmentNumber += 1
    var assignment = Assignment(rows: Selection(indices: buffers.rows, count: 0), panes: [])
    for row in 0..<batch.count {
      let place = place(of: row, in: batch, judge)
      if place.closed >= place.last {
        late.append(row, time: place.time, watermark: place.judge)
        continue
      }
      if place.closed < place.passed { assignment.hasLate = true }
      guard place.passed < place.last else { continue }
      let pane = try pane(first: place.passed + 1, last: place.last, isLate: false, place.time)
      append(row, pane, to: &assignment)
    }
    return assignment
  }

  /// Assigns rows to late panes: for windows that are passed and not closed.
  private func assignLate(_ batch: Batch, _ judge: Int64) throws(WeirError) -> Assignment {
    assignmentNumber += 1
    var assignment = Assignment(rows: Selection(indices: buffers.rows, count: 0), panes: [])
    for row in 0..<batch.count {
      let place = place(of: row, in: batch, judge)
      let last = min(place.passed, place.last)
      guard place.closed < last else { continue }
      let pane = try pane(first: place.closed + 1, last: last, isLate: true, place.time)
      append(row, pane, to: &assignment)
    }
    return assignment
  }

  /// Where a row stands among its windows.
  private struct Place {
    var time: Int64
    /// The watermark that it is judged by.
    var judge: Int64
    /// Its windows are those behind `closed` up to `last`, and it is late for those up to `passed`.
    var closed: Int64
    var passed: Int64
    var last: Int64
  }

  @inline(__always)
  private func place(of row: Int, in batch: Batch, _ judge: Int64) -> Place {
    let time = batch.times.words[row]
    let judge = batch.hasStamps ? max(judge, batch.stamps.words[row]) : judge
    let number = alignment.pane(time)
    return Place(
      time: time,
      judge: judge,
      closed: max(number, alignment.closed(judge)),
      passed: max(number, alignment.fired(judge)),
      last: number + alignment.panes
    )
  }

  /// Lets a pane take a row, behind those assigned before.
  func append(_ row: Int, _ pane: Pane, to assignment: inout Assignment) {
    if pane.assignmentNumber != assignmentNumber {
      pane.assignmentNumber = assignmentNumber
      pane.ordinal = assignment.panes.count
      assignment.panes.append(pane)
    }
    let place = assignment.rows.count
    buffers.rows[place] = UInt16(truncatingIfNeeded: row)
    buffers.ordinals[place] = UInt16(truncatingIfNeeded: pane.ordinal)
    assignment.rows.count += 1
  }

  /// The pane of rows that are on time for all its windows; `time` is one of theirs.
  func regularPane(_ number: Int64, _ time: Int64) throws(WeirError) -> Pane {
    try pane(first: number + 1, last: number + alignment.panes, isLate: false, time)
  }

  private func pane(
    first: Int64,
    last: Int64,
    isLate: Bool,
    _ time: Int64
  ) throws(WeirError) -> Pane {
    if let pane = paneList.find(first: first, last: last, isLate: isLate) { return pane }
    guard paneList.panes.count < WindowLimits.livePanes else {
      throw WeirError(
        "E512",
        "open a window in operator '\(name)'",
        detail: "\(WindowLimits.livePanes) panes of \(alignment.every) microseconds hold rows "
          + "already; a row has the event time \(time), the watermark is \(watermark.microseconds)",
        hint: "set 'max_ahead' in the source's watermark, or use wider windows",
        blame: .user
      )
    }
    let pane = makePane(first: first, last: last, isLate: isLate)
    paneList.insert(pane)
    return pane
  }

  /// A pane without rows, in no list.
  func makePane(first: Int64, last: Int64, isLate: Bool) -> Pane {
    Pane(
      first: first,
      last: last,
      isLate: isLate,
      ChunkTable(panePool, shift: state.shift, columns: paneColumns),
      carries: ChunkTable(carryPool, shift: state.shift, columns: layout.carryColumns)
    )
  }
}
