import WeirColumns

/// Everything an instance receives: its input channels, in turn, and the watermark over them.
package struct InputSet {
  /// A frame taken for the operator, and where it came from.
  package struct Taken {
    package var frame: Frame
    package var edge: EdgeIndex
  }

  private var channels: [InputChannel]
  /// The channel that is looked at first: they take turns.
  private var cursor = 0
  private var isClosed = false
  package private(set) var watermark = Watermark.start

  init(_ job: JobPlan, instance: InstanceID, generation: Generation, flow: FlowBudget) {
    let plans = job.channels.filter { $0.receiver == instance }
    let budget = flow.inputBytes / max(plans.count, 1)
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
        hello: hello,
        budget: budget,
        flow: flow
      )
    }
  }

  package var hasFrames: Bool { channels.contains { !$0.queue.isEmpty } }

  package var queuedBytes: Int { channels.reduce(0) { $0 + $1.queuedBytes } }

  /// True when every channel has ended and nothing waits, or when the input was closed.
  package var haveEnded: Bool {
    (isClosed || channels.allSatisfy(\.hasEnded)) && !hasFrames
  }

  /// True when every channel that has not ended is idle: so is the instance.
  package var isIdle: Bool {
    let open = channels.filter { !$0.hasEnded }
    return !open.isEmpty && open.allSatisfy(\.isIdle)
  }

  mutating func receive(_ frame: Frame) throws(WeirError) {
    guard let index = channels.firstIndex(where: { $0.plan.id == frame.header.channel }) else {
      throw WeirError(
        "E402",
        "a frame arrived on channel \(frame.header.channel.number), which does not end here",
        blame: .weir,
        recovery: .restart
      )
    }
    // A dropped frame of an older generation needs no more than being dropped.
    _ = try channels[index].receive(frame)
  }

  /// The next frame, channels in turn; updates the watermark.
  mutating func take(at now: Instant) -> Taken? {
    for step in 0..<channels.count {
      let index = (cursor + step) % channels.count
      guard let frame = channels[index].take(at: now) else { continue }
      cursor = (index + 1) % channels.count
      updateWatermark()
      return Taken(frame: frame, edge: channels[index].plan.edge)
    }
    return nil
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

  /// Takes no more than what is queued now.
  mutating func close() { isClosed = true }

  /// Sends the credits that are due.
  mutating func grant(into effects: inout [InstanceEffect], at now: Moment) {
    for index in channels.indices {
      guard let credit = channels[index].grant.next() else { continue }
      var header = FrameHeader(.credit, channels[index].plan.id, channels[index].generation)
      header.allowance = credit.allowance
      header.acknowledged = credit.acknowledged
      header.sentAt = now.wall
      effects.append(.send(Frame(header)))
    }
  }
}
