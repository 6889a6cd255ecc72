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
  private let readsAll: Bool
  /// This instance's share of the source's rate, rows a second.
  private let rate: Double?
  private var startedAt: Moment?
  private var rowsRead = 0
  /// With a rate: when rows were last asked for.
  private var askedAt: Instant?
  /// Rows were asked for and have not come yet.
  private(set) var isReading = false
  private var hasEnded = false
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
    guard !isReading, !hasEnded else { return false }
    if startedAt == nil { startedAt = now }
    let due = rowsDue(at: now)
    guard due > 0, mayAsk(for: due, at: now.instant) else { return false }
    guard let scope = nextScope(at: now.instant) else {
      rest(&outputs)
      return false
    }
    isReading = true
    askedAt = now.instant
    effects.append(.read(ReadRequest(scope: scope, maximumRows: min(due, settings.rows))))
    return true
  }

  /// True if `turn` would read.
  func hasWork(at now: Moment) -> Bool {
    guard !isReading, !hasEnded else { return false }
    let due = rowsDue(at: now)
    return due > 0 && mayAsk(for: due, at: now.instant) && nextScope(at: now.instant) != nil
  }

  /// When there is something to look for again.
  func deadline(at now: Moment) -> Instant? {
    guard !hasEnded else { return nil }
    let retry = nextScope(at: now.instant) == nil ? clocks.compactMap(\.retryAt).min() : nil
    guard let rate, let startedAt else { return retry }
    let next = startedAt.instant.advanced(byNanoseconds: Int64(Double(rowsRead) / rate * 1e9))
    return max(next, askedAt?.advanced(byNanoseconds: pace) ?? next, retry ?? next)
  }

  /// True if rows may be asked for now.
  ///
  /// Rows that come at a rate are taken some at a time, about four times a linger: waking for each
  /// would cost more than the rows. Whole batches are never waited for.
  private func mayAsk(for due: Int, at now: Instant) -> Bool {
    guard rate != nil, due < settings.rows, let askedAt else { return true }
    // A little early, so that who wakes for something else near the time does both.
    return askedAt.advanced(byNanoseconds: pace * 3 / 4) <= now
  }

  /// How long rows that come at a rate are left to gather, in nanoseconds.
  private var pace: Int64 {
    let quarter = settings.lingerNanoseconds / 4
    return max(Limits.shortestRestNanoseconds, min(quarter, Limits.longestPaceNanoseconds))
  }

  private func rowsDue(at now: Moment) -> Int {
    guard let rate else { return settings.rows }
    guard let startedAt else { return 0 }
    let elapsed = Double(now.instant.nanoseconds - startedAt.instant.nanoseconds) / 1e9
    return max(0, Int(elapsed * rate) + 1 - rowsRead)
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
    let offset = Double(rowsRead) / rate * 1e6
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
  mutating func stop() { hasEnded = true }

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
