import WeirColumns

/// Aggregates all rows of each key so far, and passes the totals on whenever they change.
///
/// A total comes at most once per batch and key, in the order of the keys; its event time is the
/// greatest of the key so far. No row is late. Keys stay for ever.
package final class RunningOperator: KeyedOperator {
  package let output: Schema
  package var having: (any RowFilter)?
  package var firings: FiringGuard?
  let name: String
  private let spec: WindowSpec
  let state: KeyedState
  let aggregates: AggregateSet
  /// The totals by slot, and behind them n x Int64: the greatest event time, and n x Int64: the
  /// number of the batch that changed it last.
  let totals: ChunkTable
  private let buffers = RowBuffers()
  private let keyWidth: Int
  private let filtered: Batch
  /// Changed keys whose totals wait to be fetched.
  var order: ResultOrder?
  /// The slots that the batch has changed, each once.
  private var changed: [UInt32] = []
  private var batchNumber: Int64 = 0
  package let description: StateDescription
  /// While sections are restored, the head of the snapshots.
  var restored: OperatorHead?

  /// Makes an operator without rows; see `WindowOperator`.
  package init(
    _ spec: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema,
    keyGroups: Int,
    operatorName: String
  ) {
    precondition(spec.shape == .running, "\(spec.shape) is a window")
    self.spec = spec
    name = operatorName
    let shift = AggregateSet.shift(for: aggregates, ownBytes: 16)
    state = KeyedState(
      KeyCodec(keyColumns, of: input),
      keyGroups: keyColumns.isEmpty ? 1 : keyGroups,
      shift: shift
    )
    self.aggregates = AggregateSet(aggregates, shift: shift, arenas: state.arenas, ownBytes: 16)
    totals = ChunkTable(
      ChunkPool(chunkBytes: self.aggregates.chunkBytes),
      shift: shift,
      columns: self.aggregates.columns
        + [ChunkColumn(offset: self.aggregates.ownOffset, width: 8)]
    )
    keyWidth = keyColumns.count
    output = ResultSchema.make(spec, aggregates, keyColumns: keyColumns, input: input)
    filtered = Batch(output, capacity: 0)
    description = StateDescription(
      stage: operatorName,
      spec,
      aggregates,
      keyColumns: keyColumns,
      input: input,
      keyGroups: state.keyGroups
    )
  }

  // MARK: Events

  package func process(
    _ batch: Batch,
    watermark: Watermark,
    late: LateRows
  ) throws(WeirError) {
    precondition(order == nil, "'\(name)' has results left")
    late.reset(rows: batch.count)
    guard batch.count > 0 else { return }
    buffers.reserve(batch.count)
    let rows = buffers.takeAll(batch.count)
    state.find(batch, rows, buffers)
    let taken = SlotRows(slots: buffers.slots, rows: buffers.rows, count: rows.count)
    totals.touch(taken, chunkCount: state.chunkCount)
    note(taken, batch.times.words)
    aggregates.add(
      taken,
      of: batch,
      to: Regions(
        pointers: totals.present,
        groups: state.chunkGroups,
        offset: 0,
        shift: state.shift
      )
    )
    try sift()
  }

  /// Counts rows, keeps the greatest times, and lists the changed keys.
  private func note(_ rows: SlotRows, _ times: UnsafePointer<Int64>) {
    batchNumber += 1
    changed.removeAll(keepingCapacity: true)
    changed.reserveCapacity(rows.count)
    let slotCount = state.chunkSlots
    let ownOffset = aggregates.ownOffset
    let number = batchNumber
    let shift = state.shift
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let chunk = totals.present[Int(slot) &>> shift]
      let place = Int(slot) & (slotCount &- 1)
      let count = chunk.assumingMemoryBound(to: Int64.self) + place
      let greatest = (chunk + ownOffset).assumingMemoryBound(to: Int64.self) + place
      let time = times[Int(rows.rows[position])]
      greatest.pointee = count.pointee == 0 ? time : max(greatest.pointee, time)
      if count.pointee == 0 { state.uses(slot).pointee = 1 }
      count.pointee &+= 1
      if greatest[slotCount] != number {
        greatest[slotCount] = number
        changed.append(slot)
      }
    }
  }

  /// Filters the changed keys and sorts those that pass.
  private func sift() throws(WeirError) {
    var order = ResultOrder()
    var start = 0
    let rows = state.resultRows(of: output)
    while start < changed.count {
      let slots = Array(changed[start..<min(start + rows, changed.count)])
      start += slots.count
      if let having {
        filtered.removeAll()
        try appendResults(slots, into: filtered)
        let passing = having.select(filtered)
        order.append((0..<passing.count).map { slots[Int(passing.indices[$0])] }, state)
      } else {
        order.append(slots, state)
      }
    }
    order.seal(state)
    self.order = order
  }

  package func advance(to watermark: Watermark) {}

  package func requestEarly() {}

  package func emit(
    maximumRows: Int,
    into batch: Batch
  ) throws(WeirError) -> Emission {
    guard var current = order, !current.isEmpty else {
      order = nil
      return .none
    }
    order = nil
    var slots: [UInt32] = []
    let rows = min(state.resultRows(of: output), firings?.most ?? .max)
    current.take(min(maximumRows, rows), state, into: &slots)
    try appendResults(admitted(slots), into: batch)
    firings?.done()
    order = current
    return .rows(.onTime)
  }

  package var identityWidth: Int { keyWidth }

  /// The keys whose totals may be computed, which are noted until `firings.done()`.
  private func admitted(_ slots: [UInt32]) -> [UInt32] {
    guard let firings, !slots.isEmpty else { return slots }
    let named = Batch(output, capacity: slots.count)
    appendKeys(slots, into: named)
    named.count = slots.count
    let rows = firings.admit(named)
    return (0..<rows.count).map { slots[Int(rows.indices[$0])] }
  }

  private func appendKeys(_ slots: [UInt32], into batch: Batch) {
    state.codec.decode(
      slots.map { UnsafePointer(state.cell($0)) },
      state.arenas,
      into: batch.columns[..<keyWidth],
      used: batch.count
    )
  }

  private func appendResults(_ slots: [UInt32], into batch: Batch) throws(WeirError) {
    guard !slots.isEmpty else { return }
    let used = batch.count
    batch.reserve(rows: used + slots.count)
    appendKeys(slots, into: batch)
    for (position, slot) in slots.enumerated() {
      batch.times.words[used + position] = greatestTime(slot)
    }
    ResultMarks().fill(batch, spec: spec, used: used, count: slots.count)
    for (index, member) in aggregates.members.enumerated() {
      let failed = slots.withUnsafeBufferPointer {
        aggregates.appendResults(
          member,
          member.offset,
          of: $0,
          in: totals,
          into: batch.columns[keyWidth + index],
          used: used
        )
      }
      if let failed {
        throw WeirError.overflow(
          of: member.spec,
          in: name,
          keyGroup: state.group(of: slots[failed])
        )
      }
    }
    if batch.hasStamps { batch.appendNoStamps(slots.count) }
    batch.count += slots.count
  }

  /// The greatest event time of a key so far.
  func greatestTime(_ slot: UInt32) -> Int64 {
    guard let chunk = totals.chunk(Int(slot) >> state.shift) else {
      preconditionFailure("no total of slot \(slot)")
    }
    return (chunk + aggregates.ownOffset).assumingMemoryBound(to: Int64.self)[
      Int(slot) & (state.chunkSlots - 1)
    ]
  }

  // MARK: Queries

  package var keyCount: Int { state.count }

  package func hotKeys(at now: Instant) -> HotKeyReport? { state.hotKeys(at: now) }

  package var stateBytes: Int {
    state.reservedBytes + totals.pool.reservedBytes + totals.directoryBytes
  }

  package func checkInvariants() { state.checkInvariants() }
}
