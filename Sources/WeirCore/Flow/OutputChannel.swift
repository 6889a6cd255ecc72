import DequeModule
import WeirColumns

/// The sending end of a channel: the batch being gathered, what waits for credit, what was said.
///
/// Frames leave in the order in which they were cut. Batches need credit; signals need none but keep
/// their place. A watermark rides on a batch if there is one, and otherwise goes alone, at most one
/// that is not yet acknowledged: newer ones replace it.
///
/// What is gathered waits for the linger at most. An instance with nothing else to do has no use for
/// waiting: it lets go what it has as soon as half a linger has passed since the last frame, so that
/// a lone row leaves at once, and a steady stream makes a bounded number of frames.
///
/// Rows that were added up before are gathered beside the others and cut together with them.
package struct OutputChannel {
  package let plan: ChannelPlan
  package let generation: Generation
  package let schema: Schema
  package let fingerprint: UInt64
  /// Rows being gathered.
  package private(set) var builder: Batch
  /// Partial aggregates being gathered, if they may travel here.
  package private(set) var partials: Batch?
  private var builderOldest = WallTime(microseconds: .max)
  private var builderDeadline: Instant?
  /// Cut, waiting for credit.
  private var queue: Deque<Frame> = []
  package private(set) var queuedBytes = 0
  private var credit = CreditAllowance()
  private var nextSequence: UInt64 = 0
  private var watermark = Watermark.start
  private var watermarkOldest = WallTime(microseconds: .max)
  private var watermarkSaid = Watermark.start
  private var watermarkDeadline: Instant?
  private var loneWatermark: UInt64?
  /// Before this an idle instance lets nothing go.
  private var restUntil = Instant(nanoseconds: .min)
  private var isIdle = false
  private var hasEnded = false
  /// How far the receiver was when it said so last, since this channel was idle last.
  private var horizon: Watermark?
  /// The last frame that left and said that no rows are expected.
  private var idleSequence: UInt64?

  package init(
    _ plan: ChannelPlan,
    generation: Generation,
    schema: Schema,
    combined: Schema? = nil,
    hello: Hello,
    rows: Int
  ) {
    self.plan = plan
    self.generation = generation
    self.schema = schema
    fingerprint = schema.fingerprint
    builder = Batch(schema, capacity: rows)
    partials = combined.map { Batch($0, capacity: 64) }
    var header = FrameHeader(.hello, plan.id, generation)
    header.schema = fingerprint
    queue.append(Frame(header, hello: hello))
  }

  /// Rows gathered or cut that have not left: what must stay bounded.
  package var heldBytes: Int { queuedBytes }

  /// True when everything said has left.
  package var isDrained: Bool { queue.isEmpty && !hasGathered }

  private var hasGathered: Bool { builder.count > 0 || (partials?.count ?? 0) > 0 }

  /// How far the receiver can be in time when it takes what is gathered now; nil: that is not known, or
  /// it takes rows alone.
  ///
  /// It is where it has said to be, or further, but not further than this channel, which holds it back.
  package var reach: Watermark? { horizon.map { max($0, watermark) } }

  /// When an idle instance must let go the builder or a watermark; a watermark that waits for the
  /// acknowledgement of the one before wakes nobody.
  package var deadline: Instant? {
    var earliest = builderDeadline
    if let due = watermarkDeadline, !waitsForAcknowledgement {
      earliest = min(earliest ?? due, due)
    }
    return queue.isEmpty ? earliest.map { min($0, restUntil) } : earliest
  }

  // MARK: What is said

  /// Notes that rows were appended to the builder, the oldest of them read or due at `oldest`.
  package mutating func appended(oldest: WallTime, at now: Instant, settings: BatchSettings) {
    builderOldest = min(builderOldest, oldest)
    if builderDeadline == nil {
      builderDeadline = now.advanced(byNanoseconds: settings.lingerNanoseconds)
    }
    isIdle = false
  }

  /// Notes a new watermark; it goes with the next rows or, after the linger, alone.
  package mutating func advance(
    to newer: Watermark,
    oldest: WallTime,
    at now: Instant,
    settings: BatchSettings
  ) {
    guard newer > watermark, !hasEnded else { return }
    watermark = newer
    watermarkOldest = oldest
    // A receiver takes any watermark as the end of idleness.
    isIdle = false
    if watermarkDeadline == nil {
      watermarkDeadline = now.advanced(byNanoseconds: settings.lingerNanoseconds)
    }
  }

  /// Says that no rows are expected for now.
  package mutating func becomeIdle(using pool: BatchPool) {
    guard !isIdle, !hasEnded else { return }
    cut(using: pool)
    isIdle = true
    // Whoever is not waited for does not know how far the receiver will be.
    horizon = nil
    // A watermark that came behind it would make the receiver take the channel for active again.
    var header = FrameHeader(.idle, plan.id, generation)
    header.watermark = watermark
    watermarkSaid = watermark
    watermarkDeadline = nil
    queue.append(Frame(header))
  }

  /// Says that there will be no more rows; everything gathered goes before it.
  ///
  /// What a receiver makes of it is as old as the last rows: `oldest`.
  package mutating func end(at final: Watermark, oldest: WallTime, using pool: BatchPool) {
    guard !hasEnded else { return }
    if !Mutant.endBeforeRows.isActive { cut(using: pool) }
    hasEnded = true
    watermarkDeadline = nil
    var header = FrameHeader(.end, plan.id, generation)
    header.watermark = final
    header.oldestAt = oldest
    queue.append(Frame(header))
  }

  /// Says that the epoch ends here; everything gathered goes before it, and the watermark with it.
  ///
  /// So all receivers know the same of time when they mark their state, and another number of them
  /// can go on with it. Finished or idle, a channel passes barriers on.
  package mutating func barrier(_ epoch: Epoch, using pool: BatchPool) {
    if !Mutant.barrierOvertakesRows.isActive { cut(using: pool) }
    if Mutant.finishedInstanceSilent.isActive, hasEnded { return }
    // One that has not left is of an epoch that has failed: epochs are opened one at a time. So what
    // waits behind rows without credit stays bounded.
    queue.removeAll { $0.header.kind == .barrier }
    var header = FrameHeader(.barrier, plan.id, generation)
    header.epoch = epoch
    if !hasEnded, !Mutant.barrierWithoutTime.isActive {
      header.watermark = watermark
      watermarkSaid = watermark
      watermarkDeadline = nil
    }
    queue.append(Frame(header))
  }

  /// Cuts what was gathered into frames, if there is anything: of rows, of partial aggregates.
  package mutating func cut(using pool: BatchPool) {
    builderDeadline = nil
    guard hasGathered else { return }
    if builder.count > 0 {
      // What is said of time comes with the last rows that were there before.
      let isLast = partials.map { $0.count == 0 } ?? true
      append(builder, at: isLast ? watermark : watermarkSaid)
      builder = pool.take(schema, rows: builder.capacity)
    }
    if let partials, partials.count > 0 {
      append(partials, at: watermark)
      self.partials = pool.take(partials.schema, rows: 64)
    }
    watermarkSaid = watermark
    watermarkDeadline = nil
    builderOldest = WallTime(microseconds: .max)
  }

  private mutating func append(_ batch: Batch, at watermark: Watermark) {
    var header = FrameHeader(.batch, plan.id, generation)
    header.schema = batch.schema.fingerprint
    header.rows = batch.count
    header.footprint = batch.footprint
    header.watermark = watermark
    header.oldestAt = builderOldest
    queue.append(Frame(header, batch: batch))
    queuedBytes += header.footprint
  }

  // MARK: What leaves

  /// Notes a credit; one of an older generation is of the dead and is dropped: false.
  @discardableResult
  package mutating func grant(_ header: FrameHeader) -> Bool {
    guard header.generation >= generation else { return false }
    if header.generation > generation, Mutant.futureFrameIgnored.isActive { return false }
    precondition(
      header.generation == generation,
      "credit of generation \(header.generation.number) on channel \(plan.id.number), which is in "
        + "\(generation.number)"
    )
    credit.grant(header.allowance, acknowledging: header.acknowledged)
    if idleSequence.map({ header.acknowledged > $0 }) ?? true,
      !queue.contains(where: { $0.header.kind == .idle })
    {
      horizon = header.watermark > .start ? max(horizon ?? .start, header.watermark) : nil
    }
    if let sequence = loneWatermark, credit.acknowledged > sequence { loneWatermark = nil }
    return true
  }

  /// True if rows or a watermark wait for the linger.
  package var isGathering: Bool { builderDeadline != nil || watermarkDeadline != nil }

  /// Cuts what has waited long enough; the watermark of a quiet channel goes alone.
  ///
  /// That is the linger or, if the instance has nothing else to do, half a linger since the last
  /// frame that was cut here.
  package mutating func expire(
    at now: Instant,
    isIdle: Bool,
    settings: BatchSettings,
    using pool: BatchPool
  ) {
    // Behind frames that wait for credit nothing is gained by haste.
    let isDue = isIdle && restUntil <= now && queue.isEmpty
    if let due = builderDeadline, isDue || due <= now {
      rest(at: now, settings)
      cut(using: pool)
    }
    guard let due = watermarkDeadline, isDue || due <= now else { return }
    if hasGathered {
      rest(at: now, settings)
      cut(using: pool)
      return
    }
    guard loneWatermark == nil, queue.isEmpty else { return }
    watermarkDeadline = nil
    guard watermark > watermarkSaid else { return }
    rest(at: now, settings)
    var header = FrameHeader(.watermark, plan.id, generation)
    header.watermark = watermark
    header.oldestAt = watermarkOldest
    watermarkSaid = watermark
    loneWatermark = nextSequence
    queue.append(Frame(header))
  }

  /// The next frame that may leave, numbered; nil when there is none or no credit for it.
  package mutating func next() -> Frame? {
    guard let first = queue.first else { return nil }
    if first.header.kind == .batch {
      guard credit.hasCredit else { return nil }
      credit.spend(first.header.footprint)
      queuedBytes -= first.header.footprint
    }
    guard var frame = queue.popFirst() else { return nil }
    frame.header.sequence = nextSequence
    if frame.header.kind == .idle { idleSequence = nextSequence }
    nextSequence += 1
    return frame
  }

  private mutating func rest(at now: Instant, _ settings: BatchSettings) {
    let pause = max(Limits.shortestRestNanoseconds, settings.lingerNanoseconds / 2)
    restUntil = now.advanced(byNanoseconds: pause)
  }

  private var waitsForAcknowledgement: Bool { loneWatermark != nil || !queue.isEmpty }
}
