import Testing
import WeirColumns
import WeirCore
import WeirTesting

struct FoundPartitionTests {
  /// A source that finds its partitions itself.
  private static func source() -> InstanceNode {
    var builder = PlanBuilder(batch: BatchSettings())
    let source = builder.source("s", SourceFixture.schema, follow: true)
    builder.sink("out", from: [source])
    return InstanceNode(
      InstanceID("s", 0),
      job: builder.plan(),
      partitions: [],
      pool: BatchPool()
    )
  }

  @Test func `a source that has found its partitions is told where each goes on`() throws {
    var node = Self.source()
    var snapshot = InstanceSnapshot(epoch: Epoch(3), incarnation: Incarnation(1))
    snapshot.partitions = ["a", nil].enumerated().map { number, position in
      PartitionSnapshot(
        partition: PartitionID(number),
        position: position.map { SourcePosition($0) },
        highest: nil,
        hasEnded: false
      )
    }
    let rewind = Rewind(round: Round(1), snapshot: snapshot, generation: Generation(1))
    let now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
    var effects: [InstanceEffect] = []
    try node.handle(.rewindOrdered(rewind), at: now, into: &effects)
    let asked = effects.compactMap { effect in
      if case .restore(let request) = effect { return request.partitions }
      return nil
    }
    #expect(
      asked == [
        [
          RestoreRequest.Partition(partition: PartitionID(0), position: SourcePosition("a")),
          RestoreRequest.Partition(partition: PartitionID(1), position: nil),
        ]
      ]
    )
  }

  @Test func `a snapshot says which numbers partitions have that are found after it`() throws {
    var node = Self.source()
    let now = Moment(instant: Instant(nanoseconds: 0), wall: WallTime(microseconds: 0))
    var effects: [InstanceEffect] = []
    func newFrom() -> [Int] {
      defer { effects = [] }
      return effects.compactMap { effect in
        switch effect {
        case .report(.snapshotted(let snapshot)): snapshot.newFrom.number
        case .restore(let request): request.newFrom.number
        default: nil
        }
      }
    }
    func begin(_ round: UInt64, at snapshot: InstanceSnapshot?) throws {
      let rewind = Rewind(
        round: Round(round),
        snapshot: snapshot,
        generation: Generation(UInt32(round))
      )
      try node.handle(.rewindOrdered(rewind), at: now, into: &effects)
      #expect(newFrom() == [snapshot?.newFrom.number ?? 0])
      try node.handle(.restored(Round(round)), at: now, into: &effects)
      try node.handle(.started(Round(round)), at: now, into: &effects)
    }
    func take(_ epoch: UInt64, expecting expected: Int) throws {
      try node.handle(.checkpointOrdered(Epoch(epoch), isLast: false), at: now, into: &effects)
      #expect(newFrom() == [expected])
    }
    try begin(1, at: nil)
    try node.handle(.partitionsFound([1, 4].map { PartitionID($0) }), at: now, into: &effects)
    try take(1, expecting: 5)
    // What a search has found again is not newer than what was known.
    try node.handle(.partitionsFound([PartitionID(2)]), at: now, into: &effects)
    try take(2, expecting: 5)
    var snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))
    snapshot.newFrom = PartitionID(3)
    try begin(2, at: snapshot)
    try take(3, expecting: 3)
  }
}
