import WeirColumns

/// Everything an instance sends: its output channels, by edge, and how rows are dealt to them.
package struct OutputSet {
  /// The moment of the event that is being handled.
  package var now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
  /// When the oldest of the rows being handled was due or read.
  package var oldest = WallTime(microseconds: 0)
  /// What became of rows, by stage: pushed-up work counts for the operator it belongs to.
  package var counters: [StageCounters]
  /// What went to each channel since the run began, in the order of the channels.
  var sent: [SentRows]
  /// By edge, where its rows go to files.
  private let fingerprints: [OutputFingerprint?]
  package let pool: BatchPool
  /// Stands before the rows of every stage whose work is done here.
  let rowGuard: RowGuard
  /// Credits of older generations that were dropped.
  private(set) var staleFrames: UInt64 = 0

  let generation: Generation
  private(set) var channels: [OutputChannel]
  /// What was said last to all channels.
  private var said = Said()
  private let edges: [EdgePlan]
  /// The channels of an edge, by receiver, as positions in `channels`.
  private let byEdge: [[Int]]
  private let names: [String]
  private let settings: BatchSettings
  /// Who owns which key group, for edges that are partitioned by key.
  private let tables: [KeyGroupTable]
  private let share: Int
  /// A builder is cut when its rows take more bytes than this.
  private let cutBytes: Int
  private var turn: [Int]
  private let scratch: PartitionScratch
  /// By edge, where rows may be added up before they are sent.
  private let combiners: [Combiner?]
  private let combined = SelectionBuffer(capacity: 64)

  init(
    _ job: JobPlan,
    instance: InstanceID,
    generation: Generation,
    pool: BatchPool,
    flow: FlowBudget,
    rowGuard: RowGuard,
    from snapshot: InstanceSnapshot? = nil
  ) {
    let plans = job.channels.filter { $0.sender == instance }
    let forms = job.combinedForms
    channels = plans.map { plan in
      let schema = job.edges[plan.edge].schema
      let hello = Hello(
        plan: job.fingerprint,
        schema: schema.fingerprint,
        keyGroups: UInt32(job.keyGroups)
      )
      return OutputChannel(
        plan,
        generation: generation,
        schema: schema,
        combined: forms[plan.edge]?.schema,
        hello: hello,
        rows: job.batch.rows
      )
    }
    edges = job.edges
    byEdge = job.edges.indices.map { edge in
      plans.indices.filter { plans[$0].edge == edge }
    }
    combiners = job.edges.indices.map { edge in
      guard plans.contains(where: { $0.edge == edge }),
        case .keyed(let plan) = job.stages[job.edges[edge].to].role
      else { return nil }
      return Combiner(plan)
    }
    names = job.stages.map(\.name)
    counters = snapshot?.counters ?? job.stages.map { _ in StageCounters() }
    sent = Self.sent(plans, Mutant.sentForgotten.isActive ? [] : snapshot?.sent ?? [])
    fingerprints = job.edges.indices.map { edge in
      plans.contains { $0.edge == edge } && job.leadsToFiles(edge)
        ? OutputFingerprint(job.edges[edge].schema, capacity: job.batch.rows) : nil
    }
    settings = job.batch
    tables = job.edges.map { job.table(of: $0.to) }
    self.generation = generation
    let isKeyed = job.stages.contains { $0.name == instance.stage && $0.isKeyed }
    cutBytes = isKeyed ? Limits.resultBytes : Limits.batchBytes
    share = min(flow.output(of: plans.count), cutBytes)
    turn = job.edges.map { _ in 0 }
    scratch = PartitionScratch()
    self.pool = pool
    self.rowGuard = rowGuard
  }

  /// What has been said of time.
  private struct Said {
    var watermark: Watermark?
    var isIdle = false
    var end: Watermark?
  }

  /// By channel what it was sent, and behind that what was sent to receivers that are gone: sums over
  /// the run forget nobody.
  private static func sent(_ plans: [ChannelPlan], _ known: [SentRows]) -> [SentRows] {
    let places = plans.map { ($0.edge, $0.receiver.index) }
    let present = places.map { edge, receiver in
      known.first { $0.edge == edge && $0.receiver == receiver }
        ?? SentRows(edge: edge, receiver: receiver)
    }
    return present
      + known.filter { rows in
        !places.contains { $0.0 == rows.edge && $0.1 == rows.receiver }
      }
  }

  /// Goes on from the outputs of the generation before: what they had said of time is said to the new
  /// channels, and sums are carried on.
  mutating func takeOver(_ before: OutputSet) {
    now = before.now
    oldest = before.oldest
    counters = before.counters
    sent = Self.sent(channels.map(\.plan), before.sent)
    if let watermark = before.said.watermark { advance(to: watermark) }
    if let end = before.said.end {
      self.end(at: end)
    } else if before.said.isIdle {
      becomeIdle()
    }
  }

  /// Begins at what a snapshot has counted.
  mutating func begin(from snapshot: InstanceSnapshot) {
    counters = snapshot.counters
    sent = Self.sent(channels.map(\.plan), snapshot.sent)
  }

  /// Goes on from what instances of the stage have counted before, beside what was counted here.
  mutating func add(_ counted: InstanceSnapshot) {
    guard !Mutant.sumsForgotten.isActive else { return }
    for (stage, more) in counted.counters.enumerated() { counters[stage] += more }
    sent.add(counted.sent)
  }

  func stageName(_ stage: StageIndex) -> String { names[stage] }

  /// True when more than the share of a channel waits: no more input is taken until it leaves.
  var isCongested: Bool { channels.contains { $0.heldBytes > share } }

  /// Bytes that were cut and wait for credit.
  var heldBytes: Int { channels.reduce(0) { $0 + $1.heldBytes } }

  var isDrained: Bool { channels.allSatisfy(\.isDrained) }

  /// The earliest moment at which something gathered has waited long enough.
  var deadline: Instant? { channels.compactMap(\.deadline).min() }

  // MARK: Rows

  /// Appends the selected rows to the builders of an edge's channels.
  ///
  /// Throws E520 for a row that no frame can hold.
  mutating func route(
    _ batch: Batch,
    _ rows: Selection,
    to edge: EdgeIndex
  ) throws(WeirError) {
    var rows = rows
    if let combiner = combiners[edge], let left = try combine(batch, rows, combiner, edge) {
      rows = left
    }
    guard rows.count > 0 else { return }
    let targets = byEdge[edge]
    switch edges[edge].partitioning {
    case _ where targets.count == 1: try gather(batch, rows, targets[0])
    case .deal:
      try gather(batch, rows, targets[turn[edge]])
      turn[edge] = (turn[edge] + 1) % targets.count
    case .key(let key):
      let parts = scratch.partition(
        batch,
        rows,
        key: key,
        table: tables[edge]
      )
      for (instance, part) in parts.enumerated() where part.count > 0 {
        try gather(batch, part, targets[instance])
      }
    }
  }

  /// Adds up what may be, and appends it to what the edge's channels gather.
  ///
  /// Returns the rows that are to go as they are; nil: all.
  private mutating func combine(
    _ batch: Batch,
    _ rows: Selection,
    _ combiner: Combiner,
    _ edge: EdgeIndex
  ) throws(WeirError) -> Selection? {
    // Rows that are looked at closely, and long ones, are nothing but themselves.
    guard rows.count > 0, rowGuard.care == .usual, batch.footprint <= Limits.unevenBytes,
      let reach = reach(of: edge)
    else { return nil }
    let stage = edges[edge].to
    rowGuard.begin(stage, batch, rows, position: counters[stage].seen)
    let left = combiner.combine(batch, rows, reach: reach)
    rowGuard.end()
    guard let left else { return nil }
    let partials = combiner.partials
    let all = combined.all(partials.count)
    let targets = byEdge[edge]
    guard targets.count > 1 else {
      gather(combiner, all, targets[0])
      return left
    }
    let parts = scratch.partition(
      partials,
      all,
      key: combiner.keyColumns,
      table: tables[edge]
    )
    for (instance, part) in parts.enumerated() where part.count > 0 {
      gather(combiner, part, targets[instance])
    }
    return left
  }

  /// How far any receiver along an edge can be in time; nil if one is not known to take partial
  /// aggregates.
  private func reach(of edge: EdgeIndex) -> Watermark? {
    var furthest = Watermark.start
    for channel in byEdge[edge] {
      guard let reach = channels[channel].reach else { return nil }
      furthest = max(furthest, reach)
    }
    return furthest
  }

  private mutating func gather(_ combiner: Combiner, _ rows: Selection, _ channel: Int) {
    guard let builder = channels[channel].partials else {
      preconditionFailure("partial aggregates on channel \(channel), which takes none")
    }
    sent[channel].rows += combiner.weight(rows)
    builder.append(combiner.partials, rows)
    channels[channel].appended(oldest: oldest, at: now.instant, settings: settings)
    if builder.count >= settings.rows || builder.footprint >= cutBytes {
      channels[channel].cut(using: pool)
    }
  }

  private mutating func gather(
    _ batch: Batch,
    _ rows: Selection,
    _ channel: Int
  ) throws(WeirError) {
    var left = rows
    sent[channel].rows += UInt64(rows.count)
    if let fingerprint = fingerprints[sent[channel].edge] {
      sent[channel].fingerprint &+= fingerprint.of(batch, rows)
    }
    let footprint = batch.footprint
    let isUneven = footprint > Limits.unevenBytes
    // Rows of long texts are appended a few at a time: a builder is looked at only in between.
    let few = max(1, batch.count * (cutBytes / 4) / max(footprint, 1))
    while left.count > 0 {
      if isUneven { try makeRoom(for: batch, Int(left.indices[0]), channel) }
      let builder = channels[channel].builder
      var part = left
      part.count = min(left.count, settings.rows - builder.count, isUneven ? 1 : few)
      builder.append(batch, part)
      channels[channel].appended(oldest: oldest, at: now.instant, settings: settings)
      if builder.count >= settings.rows || builder.footprint >= cutBytes {
        channels[channel].cut(using: pool)
      }
      left.indices += part.count
      left.count -= part.count
    }
  }

  /// Cuts the builder if a row would make it longer than a frame may be.
  private mutating func makeRoom(
    for batch: Batch,
    _ row: Int,
    _ channel: Int
  ) throws(WeirError) {
    let length = batch.bytes(ofRow: row)
    guard length <= Limits.frameBytes else { throw tooLong(batch, row, length, channel) }
    let builder = channels[channel].builder
    if builder.count > 0, builder.footprint + length > Limits.frameBytes {
      channels[channel].cut(using: pool)
    }
  }

  private func tooLong(
    _ batch: Batch,
    _ row: Int,
    _ length: Int,
    _ channel: Int
  ) -> WeirError {
    let lengths = batch.columns.map { $0.bytes(ofRow: row) }
    let longest = lengths.indices.max { lengths[$0] < lengths[$1] } ?? 0
    let edge = edges[channels[channel].plan.edge]
    return WeirError(
      "E520",
      "cannot send a row of '\(edge.from)' to '\(names[edge.to])'",
      detail:
        "it takes \(length) bytes, of which column '\(batch.schema.fields[longest].name)' has "
        + "\(lengths[longest]); the limit is \(Limits.frameBytes)",
      hint: "leave the column out with 'select', or cut its text",
      blame: .user
    )
  }

  // MARK: Signals

  /// Notes how old the input is that is being handled; signals without rows behind them say nothing.
  mutating func note(_ header: FrameHeader) {
    if header.oldestAt.microseconds > 0 { oldest = header.oldestAt }
  }

  mutating func advance(to watermark: Watermark) {
    said.watermark = max(said.watermark ?? watermark, watermark)
    said.isIdle = false
    for index in channels.indices {
      channels[index].advance(
        to: watermark,
        oldest: oldest,
        at: now.instant,
        settings: settings
      )
    }
  }

  mutating func becomeIdle() {
    said.isIdle = true
    for index in channels.indices { channels[index].becomeIdle(using: pool) }
  }

  mutating func end(at watermark: Watermark) {
    said.end = watermark
    for index in channels.indices {
      channels[index].end(at: watermark, oldest: oldest, using: pool)
    }
  }

  /// Ends the epoch on all channels.
  mutating func barrier(_ epoch: Epoch) {
    for index in channels.indices { channels[index].barrier(epoch, using: pool) }
  }

  mutating func grant(_ header: FrameHeader) {
    guard let index = channels.firstIndex(where: { $0.plan.id == header.channel }) else { return }
    if !channels[index].grant(header) { staleFrames += 1 }
  }

  /// True if rows or watermarks wait for the linger.
  var isGathering: Bool { channels.contains(where: \.isGathering) }

  /// Sends everything that may leave now, sooner if the instance has nothing else to do.
  mutating func flush(isIdle: Bool, into effects: inout [InstanceEffect]) {
    for index in channels.indices {
      channels[index].expire(at: now.instant, isIdle: isIdle, settings: settings, using: pool)
      while var frame = channels[index].next() {
        frame.header.sentAt = now.wall
        effects.append(.send(frame))
      }
    }
  }
}

/// The two clocks, read once per event.
package struct Moment: Hashable, Sendable {
  package var instant: Instant
  package var wall: WallTime

  package init(instant: Instant, wall: WallTime) {
    self.instant = instant
    self.wall = wall
  }
}
