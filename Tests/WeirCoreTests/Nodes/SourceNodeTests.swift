import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// Which partition a source reads, when, and what it says of time.
@Suite struct SourceNodeTests {
  @Test func `the partition whose highest time is lowest is read next`() throws {
    var source = try SourceFixture(partitions: 3)
    try source.grant()
    var order: [Int?] = []
    for times: [Int64] in [[50], [10], [30], [40], [45], [60]] {
      order.append(try source.wanted())
      try source.answer(times)
    }
    #expect(order == [0, 1, 2, 1, 2, 1])
  }

  @Test func `one read is answered before the next`() throws {
    var source = try SourceFixture(partitions: 1)
    #expect(try source.wanted() == 0)
    #expect(try source.wanted() == nil)
    try source.answer([1])
    #expect(try source.wanted() == 0)
  }

  @Test func `the watermark is the least of the partitions, less the lag`() throws {
    var source = try SourceFixture(partitions: 2, lag: 5)
    try source.grant()
    try source.turn()
    try source.answer([50])
    #expect(source.node.watermark == .start)
    try source.turn()
    try source.answer([20, 30])
    #expect(source.node.watermark == Watermark(microseconds: 25))
    try source.turn(after: 10)
    #expect(source.said == ["batch 50 20 30 @25"])
  }

  @Test func `an ended partition holds nothing back, and the last one ends the source`() throws {
    var source = try SourceFixture(partitions: 2)
    try source.grant()
    try source.turn()
    try source.answer([50])
    try source.turn()
    try source.answer([20], .ended)
    #expect(source.node.watermark == Watermark(microseconds: 50))
    try source.turn()
    try source.answer([], .ended)
    try source.turn()
    #expect(source.hasFinished)
    #expect(source.said == ["batch 50 20 @50", "end @\(Int64.max)"])
  }

  @Test func `a source without partitions ends at once`() throws {
    var source = try SourceFixture(partitions: 0)
    try source.turn()
    try source.turn()
    #expect(source.hasFinished)
    #expect(source.said == ["end @\(Int64.max)"])
  }

  @Test func `a paced source asks for the rows that are due`() throws {
    var source = try SourceFixture(partitions: 1, rate: 1000)
    try source.turn()
    #expect(source.reads.last?.maximumRows == 1)
    try source.answer([1])
    #expect(try source.wanted() == nil)
    #expect(source.node.deadline(at: source.moment) != nil)
    #expect(try source.wanted(after: 4) == 0)
    #expect(source.reads.last?.maximumRows == 4)
    try source.answer([2, 3, 4, 5])
    #expect(try source.wanted(after: 1000) == 0)
    #expect(source.reads.last?.maximumRows == 10)
  }

  @Test func `a paced source that goes on in another run waits no longer than at the start`() throws
  {
    var source = try SourceFixture(partitions: 1, rate: 1000)
    try source.resume(rowsRead: 100_000)
    #expect(try source.wanted() == 0)
    try source.answer([1])
    // The pace is a quarter of the linger, and the next row is due before.
    let pace: Int64 = 1_250_000
    #expect(
      source.node.deadline(at: source.moment)
        == source.moment.instant.advanced(byNanoseconds: pace)
    )
  }

  @Test func `processes share the rate of their source`() throws {
    var source = try SourceFixture(partitions: 1, rate: 1000, processes: 2)
    try source.turn()
    try source.answer([1])
    #expect(try source.wanted(after: 8) == 0)
    #expect(source.reads.last?.maximumRows == 4)
  }

  @Test func `a partition without data for long is left out, and says so when it is the last`()
    throws
  {
    var source = try SourceFixture(partitions: 1, idleAfter: 20_000)
    try source.grant()
    try source.turn()
    try source.answer([7], .waiting)
    for _ in 0..<10 where try source.wanted(after: 5) != nil { try source.answer([], .waiting) }
    #expect(source.said == ["batch 7 @7", "idle @7"])
    _ = try source.wanted(after: 200)
    try source.answer([9])
    try source.turn(after: 10)
    #expect(source.said.last == "batch 9 @9")
  }

  /// The source was kept from reading: that says nothing about its partitions.
  @Test func `a partition that was not looked at is not idle`() throws {
    var source = try SourceFixture(partitions: 2, idleAfter: 20_000)
    try source.grant()
    try source.turn()
    try source.answer([10])
    try source.turn()
    try source.answer([11])
    #expect(try source.wanted(after: 60_000) == 0)
    try source.answer([90])
    #expect(source.node.watermark == Watermark(microseconds: 11))
  }

  // MARK: Partitions that appear

  @Test func `a source that follows looks for partitions before it reads, and every second`() throws
  {
    var source = try SourceFixture(partitions: 0, follow: true)
    try source.grant()
    #expect(source.node.hasWork(at: source.moment))
    try source.turn()
    #expect(source.searches == 1)
    try source.turn()
    #expect(source.searches == 1 && source.reads.isEmpty)
    try source.find([3])
    #expect(try source.wanted() == 3)
    try source.answer([5])
    #expect(try source.wanted(after: 999) == 3)
    #expect(source.searches == 1)
    try source.answer([], .waiting)
    #expect(try source.wanted(after: 1) == nil)
    #expect(source.searches == 2)
  }

  @Test func `a source without partitions that follows is idle, and called by the next search`()
    throws
  {
    var source = try SourceFixture(partitions: 0, follow: true)
    try source.turn()
    try source.find([])
    try source.turn()
    #expect(source.said == ["idle"])
    #expect(!source.hasFinished)
    #expect(!source.node.hasWork(at: source.moment))
    let due = source.moment.instant.advanced(byNanoseconds: Limits.searchNanoseconds)
    #expect(source.node.deadline(at: source.moment) == due)
    try source.turn(after: 1000)
    #expect(source.searches == 2)
  }

  @Test func `a new partition does not move the watermark back, and holds it until it catches up`()
    throws
  {
    var source = try SourceFixture(partitions: 0, follow: true)
    try source.grant()
    try source.turn()
    try source.find([0])
    try source.turn()
    try source.answer([50])
    #expect(source.node.watermark == Watermark(microseconds: 50))
    try source.turn(after: 1000)
    try source.find([1])
    #expect(source.node.watermark == Watermark(microseconds: 50))
    // The one that has said nothing yet is read first.
    #expect(try source.wanted() == 1)
    try source.answer([20])
    #expect(try source.wanted() == 1)
    try source.answer([], .waiting)
    #expect(try source.wanted() == 0)
    try source.answer([90])
    #expect(source.node.watermark == Watermark(microseconds: 50))
    #expect(try source.wanted(after: 100) == 1)
    try source.answer([70])
    #expect(source.node.watermark == Watermark(microseconds: 70))
    try source.turn(after: 10)
    #expect(source.said == ["batch 50 @50", "batch 20 90 @50", "batch 70 @70"])
  }

  @Test func `silence of a new partition counts from when it was found`() throws {
    var source = try SourceFixture(partitions: 0, idleAfter: 500_000, follow: true)
    try source.grant()
    try source.turn()
    try source.find([0])
    for step: Int64 in 0..<3 {
      try source.turn(after: 300)
      try source.answer([step])
    }
    try source.turn(after: 300)
    try source.find([1])
    #expect(try source.wanted() == 1)
    try source.answer([], .waiting)
    try source.turn()
    try source.answer([9])
    // Not idle yet: it holds the watermark where it was.
    #expect(source.node.watermark == Watermark(microseconds: 2))
    try source.turn(after: 500)
    try source.answer([], .waiting)
    #expect(source.node.watermark == Watermark(microseconds: 9))
  }

  @Test func `a partition that ends while others can appear is forgotten, and told of`() throws {
    var source = try SourceFixture(partitions: 0, follow: true)
    try source.grant()
    try source.turn()
    try source.find([0, 1])
    try source.turn()
    try source.answer([50])
    try source.turn()
    try source.answer([20], .ended, warning: WeirError("E417", "gone"))
    #expect(source.warnings == ["E417"])
    #expect(source.node.watermark == Watermark(microseconds: 50))
    try source.turn()
    try source.answer([], .ended)
    #expect(!source.hasFinished)
    #expect(source.said.last == "idle @50")
    try source.drain()
    try source.turn()
    #expect(source.hasFinished)
    #expect(source.said.last == "end @\(Int64.max)")
  }

  @Test func `a source that waits for credit is called by no deadline`() throws {
    var flow = FlowBudget()
    flow.outputBytes = 1
    var source = try SourceFixture(partitions: 2, flow: flow)
    try source.turn()
    try source.answer([], .waiting)
    try source.turn()
    try source.answer([1])
    try source.turn(after: 50)
    try source.answer([2])
    try source.turn(after: 10)
    #expect(source.node.isBackpressured)
    #expect(source.node.deadline(at: source.moment) == nil)
    try source.grant()
    #expect(source.node.hasWork(at: source.moment))
  }
}
