import WeirColumns

/// Everything an instance receives: its input channels, in turn, and the watermark over them.
package struct InputSet {
  /// A frame taken for the operator, and where it came from.
  package struct Taken {
    package var frame: Frame
    package var edge: EdgeIndex
  }

  private var channels: [InputChannel]
  private var alignment: Alignment
  /// The epoch whose last barrier was taken; whoever takes frames must act on it before the next.
  private(set) var aligned: Epoch?
  /// Frames of older generations that were dropped.
  private(set) var staleFrames: UInt64 = 0
  /// When rows were taken for the first time, and for the last.
  private(set) var firstRowsAt: Instant?
  private(set) var lastRowsAt: Instant?
  /// The channel that is looked at first: they take turns.
  private var cursor = 0
  package private(set) var watermark: Watermark
  package let generation: Generation
  /// No credit goes to a sender that may not have turned to this generation: one that has says hello.
  private let answersOnly: Bool

  /// Makes the inputs of a generation; `watermark` is what was known when it began.
  ///
  /// `answersOnly`: senders turn to the generation one by one, and are given credit when they have;
  /// `waits`: much may come before any of it is taken.
  init(
    _ job: JobPlan,
    instance: InstanceID,
    generation: Generation,
    flow: FlowBudget,
    watermark: Watermark = .start,
    answersOnly: Bool = false,
    waits: Bool = false
  ) {
    self.watermark = watermark
    self.generation = generation
    self.answersOnly = answersOnly
    let plans = job.channels.filter { $0.receiver == instance }
    let budget = flow.input(of: plans.count)
    let firstCredit = waits ? flow.asideBytes / max(plans.count, 1) : nil
    alignment = Alignment(channels: plans.count)
    let forms = job.combinedForms
    channels = plans.map { plan in
      let schema = job.edges[plan.edge].schema.fingerprint
      let hello = Hello(
        plan: job.fingerprint,
        schema: schema,
        keyGroups: UInt32(job.keyGroups)
      )
      return InputChannel(
        plan,
        generation: generation,
        schema: schema,
        combined: forms[plan.edge]?.schema.fingerprint,
        hello: hello,
        budget: budget,
        flow: flow,
        firstCredit: firstCredit
      )
    }
  }

  /// True if a frame can be taken: those behind a barrier wait for the other barriers.
  package var hasFrames: Bool {
    channels.indices.contains { !channels[$0].queue.isEmpty && !alignment.holds($0) }
  }

  /// The epoch that is being aligned.
  var aligning: Epoch? { alignment.epoch }

  package var queuedBytes: Int { channels.reduce(0) { $0 + $1.queuedBytes } }

  /// True when every channel has ended: only barriers can come.
  package var haveEnded: Bool { channels.allSatisfy(\.hasEnded) }

  /// True when every channel that has not ended is idle: so is the instance.
  package var isIdle: Bool {
    let open = channels.filter { !$0.hasEnded }
    return !open.isEmpty && open.allSatisfy(\.isIdle)
  }

  mutating func receive(_ frame: Frame) throws(WeirError) {
    guard let index = channels.firstIndex(where: { $0.plan.id == frame.header.channel }) else {
      // The generation before may have had another layout.
      if frame.header.generation < generation {
        staleFrames += 1
        return
      }
      throw WeirError(
        "E402",
        "a frame arrived on channel \(frame.header.channel.number), which does not end here",
        blame: .weir,
        recovery: .restart
      )
    }
    if try !channels[index].receive(frame) { staleFrames += 1 }
  }

  /// The next frame, channels in turn; updates the watermark.
  ///
  /// Barriers are kept here: only the last one of an alignment is handed out, and noted in `aligned`.
  mutating func take(at now: Instant) -> Taken? {
    precondition(
      aligned == nil,
      "took a frame while epoch \(aligned?.number ?? 0) waits to be marked"
    )
    for step in 0..<channels.count {
      let index = (cursor + step) % channels.count
      while !alignment.holds(index), let frame = channels[index].take(at: now) {
        if frame.header.kind == .barrier {
          guard alignment.deliver(frame.header.epoch, on: index) else { continue }
          aligned = frame.header.epoch
        }
        cursor = (index + 1) % channels.count
        updateWatermark()
        if frame.batch != nil {
          if firstRowsAt == nil { firstRowsAt = now }
          lastRowsAt = now
        }
        return Taken(frame: frame, edge: channels[index].plan.edge)
      }
    }
    return nil
  }

  /// Forgets what was aligned, because it is being acted on.
  mutating func takeAligned() -> Epoch? {
    defer { aligned = nil }
    return aligned
  }

  /// Waits no longer for the barriers of an epoch.
  mutating func abort(_ epoch: Epoch) {
    alignment.abort(epoch)
    if let aligned, aligned <= epoch { self.aligned = nil }
  }

  private mutating func updateWatermark() {
    // Channels that have ended hold nothing back, but do not stand for those that may go on.
    var active: Watermark?
    var open: Watermark?
    var ended: Watermark?
    for channel in channels {
      let mark = channel.watermark
      if channel.hasEnded {
        ended = min(ended ?? mark, mark)
      } else {
        open = min(open ?? mark, mark)
        if !channel.isIdle { active = min(active ?? mark, mark) }
      }
    }
    if let least = active ?? open ?? ended { watermark = max(watermark, least) }
  }

  /// Goes on from the inputs of the generation before, all of whose frames were taken.
  mutating func takeOver(_ before: InputSet) {
    watermark = max(watermark, before.watermark)
    firstRowsAt = before.firstRowsAt
    lastRowsAt = before.lastRowsAt
  }

  /// Begins where state has been brought back to.
  mutating func begin(at restored: Watermark) { watermark = max(watermark, restored) }

  /// Sends the credits that are due; they say how far the inputs are where partial aggregates are taken.
  mutating func grant(
    into effects: inout [InstanceEffect],
    at now: Moment,
    takesCombined: Bool
  ) {
    for index in channels.indices {
      let mayGrant = !answersOnly || channels[index].hasBegun
      guard mayGrant || Mutant.creditBeforeTurn.isActive else { continue }
      guard let credit = channels[index].grant.next() else { continue }
      var header = FrameHeader(.credit, channels[index].plan.id, channels[index].generation)
      header.allowance = credit.allowance
      header.acknowledged = credit.acknowledged
      header.sentAt = now.wall
      if takesCombined, channels[index].combined != nil, channels[index].holdsBack {
        header.watermark = max(watermark, .leastSaid)
      }
      effects.append(.send(Frame(header)))
    }
  }
}
