import WeirColumns

/// The behaviour of a source instance: which partition is read next, event time, lateness.
struct SourceNode {
  private let plan: SourcePlan
  private let stage: StageIndex
  private let main: [Outlet]
  private let rejectedPort: PortPlan?
  private let rejectedOutlets: [Outlet]
  private let settings: BatchSettings
  /// Partitions of this instance, and their clocks beside them.
  private let partitions: [PartitionID]
  private var clocks: [PartitionClock]
  private var positions: [SourcePosition?]
  private let readsAll: Bool
  /// This instance's share of the source's rate, rows a second.
  private let rate: Double?
  private var startedAt: Moment?
  private var rowsRead = 0
  /// The row that was due at `startedAt`.
  private var pacedFrom = 0
  private var isReading = false
  private var hasEnded = false
  /// Told to read no more, though there is more: nothing is said of it.
  private var isHalted = false
  private(set) var watermark = Watermark.start
  private let all = SelectionBuffer(capacity: Limits.batchRows)

  init(
    _ plan: SourcePlan,
    stage: StageIndex,
    job: JobPlan,
    partitions: [PartitionID]
  ) {
    self.plan = plan
    self.stage = stage
    self.partitions = partitions
    settings = job.batch
    clocks = partitions.map { _ in PartitionClock() }
    positions = partitions.map { _ in nil }
    main = (job.stages[stage].port(.main)?.outlets ?? []).map { Outlet($0) }
    rejectedPort = job.stages[stage].port(.rejected)
    rejectedOutlets = (rejectedPort?.outlets ?? []).map { Outlet($0) }
    rate = plan.rate.map { $0 / Double(job.stages[stage].processes) }
    if case .generate = plan.connector { readsAll = true } else { readsAll = false }
  }

  /// True when nothing more will be read.
  var isFinished: Bool { hasEnded }

  // MARK: Reading

  /// Asks for rows, if some are due; false when there is nothing to do now.
  mutating func turn(
    at now: Moment,
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) -> Bool {
    guard !isReading, !hasEnded, !isHalted else { return false }
    if startedAt == nil { startedAt = now }
    let due = rowsDue(at: now)
    guard due > 0 else { return false }
    guard let scope = nextScope(at: now.instant) else {
      rest(&outputs)
      return false
    }
    isReading = true
    effects.append(.read(ReadRequest(scope: scope, maximumRows: min(due, settings.rows))))
    return true
  }

  /// True if `turn` would read.
  func hasWork(at now: Moment) -> Bool {
    !isReading && !hasEnded && !isHalted && rowsDue(at: now) > 0
      && nextScope(at: now.instant) != nil
  }

  /// When there is something to look for again.
  func deadline(at now: Moment) -> Instant? {
    guard !hasEnded, !isHalted else { return nil }
    if rate != nil, rowsDue(at: now) == 0 {
      // Rows are taken a few at a time, four wakes a linger: waking for each would cost more.
      let pause = max(250_000, min(settings.lingerNanoseconds / 4, 2_000_000))
      return now.instant.advanced(byNanoseconds: pause)
    }
    return clocks.compactMap(\.retryAt).min()
  }

  private func rowsDue(at now: Moment) -> Int {
    guard let rate else { return settings.rows }
    guard let startedAt else { return 0 }
    let elapsed = Double(now.instant.nanoseconds - startedAt.instant.nanoseconds) / 1e9
    return max(0, Int(elapsed * rate) + 1 + pacedFrom - rowsRead)
  }

  /// The partition whose highest event time is lowest, of those that may have data.
  private func nextScope(at now: Instant) -> ReadRequest.Scope? {
    var best: Int?
    for index in partitions.indices {
      let clock = clocks[index]
      guard !clock.hasEnded, clock.retryAt.map({ $0 <= now }) ?? true else { continue }
      guard let current = best else {
        best = index
        continue
      }
      if (clock.highest ?? .min) < (clocks[current].highest ?? .min) { best = index }
    }
    guard let best else { return nil }
    return readsAll ? .all : .partition(partitions[best])
  }

  // MARK: Rows

  mutating func rowsRead(
    _ rows: SourceRows,
    at now: Moment,
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    isReading = false
    let batch = rows.batch
    outputs.oldest = dueTime(at: now)
    rowsRead += batch.count + rows.rejected.count
    outputs.counters[stage].rowsIn += UInt64(batch.count + rows.rejected.count)
    if !rows.rejected.isEmpty { try reject(rows.rejected, &outputs) }
    if batch.count > 0 {
      if !plan.time.isEventTime {
        batch.times.words.update(repeating: now.wall.microseconds, count: batch.count)
      }
      noteTimes(of: rows, at: now)
      outputs.counters[stage].counted += UInt64(batch.count)
      outputs.counters[stage].rowsOut += UInt64(batch.count)
      let selection = all.all(batch.count)
      for outlet in main { try outlet.push(batch, selection, &outputs) }
    }
    effects.append(.recycle(batch))
    noteNext(rows, at: now)
    rest(&outputs)
  }

  /// When the oldest of the rows now read was due; without a rate, now.
  private func dueTime(at now: Moment) -> WallTime {
    guard let rate, let startedAt else { return now.wall }
    let offset = Double(rowsRead - pacedFrom) / rate * 1e6
    return WallTime(microseconds: startedAt.wall.microseconds + Int64(offset))
  }

  private mutating func noteTimes(of rows: SourceRows, at now: Moment) {
    let lag = plan.time.lag
    switch rows.origin {
    case .partition(let partition):
      guard let index = partitions.firstIndex(of: partition) else { return }
      clocks[index].stamp(rows.batch, first: 0, step: 1, lag: lag, at: now.instant)
    case .interleaved(let list, let first):
      for (offset, partition) in list.enumerated() {
        guard let index = partitions.firstIndex(of: partition) else { continue }
        let start = (offset - first % list.count + list.count) % list.count
        clocks[index].stamp(
          rows.batch,
          first: start,
          step: list.count,
          lag: lag,
          at: now.instant
        )
      }
    }
  }

  private mutating func noteNext(_ rows: SourceRows, at now: Moment) {
    for index in partitions.indices {
      if case .partition(let partition) = rows.origin, partitions[index] != partition { continue }
      if let position = rows.position { positions[index] = position }
      switch rows.next {
      case .more: clocks[index].expectMore()
      case .waiting:
        clocks[index].wait(at: now.instant)
        guard let idleAfter = plan.time.idleAfter, let startedAt else { continue }
        clocks[index].rest(at: now.instant, idleAfter: idleAfter, startedAt: startedAt.instant)
      case .ended: clocks[index].end()
      }
    }
  }

  /// The least over the partitions that are neither idle nor at their end.
  private mutating func advance(_ outputs: inout OutputSet) {
    var least: Watermark?
    for clock in clocks where !clock.isIdle && !clock.hasEnded {
      let mark = clock.watermark(lag: plan.time.lag)
      least = min(least ?? mark, mark)
    }
    if clocks.allSatisfy(\.hasEnded) {
      hasEnded = true
      watermark = .end
      outputs.end(at: .end)
      return
    }
    guard let least, least > watermark else { return }
    watermark = least
    outputs.advance(to: least)
  }

  /// Moves the watermark on, and says so when all partitions have had no row for long.
  private mutating func rest(_ outputs: inout OutputSet) {
    advance(&outputs)
    let isResting =
      clocks.contains { !$0.hasEnded } && clocks.allSatisfy { $0.isIdle || $0.hasEnded }
    if isResting { outputs.becomeIdle() }
  }

  /// Ends the input here, as at the end of all files.
  mutating func drain(_ outputs: inout OutputSet) {
    guard !hasEnded else { return }
    for index in clocks.indices { clocks[index].end() }
    advance(&outputs)
  }

  /// Stops reading; says nothing.
  mutating func halt() { isHalted = true }

  // MARK: Checkpoints

  /// Notes how far every partition was read.
  func mark(in snapshot: inout InstanceSnapshot) {
    snapshot.rowsRead = rowsRead
    snapshot.pace = startedAt.map { SourcePace(since: $0.wall, row: pacedFrom) }
    snapshot.partitions = partitions.indices.map { index in
      PartitionSnapshot(
        partition: partitions[index],
        position: positions[index],
        highest: clocks[index].highest,
        hasEnded: clocks[index].hasEnded
      )
    }
  }

  /// Goes back to where a snapshot was taken; `beginsPace`: rows are due from now on.
  mutating func restore(_ snapshot: InstanceSnapshot, beginsPace: Bool, at now: Moment) {
    watermark = snapshot.watermark == .end ? .start : snapshot.watermark
    rowsRead = snapshot.rowsRead
    pacedFrom = rowsRead
    for index in partitions.indices {
      guard let known = snapshot.partitions.first(where: { $0.partition == partitions[index] })
      else { continue }
      positions[index] = known.position
      let highest = Mutant.clockForgotten.isActive ? nil : known.highest
      clocks[index] = PartitionClock(highest: highest, hasEnded: known.hasEnded)
    }
    guard !beginsPace, let pace = snapshot.pace, let rate else { return }
    // What became due during a failure is due now. A wall clock that was set back starves nothing:
    // at the least the rows that were read count as time that has passed.
    pacedFrom = pace.row
    let elapsed = max(
      now.wall.microseconds - pace.since.microseconds,
      Int64(Double(rowsRead - pacedFrom) / rate * 1e6)
    )
    startedAt = Moment(
      instant: now.instant.advanced(byNanoseconds: -elapsed * 1000),
      wall: WallTime(microseconds: now.wall.microseconds - elapsed)
    )
  }

  // MARK: Bad records

  private func reject(
    _ records: [RejectedRecord],
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    if plan.onBadRecord == .fail, let first = records.first {
      throw WeirError(
        "E502",
        "source '\(outputs.stageName(stage))' read a bad record",
        detail: "\(first.place): \(first.reason)",
        hint: "mend the input, or set 'on_bad_record: skip' or 'divert'",
        blame: .user,
        recovery: .stop
      )
    }
    outputs.counters[stage].rejected += UInt64(records.count)
    guard plan.onBadRecord == .divert, let port = rejectedPort else { return }
    let batch = Batch(port.schema, capacity: records.count)
    for (row, record) in records.enumerated() {
      // What is not UTF-8 is replaced: a column of text holds nothing else.
      batch.columns[0].append(text: String(decoding: record.raw, as: UTF8.self), at: row)
      batch.columns[1].append(text: record.reason, at: row)
      batch.columns[2].append(text: record.place, at: row)
      batch.columns[3].append(word: outputs.now.wall.microseconds, at: row)
    }
    batch.count = records.count
    let rows = SelectionBuffer(capacity: records.count)
    for outlet in rejectedOutlets { try outlet.push(batch, rows.all(batch.count), &outputs) }
  }
}
