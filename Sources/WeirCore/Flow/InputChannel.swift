import DequeModule
import WeirColumns

/// The receiving end of a channel: its queue, its order, its watermark, its credit.
package struct InputChannel {
  package let plan: ChannelPlan
  package let generation: Generation
  package let schema: UInt64
  /// The schema of partial aggregates, if any may come.
  package let combined: UInt64?
  /// Received, not yet taken by the operator; bounded by the credit that was granted.
  package private(set) var queue: Deque<Frame> = []
  /// Bytes of the queue.
  package private(set) var queuedBytes = 0
  /// In force for what was taken so far.
  package private(set) var watermark = Watermark.start
  package private(set) var isIdle = false
  package private(set) var hasEnded = false
  package var grant: CreditGrant
  private var nextSequence: UInt64 = 0
  /// Frames of the queue that say that no rows are expected.
  private var idlesQueued = 0
  /// The end has been received, though perhaps not taken; only barriers come after it.
  private var hasDeliveredEnd = false
  private let hello: Hello

  package init(
    _ plan: ChannelPlan,
    generation: Generation,
    schema: UInt64,
    combined: UInt64? = nil,
    hello: Hello,
    budget: Int,
    flow: FlowBudget = FlowBudget(),
    firstCredit: Int? = nil
  ) {
    self.plan = plan
    self.generation = generation
    self.schema = schema
    self.combined = combined
    self.hello = hello
    grant = CreditGrant(budget: budget, flow: flow, first: firstCredit)
  }

  /// Takes a frame from the socket into the queue.
  ///
  /// Frames of older generations come from the dead and are dropped: false. Throws when the channel
  /// is broken: a gap in the sequence, a generation of the future, a hello that does not agree.
  package mutating func receive(_ frame: Frame) throws(WeirError) -> Bool {
    let header = frame.header
    let isStale = header.generation < generation
    if isStale, !Mutant.generationUnchecked.isActive { return false }
    if header.generation > generation, Mutant.futureFrameIgnored.isActive { return false }
    let isGap = header.generation != generation || header.sequence != nextSequence
    guard !isGap || Mutant.gapIgnored.isActive else {
      throw broken(
        "expected frame \(nextSequence) of generation \(generation.number), "
          + "received frame \(header.sequence) of generation \(header.generation.number)"
      )
    }
    nextSequence += 1
    if header.sequence == 0 {
      guard header.kind == .hello, let theirs = frame.hello else {
        throw broken("the first frame is no hello but a \(header.kind)")
      }
      guard theirs == hello else {
        throw broken("the sender's hello \(theirs) does not agree with \(hello)")
      }
      grant.received(sequence: header.sequence, needsAnswer: true)
      return true
    }
    if hasDeliveredEnd, header.kind != .barrier {
      throw broken("a \(header.kind) after the end")
    }
    if header.kind == .end { hasDeliveredEnd = true }
    if header.kind == .idle { idlesQueued += 1 }
    if header.kind == .batch, header.schema != schema, header.schema != combined {
      throw broken("rows of schema \(header.schema) where \(schema) was agreed")
    }
    grant.received(sequence: header.sequence, needsAnswer: header.kind != .batch)
    queuedBytes += header.footprint
    queue.append(frame)
    return true
  }

  /// The next frame for the operator; what it says of time is in force from now on.
  package mutating func take(at now: Instant) -> Frame? {
    guard let frame = queue.popFirst() else { return nil }
    let header = frame.header
    queuedBytes -= header.footprint
    switch header.kind {
    case .batch:
      isIdle = false
      watermark = max(watermark, header.watermark)
      grant.drained(header.footprint, at: now)
    case .watermark:
      isIdle = false
      watermark = max(watermark, header.watermark)
    case .idle:
      isIdle = true
      idlesQueued -= 1
      watermark = max(watermark, header.watermark)
    case .active: isIdle = false
    case .barrier: watermark = max(watermark, header.watermark)
    case .end:
      hasEnded = true
      watermark = header.watermark
    case .hello, .credit, .retire: break
    }
    return frame
  }

  /// True once the sender has said hello.
  package var hasBegun: Bool { nextSequence > 0 }

  /// True if the watermark of the inputs cannot pass that of this channel, as far as its sender has
  /// spoken: the sender may build on what it is told.
  package var holdsBack: Bool { !isIdle && idlesQueued == 0 }

  private func broken(_ detail: String) -> WeirError {
    WeirError(
      "E401",
      "channel \(plan.id.number) from '\(plan.sender)' to '\(plan.receiver)' is broken",
      detail: detail,
      blame: .weir,
      recovery: .restart
    )
  }
}
