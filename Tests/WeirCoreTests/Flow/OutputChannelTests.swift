import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// The sending end of a channel: what leaves when.
@Suite struct OutputChannelTests {
  private typealias Fixture = ChannelFixture

  /// A channel and its sender's clock.
  private struct Sender {
    var channel = Fixture.output()
    let pool = BatchPool()

    mutating func append(_ numbers: [Int64], at time: Int64) {
      channel.builder.append(numbers.map { [.int($0), .int($0)] })
      channel.appended(
        oldest: WallTime(microseconds: 0),
        at: Fixture.at(time),
        settings: Fixture.settings
      )
    }

    mutating func advance(to watermark: Int64, at time: Int64) {
      channel.advance(
        to: Watermark(microseconds: watermark),
        oldest: WallTime(microseconds: 0),
        at: Fixture.at(time),
        settings: Fixture.settings
      )
    }

    mutating func combine(_ numbers: [Int64], at time: Int64) {
      channel.partials?.append(numbers.map { [.int($0), .int($0)] })
      channel.appended(
        oldest: WallTime(microseconds: 0),
        at: Fixture.at(time),
        settings: Fixture.settings
      )
    }

    mutating func grant(
      _ bytes: UInt64,
      acknowledging frames: UInt64,
      generation: UInt32 = 2,
      saying watermark: Watermark = .start
    ) {
      var header = FrameHeader(.credit, Fixture.plan.id, Generation(generation))
      header.watermark = watermark
      header.allowance = bytes
      header.acknowledged = frames
      channel.grant(header)
    }

    /// What leaves at that time, in milliseconds.
    mutating func leave(at time: Int64, isIdle: Bool = false) -> [String] {
      channel.expire(
        at: Fixture.at(time),
        isIdle: isIdle,
        settings: Fixture.settings,
        using: pool
      )
      var left: [String] = []
      while let frame = channel.next() { left.append(Fixture.text(frame)) }
      return left
    }
  }

  /// A sender whose hello has left and that has credit.
  private func greeted() -> Sender {
    var sender = Sender()
    _ = sender.leave(at: 0)
    sender.grant(1 << 20, acknowledging: 1)
    return sender
  }

  @Test func `the hello leaves first, and needs no credit`() {
    var sender = Sender()
    sender.append([1], at: 0)
    #expect(sender.leave(at: 100) == ["hello"])
    #expect(!sender.channel.isDrained)
    sender.grant(1, acknowledging: 1)
    #expect(sender.leave(at: 100) == ["batch 1"])
    #expect(sender.channel.isDrained)
  }

  @Test func `rows leave after the linger of the first of them`() {
    var sender = greeted()
    sender.append([1], at: 10)
    sender.append([2], at: 14)
    #expect(sender.leave(at: 14) == [])
    #expect(sender.leave(at: 15) == ["batch 1 2"])
    #expect(sender.channel.deadline == nil)
  }

  @Test func `an idle instance lets a lone row go at once`() {
    var sender = greeted()
    sender.append([1], at: 10)
    #expect(sender.leave(at: 10, isIdle: true) == ["batch 1"])
    #expect(sender.channel.deadline == nil)
  }

  @Test func `an idle instance sends a steady stream twice a linger`() {
    var sender = greeted()
    sender.append([1], at: 10)
    #expect(sender.leave(at: 10, isIdle: true) == ["batch 1"])
    sender.append([2], at: 11)
    #expect(sender.leave(at: 12, isIdle: true) == [])
    #expect(
      sender.channel.deadline == Fixture.at(10).advanced(byNanoseconds: 2_500_000)
    )
    #expect(sender.leave(at: 13, isIdle: true) == ["batch 2"])
  }

  @Test func `an idle instance without credit goes on gathering`() {
    var sender = Sender()
    _ = sender.leave(at: 0)
    sender.append([1], at: 0)
    #expect(sender.leave(at: 5) == [])
    sender.append([2], at: 6)
    #expect(sender.leave(at: 10, isIdle: true) == [])
    #expect(sender.channel.deadline == Fixture.at(11))
    sender.append([3], at: 10)
    sender.grant(1 << 20, acknowledging: 1)
    #expect(sender.leave(at: 10) == ["batch 1"])
    #expect(sender.leave(at: 10, isIdle: true) == ["batch 2 3"])
  }

  @Test func `an idle instance lets a lone watermark go at once`() {
    var sender = greeted()
    sender.advance(to: 7, at: 10)
    #expect(sender.leave(at: 10, isIdle: true) == ["watermark @7"])
  }

  // MARK: Partial aggregates

  @Test func `rows and partial aggregates are cut together, and time comes with the last`() {
    var sender = greeted()
    sender.append([1], at: 10)
    sender.combine([20, 30], at: 11)
    #expect(!sender.channel.isDrained)
    sender.advance(to: 7, at: 11)
    #expect(sender.leave(at: 15) == ["batch 1", "batch 20 30 @7"])
    sender.combine([40], at: 20)
    sender.channel.barrier(Epoch(1), using: sender.pool)
    #expect(sender.leave(at: 20) == ["batch 40 @7", "barrier @7"])
    sender.append([2], at: 30)
    sender.advance(to: 8, at: 30)
    sender.combine([50], at: 30)
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.leave(at: 30) == ["batch 2 @7", "batch 50 @8", "idle @8"])
    #expect(sender.channel.isDrained)
  }

  @Test func `how far a receiver can be is what it has said, or what was said here`() {
    var sender = greeted()
    #expect(sender.channel.reach == nil)
    sender.grant(1, acknowledging: 1, saying: Watermark(microseconds: 5))
    #expect(sender.channel.reach == Watermark(microseconds: 5))
    sender.advance(to: 3, at: 1)
    #expect(sender.channel.reach == Watermark(microseconds: 5))
    sender.advance(to: 9, at: 2)
    #expect(sender.channel.reach == Watermark(microseconds: 9))
    // An older credit takes nothing back; one that says nothing does.
    sender.grant(1, acknowledging: 1, saying: .leastSaid)
    #expect(sender.channel.reach == Watermark(microseconds: 9))
    sender.grant(1, acknowledging: 1)
    #expect(sender.channel.reach == nil)
    sender.grant(1, acknowledging: 1, generation: 1, saying: Watermark(microseconds: 5))
    #expect(sender.channel.reach == nil)
  }

  @Test func `whoever was idle does not know how far the receiver is before that has heard of it`()
  {
    var sender = greeted()
    sender.grant(1 << 20, acknowledging: 1, saying: Watermark(microseconds: 5))
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.channel.reach == nil)
    // Not even left: this was said before.
    sender.grant(1 << 20, acknowledging: 1, saying: Watermark(microseconds: 6))
    #expect(sender.channel.reach == nil)
    #expect(sender.leave(at: 10) == ["idle"])
    sender.append([1], at: 11)
    #expect(sender.leave(at: 20) == ["batch 1"])
    sender.grant(1 << 20, acknowledging: 1, saying: Watermark(microseconds: 6))
    #expect(sender.channel.reach == nil)
    sender.grant(1 << 20, acknowledging: 3, saying: Watermark(microseconds: 90))
    #expect(sender.channel.reach == Watermark(microseconds: 90))
  }

  @Test func `a watermark rides on rows`() {
    var sender = greeted()
    sender.append([1], at: 10)
    sender.advance(to: 7, at: 11)
    #expect(sender.leave(at: 15) == ["batch 1 @7"])
    #expect(sender.leave(at: 99) == [])
  }

  @Test func `a watermark without rows goes alone after the linger`() {
    var sender = greeted()
    sender.advance(to: 7, at: 10)
    sender.advance(to: 8, at: 12)
    #expect(sender.leave(at: 14) == [])
    #expect(sender.leave(at: 15) == ["watermark @8"])
  }

  @Test func `a lone watermark waits for the acknowledgement of the one before, and is replaced`() {
    var sender = greeted()
    sender.advance(to: 7, at: 10)
    #expect(sender.leave(at: 15) == ["watermark @7"])
    sender.advance(to: 8, at: 20)
    sender.advance(to: 9, at: 30)
    #expect(sender.leave(at: 40) == [])
    #expect(sender.channel.deadline == nil)
    sender.grant(1 << 20, acknowledging: 1)
    #expect(sender.leave(at: 41) == [])
    sender.grant(1 << 20, acknowledging: 2)
    #expect(sender.leave(at: 42) == ["watermark @9"])
  }

  @Test func `an older watermark says nothing`() {
    var sender = greeted()
    sender.advance(to: 7, at: 10)
    sender.advance(to: 6, at: 11)
    #expect(sender.leave(at: 15) == ["watermark @7"])
  }

  @Test func `without credit signals wait behind rows`() {
    var sender = Sender()
    _ = sender.leave(at: 0)
    sender.append([1], at: 0)
    sender.channel.becomeIdle(using: sender.pool)
    sender.append([2], at: 1)
    sender.channel.end(at: .end, oldest: WallTime(microseconds: 0), using: sender.pool)
    #expect(sender.leave(at: 50) == [])
    #expect(sender.channel.heldBytes > 0)
    sender.grant(1, acknowledging: 1)
    #expect(sender.leave(at: 51) == ["batch 1", "idle"])
    sender.grant(1 << 20, acknowledging: 1)
    #expect(sender.leave(at: 52) == ["batch 2", "end @\(Int64.max)"])
    #expect(sender.channel.heldBytes == 0)
  }

  @Test func `credit of another generation is of the dead`() {
    var sender = Sender()
    _ = sender.leave(at: 0)
    sender.append([1], at: 0)
    sender.grant(1 << 20, acknowledging: 1, generation: 1)
    #expect(sender.leave(at: 50) == [])
  }

  @Test func `idleness is said once, and again after rows or a watermark`() {
    var sender = greeted()
    sender.channel.becomeIdle(using: sender.pool)
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.leave(at: 10) == ["idle"])
    sender.advance(to: 5, at: 20)
    #expect(sender.leave(at: 30) == ["watermark @5"])
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.leave(at: 40) == ["idle @5"])
    sender.append([1], at: 50)
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.leave(at: 50) == ["batch 1 @5", "idle @5"])
  }

  @Test func `a watermark that still lingers goes with the idle frame, not behind it`() {
    var sender = greeted()
    sender.advance(to: 5, at: 10)
    sender.channel.becomeIdle(using: sender.pool)
    #expect(sender.leave(at: 10) == ["idle @5"])
    #expect(sender.channel.deadline == nil)
    #expect(sender.leave(at: 100) == [])
  }

  @Test func `the end takes what is gathered with it, and is said once`() {
    var sender = greeted()
    sender.append([1, 2], at: 10)
    sender.advance(to: 5, at: 10)
    sender.channel.end(at: .end, oldest: WallTime(microseconds: 0), using: sender.pool)
    sender.channel.end(at: .end, oldest: WallTime(microseconds: 0), using: sender.pool)
    #expect(sender.leave(at: 10) == ["batch 1 2 @5", "end @\(Int64.max)"])
    #expect(sender.channel.deadline == nil)
    #expect(sender.channel.isDrained)
  }

  @Test func `of the barriers that wait behind rows without credit only the newest is left`() {
    var sender = Sender()
    _ = sender.leave(at: 0)
    sender.append([1], at: 0)
    for epoch in 1...4 {
      sender.channel.barrier(Epoch(UInt64(epoch)), using: sender.pool)
      #expect(sender.leave(at: Int64(epoch)) == [])
    }
    sender.grant(1 << 20, acknowledging: 1)
    var left: [FrameHeader] = []
    while let frame = sender.channel.next() { left.append(frame.header) }
    #expect(left.map(\.kind) == [.batch, .barrier])
    #expect(left.last?.epoch == Epoch(4))
    // What left is numbered without a gap, though barriers in between never did.
    #expect(left.map(\.sequence) == [1, 2])
  }
}
