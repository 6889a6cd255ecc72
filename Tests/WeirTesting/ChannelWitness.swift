import WeirCore

/// Watches one channel from outside: order, watermarks, credit.
package struct ChannelWitness {
  package let plan: ChannelPlan
  private var generation = Generation(0)
  private var nextSequence: UInt64 = 0
  /// What the sender has promised so far.
  package private(set) var watermark = Watermark.start
  private var hasEnded = false
  /// Bytes of batches that were sent.
  package private(set) var sentBytes: UInt64 = 0
  /// Bytes that the sender has been told it may have sent.
  package private(set) var allowance: UInt64 = 0
  /// The largest batch that was sent, in bytes.
  package private(set) var largestFrame = 0

  package init(_ plan: ChannelPlan) { self.plan = plan }

  /// Notes a frame that the sender says; returns what is wrong with it.
  package mutating func sent(_ header: FrameHeader) -> String? {
    begin(header.generation)
    if header.generation < generation {
      return "channel \(plan.id.number): generation \(header.generation.number) after"
        + " \(generation.number)"
    }
    defer { nextSequence = header.sequence + 1 }
    let place = "channel \(plan.id.number) from \(plan.sender) to \(plan.receiver)"
    if header.sequence != nextSequence {
      return "\(place): frame \(header.sequence) after \(nextSequence) frames"
    }
    if (header.kind == .hello) != (header.sequence == 0) {
      return "\(place): frame \(header.sequence) is a \(header.kind)"
    }
    if hasEnded, header.kind != .barrier { return "\(place): a \(header.kind) after the end" }
    switch header.kind {
    case .batch:
      let isOverdrawn = sentBytes >= allowance
      sentBytes += UInt64(header.footprint)
      largestFrame = max(largestFrame, header.footprint)
      if isOverdrawn { return "\(place): \(sentBytes) bytes sent of \(allowance)" }
      return fell(header, place)
    case .watermark: return fell(header, place)
    case .end:
      hasEnded = true
      return fell(header, place)
    case .hello, .idle, .active, .barrier, .retire: return nil
    case .credit: return "\(place): a credit from the sender"
    }
  }

  /// Everything begins anew with a generation.
  private mutating func begin(_ newer: Generation) {
    guard newer > generation else { return }
    self = ChannelWitness(plan)
    generation = newer
  }

  private mutating func fell(_ header: FrameHeader, _ place: String) -> String? {
    let before = watermark
    watermark = header.watermark
    guard header.watermark < before else { return nil }
    return "\(place): the watermark fell from \(before) to \(header.watermark)"
  }

  /// Notes a credit that has reached the sender.
  package mutating func granted(_ header: FrameHeader) {
    begin(header.generation)
    guard header.generation == generation else { return }
    allowance = max(allowance, header.allowance)
  }
}
