import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Event time of a partition: stamps and watermarks.
@Suite struct PartitionClockTests {
  private let schema = Schema([Field("t", .timestamp)], eventTime: 0)
  private let now = Instant(nanoseconds: 1)

  private func stamps(_ times: [Int64], lag: Int64, sizes: [Int]) -> ([Int64?], PartitionClock) {
    var clock = PartitionClock()
    var stamps: [Int64?] = []
    var start = 0
    for size in sizes {
      let batch = Batch.of(schema, times[start..<(start + size)].map { [.int($0)] })
      clock.stamp(batch, first: 0, step: 1, lag: lag, at: now)
      stamps += batch.stampValues
      start += size
    }
    return (stamps, clock)
  }

  @Test func `a row behind the watermark of its partition carries that watermark`() {
    let (stamps, clock) = stamps([10, 4, 20, 15, 14, 3], lag: 5, sizes: [6])
    #expect(stamps == [nil, 5, nil, nil, 15, 15])
    #expect(clock.highest == 20)
    #expect(clock.watermark(lag: 5) == Watermark(microseconds: 15))
  }

  @Test func `every way to cut the rows gives the same stamps`() {
    let times: [Int64] = [10, 4, 20, 15, 14, 3, 21, -9]
    let (expected, clock) = stamps(times, lag: 5, sizes: [8])
    for mask in 0..<(1 << 7) {
      var sizes = [1]
      for row in 1..<8 {
        if mask >> (row - 1) & 1 == 1 { sizes.append(1) } else { sizes[sizes.count - 1] += 1 }
      }
      let cut = stamps(times, lag: 5, sizes: sizes)
      #expect(cut.0 == expected, "\(sizes)")
      #expect(cut.1 == clock)
    }
  }

  @Test func `rows of several partitions in turn are stamped by their own`() {
    let batch = Batch.of(schema, [100, 1, 50, 2, 101, 0].map { [.int($0)] })
    var first = PartitionClock()
    var second = PartitionClock()
    first.stamp(batch, first: 0, step: 2, lag: 0, at: now)
    second.stamp(batch, first: 1, step: 2, lag: 0, at: now)
    #expect(batch.stampValues == [nil, nil, 100, nil, nil, 2])
    #expect(first.highest == 101)
    #expect(second.highest == 2)
  }

  @Test func `a partition promises nothing before its first row, and all after its last`() {
    var clock = PartitionClock()
    #expect(clock.watermark(lag: 5) == .start)
    clock.end()
    #expect(clock.watermark(lag: 5) == .end)
  }

  @Test func `a time at the end of the range does not turn round`() {
    let (_, clock) = stamps([.min + 3], lag: 5, sizes: [1])
    #expect(clock.watermark(lag: 5) == .start)
  }

  @Test func `a partition without data is looked at less and less often`() {
    var clock = PartitionClock()
    var pauses: [Int64] = []
    for _ in 0..<8 {
      clock.wait(at: now)
      pauses.append(((clock.retryAt?.nanoseconds ?? 0) - now.nanoseconds) / 1_000_000)
    }
    #expect(pauses == [5, 10, 20, 40, 80, 160, 200, 200])
    clock.expectMore()
    #expect(clock.retryAt == nil)
  }

  @Test func `an ended partition is not looked at again`() {
    var clock = PartitionClock()
    clock.wait(at: now)
    clock.end()
    #expect(clock.retryAt == nil)
  }
}
