import WeirColumns

/// The behaviour of a source instance: which partition is read next, event time, lateness.
struct SourceNode {
  private let plan: SourcePlan
  private let stage: StageIndex
  private let main: [Outlet]
  private let rejectedPort: PortPlan?
  private let rejectedOutlets: [Outlet]
  private let settings: BatchSettings
  /// Partitions that this instance reads; where more can appear, without those that have ended.
  private var partitions: [SourcePartition]
  private let readsAll: Bool
  /// True where new partitions can appear as long as the run lasts.
  private var findsMore = false
  /// The least number that a partition can have that is found from now on.
  private var newFrom = PartitionID(0)
  /// When partitions are looked for again; nil: at once.
  private var searchAt: Instant?
  /// This instance's share of the source's rate, rows a second.
  private let rate: Double?
  private var startedAt: Moment?
  private(set) var rowsRead = 0
  /// The row that was due at `startedAt`.
  private var pacedFrom = 0
  /// With a rate: when rows were last asked for.
  private var askedAt: Instant?
  /// Rows were asked for and have not come yet.
  private(set) var isReading = false
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
    self.partitions = partitions.map { SourcePartition($0) }
    settings = job.batch
    main = (job.stages[stage].port(.main)?.outlets ?? []).map { Outlet($0) }
    rejectedPort = job.stages[stage].port(.rejected)
    rejectedOutlets = (rejectedPort?.outlets ?? []).map { Outlet($0) }
    rate = plan.rate.map { $0 / Double(job.stages[stage].processes) }
    switch plan.connector {
    case .generate: readsAll = true
    case .file(let file):
      readsAll = false
      findsMore = file.follow
    }
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
    if isSearchDue(at: now.instant) {
      isReading = true
      effects.append(.findPartitions)
      return true
    }
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
    guard !isReading, !hasEnded, !isHalted else { return false }
    if isSearchDue(at: now.instant) { return true }
    let due = rowsDue(at: now)
    return due > 0 && mayAsk(for: due, at: now.instant) && nextScope(at: now.instant) != nil
  }

  /// When there is something to look for again.
  func deadline(at now: Moment) -> Instant? {
    guard !hasEnded, !isHalted else { return nil }
    guard findsMore, let searchAt else { return readAt(now) }
    return min(readAt(now) ?? searchAt, searchAt)
  }

  /// When there may be rows to read.
  private func readAt(_ now: Moment) -> Instant? {
    let isWaiting = nextScope(at: now.instant) == nil
    let retry = isWaiting ? partitions.compactMap(\.clock.retryAt).min() : nil
    guard let rate, let startedAt, !isWaiting || retry != nil else { return retry }
    let offset = Double(rowsRead - pacedFrom) / rate * 1e9
    let next = startedAt.instant.advanced(byNanoseconds: Int64(offset))
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

  private func isSearchDue(at now: Instant) -> Bool {
    findsMore && searchAt.map { $0 <= now } ?? true
  }

  /// Takes on partitions that have appeared, each with a clock that begins now.
  mutating func partitionsFound(
    _ found: [PartitionID],
    at now: Moment,
    _ outputs: inout OutputSet
  ) {
    isReading = false
    searchAt = now.instant.advanced(byNanoseconds: Limits.searchNanoseconds)
    partitions += found.map { SourcePartition($0, foundAt: now.instant) }
    if let last = found.max(), last >= newFrom { newFrom = PartitionID(last.number + 1) }
    rest(&outputs)
  }

  private func rowsDue(at now: Moment) -> Int {
    guard let rate else { return settings.rows }
    guard let startedAt else { return 0 }
    let elapsed = Double(now.instant.nanoseconds - startedAt.instant.nanoseconds) / 1e9
    return max(0, Int(elapsed * rate) + 1 + pacedFrom - rowsRead)
  }

  /// True if no row that comes at a rate is overdue.
  func isAbreast(at now: Moment) -> Bool {
    guard let rate, !hasNothing(at: now.instant) else { return true }
    return Double(rowsDue(at: now)) <= rate * Double(pace) / 1e9 + 1
  }

  /// True if no partition has anything to read now.
  func hasNothing(at now: Instant) -> Bool { nextScope(at: now) == nil }

  /// The partition whose highest event time is lowest, of those that may have data.
  private func nextScope(at now: Instant) -> ReadRequest.Scope? {
    var best: Int?
    for index in partitions.indices {
      let clock = partitions[index].clock
      guard !clock.hasEnded, clock.retryAt.map({ $0 <= now }) ?? true else { continue }
      guard let current = best else {
        best = index
        continue
      }
      if (clock.highest ?? .min) < (partitions[current].clock.highest ?? .min) { best = index }
    }
    guard let best else { return nil }
    return readsAll ? .all : .partition(partitions[best].id)
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
    noteLineage(of: rows)
    effects.append(.recycle(batch))
    if let warning = rows.warning { effects.append(.warn(warning)) }
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
      guard let index = partitions.firstIndex(where: { $0.id == partition }) else { return }
      partitions[index].clock.stamp(rows.batch, first: 0, step: 1, lag: lag, at: now.instant)
    case .interleaved(let list, let first):
      for (offset, partition) in list.enumerated() {
        guard let index = partitions.firstIndex(where: { $0.id == partition }) else { continue }
        let start = (offset - first % list.count + list.count) % list.count
        partitions[index].clock.stamp(
          rows.batch,
          first: start,
          step: list.count,
          lag: lag,
          at: now.instant
        )
      }
    }
  }

  /// Counts and fingerprints what was read, by partition.
  private mutating func noteLineage(of rows: SourceRows) {
    func note(_ partition: PartitionID, _ count: Int, _ place: Int) {
      guard let index = partitions.firstIndex(where: { $0.id == partition }) else { return }
      partitions[index].rows += UInt64(count)
      if place < rows.fingerprints.count {
        partitions[index].fingerprint &+= rows.fingerprints[place]
      }
    }
    switch rows.origin {
    case .partition(let partition): note(partition, rows.batch.count + rows.rejected.count, 0)
    case .interleaved(let list, let first):
      for (place, partition) in list.enumerated() {
        let start = (place - first % list.count + list.count) % list.count
        let count = rows.batch.count - start
        note(partition, count > 0 ? (count - 1) / list.count + 1 : 0, place)
      }
    }
  }

  private mutating func noteNext(_ rows: SourceRows, at now: Moment) {
    for index in partitions.indices {
      if case .partition(let partition) = rows.origin, partitions[index].id != partition {
        continue
      }
      if let position = rows.position { partitions[index].position = position }
      switch rows.next {
      case .more: partitions[index].clock.expectMore()
      case .waiting:
        partitions[index].clock.wait(at: now.instant)
        guard let idleAfter = plan.time.idleAfter, let startedAt else { continue }
        let since = partitions[index].foundAt ?? startedAt.instant
        partitions[index].clock.rest(at: now.instant, idleAfter: idleAfter, startedAt: since)
      case .ended: partitions[index].clock.end()
      }
    }
    // Where files come and go for weeks, those that have gone must not be kept.
    if findsMore, rows.next == .ended { partitions.removeAll { $0.clock.hasEnded } }
  }

  /// The least over the partitions that are neither idle nor at their end.
  private mutating func advance(_ outputs: inout OutputSet) {
    var least: Watermark?
    for partition in partitions where !partition.isSilent {
      let mark = partition.clock.watermark(lag: plan.time.lag)
      least = min(least ?? mark, mark)
    }
    if !findsMore, partitions.allSatisfy(\.clock.hasEnded) {
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
  ///
  /// An instance that has no partition yet, or none any more, has nothing to say of time: it must
  /// not hold the others back.
  private mutating func rest(_ outputs: inout OutputSet) {
    advance(&outputs)
    if !hasEnded, partitions.allSatisfy(\.isSilent) { outputs.becomeIdle() }
  }

  /// Ends the input here, as at the end of all files.
  mutating func drain(_ outputs: inout OutputSet) {
    guard !hasEnded else { return }
    findsMore = false
    for index in partitions.indices { partitions[index].clock.end() }
    advance(&outputs)
  }

  /// Stops reading; says nothing.
  mutating func halt() { isHalted = true }

  // MARK: Checkpoints

  /// Notes how far every partition was read.
  func mark(in snapshot: inout InstanceSnapshot) {
    snapshot.rowsRead = rowsRead
    snapshot.newFrom = newFrom
    snapshot.pace = startedAt.map { SourcePace(since: $0.wall, row: pacedFrom) }
    snapshot.partitions = partitions.indices.map { index in
      PartitionSnapshot(
        partition: partitions[index].id,
        position: partitions[index].position,
        highest: partitions[index].clock.highest,
        hasEnded: partitions[index].clock.hasEnded,
        rows: partitions[index].rows,
        fingerprint: partitions[index].fingerprint,
        rowsBefore: partitions[index].rowsBefore
      )
    }
  }

  /// Goes back to where a snapshot was taken; `beginsPace`: rows are due from now on.
  mutating func restore(_ snapshot: InstanceSnapshot, beginsPace: Bool, at now: Moment) {
    watermark = snapshot.watermark == .end ? .start : snapshot.watermark
    rowsRead = snapshot.rowsRead
    newFrom = snapshot.newFrom
    pacedFrom = rowsRead
    for known in snapshot.partitions {
      let highest = Mutant.clockForgotten.isActive ? nil : known.highest
      let clock = PartitionClock(highest: highest, hasEnded: known.hasEnded)
      if let index = partitions.firstIndex(where: { $0.id == known.partition }) {
        partitions[index].restore(known, clock)
      } else if findsMore {
        partitions.append(SourcePartition(known, clock))
      }
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
    outputs.counters[stage].quarantined += UInt64(records.count { $0.isPoison })
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

/// A partition that a source instance reads, and what is known of its time.
struct SourcePartition {
  let id: PartitionID
  var clock = PartitionClock()
  /// Nil for those of the start, before which no time counts as silence.
  let foundAt: Instant?
  /// Where to go on reading; nil: at the beginning.
  var position: SourcePosition?
  /// Records read since the run began, and their fingerprint.
  var rows: UInt64 = 0
  var fingerprint: UInt64 = 0
  /// Records that were read before the run began.
  var rowsBefore: UInt64 = 0

  init(_ id: PartitionID, foundAt: Instant? = nil) {
    self.id = id
    self.foundAt = foundAt
  }

  /// One that a snapshot knows and nobody has found again yet.
  init(_ known: PartitionSnapshot, _ clock: PartitionClock) {
    id = known.partition
    foundAt = nil
    restore(known, clock)
  }

  /// Goes back to where a snapshot was taken.
  mutating func restore(_ known: PartitionSnapshot, _ clock: PartitionClock) {
    self.clock = clock
    position = known.position
    rowsBefore = known.rowsBefore
    guard !Mutant.readForgotten.isActive else { return }
    rows = known.rows
    fingerprint = known.fingerprint
  }

  /// Left out of the source's watermark.
  var isSilent: Bool { clock.isIdle || clock.hasEnded }
}
