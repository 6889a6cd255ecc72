import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// The receiving end of a channel: order, generations, and what frames say of time.
@Suite struct InputChannelTests {
  private typealias Fixture = ChannelFixture

  /// A channel that has received its hello.
  private func greeted() throws -> InputChannel {
    var channel = Fixture.input()
    #expect(try channel.receive(Fixture.frame(.hello, 0)))
    return channel
  }

  private func refusal(_ channel: inout InputChannel, _ frame: Frame) -> String? {
    do throws(WeirError) {
      _ = try channel.receive(frame)
      return nil
    } catch {
      #expect(error.code == "E401")
      return error.detail
    }
  }

  @Test func `rows wait in the queue, and time moves when they are taken`() throws {
    var channel = try greeted()
    let frame = Fixture.rows(1, [4, 5], watermark: 3)
    #expect(try channel.receive(frame))
    #expect(channel.queuedBytes == frame.header.footprint)
    #expect(channel.watermark == .start)
    let front = channel.take(at: Fixture.at(1))
    let taken = try #require(front)
    #expect(taken.batch?.values == [[4, 4], [5, 5]])
    #expect(channel.watermark == Watermark(microseconds: 3))
    #expect(channel.queuedBytes == 0)
    #expect(channel.take(at: Fixture.at(1)) == nil)
  }

  @Test func `a channel holds time back unless it is idle, or is about to be`() throws {
    var channel = try greeted()
    #expect(channel.holdsBack)
    #expect(try channel.receive(Fixture.rows(1, [4], watermark: 3)))
    #expect(try channel.receive(Fixture.frame(.idle, 2)))
    #expect(try channel.receive(Fixture.rows(3, [5], watermark: 3)))
    // The idle frame waits in the queue, then is in force, then is taken back.
    for _ in 0..<3 {
      #expect(!channel.holdsBack)
      #expect(channel.take(at: Fixture.at(1)) != nil)
    }
    #expect(channel.holdsBack)
  }

  @Test func `partial aggregates come on the channel of their rows, others do not`() throws {
    var channel = try greeted()
    var frame = Fixture.rows(1, [4], watermark: 3)
    frame.header.schema = Fixture.combined.fingerprint
    #expect(try channel.receive(frame))
    frame.header.sequence = 2
    frame.header.schema = 1
    #expect(refusal(&channel, frame)?.contains("rows of schema 1 ") == true)
  }

  @Test func `a gap and a repeated frame break the channel`() throws {
    var channel = try greeted()
    #expect(
      refusal(&channel, Fixture.rows(2, [1], watermark: 0))
        == "expected frame 1 of generation 2, received frame 2 of generation 2"
    )
    #expect(
      refusal(&channel, Fixture.frame(.hello, 0))
        == "expected frame 1 of generation 2, received frame 0 of generation 2"
    )
  }

  @Test func `frames of an older generation are dropped`() throws {
    var channel = try greeted()
    #expect(try !channel.receive(Fixture.frame(.watermark, 1, generation: 1, watermark: 99)))
    #expect(try channel.receive(Fixture.frame(.watermark, 1, watermark: 5)))
  }

  @Test func `a frame of a newer generation breaks the channel`() throws {
    var channel = try greeted()
    #expect(
      refusal(&channel, Fixture.frame(.watermark, 1, generation: 3, watermark: 1))
        == "expected frame 1 of generation 2, received frame 1 of generation 3"
    )
  }

  @Test func `a hello that does not agree names both`() throws {
    var channel = Fixture.input()
    var frame = Fixture.frame(.hello, 0)
    frame.hello?.plan = 8
    let theirs = try #require(frame.hello)
    #expect(
      refusal(&channel, frame)
        == "the sender's hello \(theirs) does not agree with \(Fixture.hello)"
    )
  }

  @Test func `the first frame must be a hello`() {
    var channel = Fixture.input()
    #expect(
      refusal(&channel, Fixture.rows(0, [1], watermark: 0))
        == "the first frame is no hello but a batch"
    )
  }

  @Test func `rows of another schema break the channel`() throws {
    var channel = try greeted()
    var frame = Fixture.rows(1, [1], watermark: 0)
    frame.header.schema = 5
    #expect(
      refusal(&channel, frame)
        == "rows of schema 5 where \(Fixture.schema.fingerprint) was agreed"
    )
  }

  @Test func `idleness lasts until rows or a watermark`() throws {
    var channel = try greeted()
    let frames = [
      Fixture.frame(.idle, 1), Fixture.rows(2, [1], watermark: 1), Fixture.frame(.idle, 3),
      Fixture.frame(.watermark, 4, watermark: 2), Fixture.frame(.idle, 5),
      Fixture.frame(.active, 6),
    ]
    var states: [Bool] = []
    for frame in frames {
      _ = try channel.receive(frame)
      _ = channel.take(at: Fixture.at(1))
      states.append(channel.isIdle)
    }
    #expect(states == [true, false, true, false, true, false])
  }

  @Test func `an idle frame carries the watermark that it overtakes`() throws {
    var channel = try greeted()
    _ = try channel.receive(Fixture.frame(.idle, 1, watermark: 12))
    _ = channel.take(at: Fixture.at(1))
    #expect(channel.watermark == Watermark(microseconds: 12))
    #expect(channel.isIdle)
  }

  @Test func `the end says so`() throws {
    var channel = try greeted()
    _ = try channel.receive(Fixture.frame(.end, 1, watermark: .max))
    #expect(!channel.hasEnded)
    _ = channel.take(at: Fixture.at(1))
    #expect(channel.hasEnded)
    #expect(channel.watermark == .end)
  }
}
