import Testing
import WeirColumns
import WeirCore
import WeirTesting

struct FoundPartitionTests {
  @Test func `a source that has found its partitions is told where each goes on`() throws {
    var builder = PlanBuilder(batch: BatchSettings())
    let source = builder.source("s", SourceFixture.schema, follow: true)
    builder.sink("out", from: [source])
    var node = InstanceNode(
      InstanceID("s", 0),
      job: builder.plan(),
      partitions: [],
      pool: BatchPool()
    )
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
}
