import Testing
import WeirColumns
import WeirCore
import WeirTesting

/// How a region comes back is measured by those who do it, and kept by the coordinator.
@Suite struct RecoveryTimesTests {
  private let source = RecoveryFixture.instances[0]
  private let sink = RecoveryFixture.instances[1]
  private let beside = RecoveryFixture.instances[2]
  private let below = RecoveryFixture.instances[3]

  private func at(_ milliseconds: Int64) -> Instant { RecoveryFixture.at(milliseconds) }

  // MARK: The coordinator

  @Test func `a death is timed step by step`() throws {
    var run = RecoveryFixture()
    run.run()
    run.read(700, by: source)
    run.read(900, by: source)
    run.pass(milliseconds: 1000)
    let dead = run.die(sink)
    run.pass(milliseconds: 2)
    run.say(sink, .bound(endpoint: "new"))
    #expect(run.rewinds[source]?.rowsRead == 900)
    #expect(run.rewinds[sink]?.rowsRead == nil)
    run.pass(milliseconds: 3)
    run.reached(source, .restored(bytes: 11))
    run.rewound(source)
    run.pass(milliseconds: 4)
    run.reached(sink, .restored(bytes: 31))
    run.rewound(sink)
    #expect(run.told == [])
    run.pass(milliseconds: 5)
    run.reached(source, .rows(at: at(1011), before: nil))
    run.reached(sink, .rows(at: at(1013), before: at(999)))
    run.pass(milliseconds: 6)
    run.reached(source, .caughtUp(replayed: 250))
    let recovery = try #require(run.told.first)
    #expect(run.told.count == 1)
    #expect(recovery.failures == [.init(.died, sink, dead, seenAt: at(1000))])
    #expect(recovery.beganAt == at(1000))
    #expect(recovery.readyAt == at(1002))
    #expect(recovery.toldAt == at(1002))
    #expect(recovery.goAt == at(1009))
    #expect(recovery.members.map(\.rewoundAt) == [at(1005), at(1009)])
    #expect(recovery.members.map(\.boundAt) == [nil, at(1002)])
    #expect(recovery.members.map(\.kind) == [.source, .sink])
    #expect(recovery.stateBytes == 42)
    #expect(recovery.runningAt == at(1013))
    #expect(recovery.outputAt == at(1013))
    #expect(recovery.outputBefore == at(999))
    #expect(recovery.caughtUpAt == at(1020))
    #expect(recovery.replayed == 250)
    #expect(recovery.withoutRows == [])
    #expect(run.recoveries.last == recovery)
  }

  @Test func `a hang is seen when the process is killed, and its end is no failure of its own`() {
    var run = RecoveryFixture()
    run.run()
    run.pass(milliseconds: 1000)
    run.handle(.ticked)
    for instance in RecoveryFixture.instances where instance != sink {
      run.say(instance, .pong(1, nil))
    }
    run.pass(milliseconds: 1000)
    run.handle(.ticked)
    for instance in RecoveryFixture.instances where instance != sink {
      run.say(instance, .pong(2, nil))
    }
    run.pass(milliseconds: 1000)
    run.handle(.ticked)
    for instance in RecoveryFixture.instances where instance != sink {
      run.say(instance, .pong(3, nil))
    }
    let hung = run.processes[sink]
    #expect(run.killed == [])
    run.pass(milliseconds: 1000)
    run.handle(.ticked)
    #expect(run.killed == [hung])
    run.pass(milliseconds: 7)
    run.die(sink)
    #expect(run.recoveries.last?.failures == [.init(.hung, sink, hung, seenAt: at(4000))])
  }

  @Test func `what fails before all go again belongs to the recovery that goes on`() throws {
    var run = RecoveryFixture()
    run.run()
    let first = run.die(sink)
    run.pass(milliseconds: 2)
    run.say(sink, .bound(endpoint: "new"))
    run.rewound(source)
    let stale = try #require(run.rewinds[source]).round
    let second = run.die(source)
    run.pass(milliseconds: 2)
    run.bind(source)
    // What an instance says of the rewind before says nothing of this one.
    run.say(sink, .reached(stale, .restored(bytes: 99)))
    run.reached(sink, .restored(bytes: 5))
    run.rewound(source)
    run.rewound(sink)
    let recovery = try #require(run.recoveries.last)
    #expect(recovery.failures.map(\.incarnation) == [first, second])
    #expect(recovery.readyAt == at(4))
    #expect(recovery.goAt == at(4))
    #expect(recovery.stateBytes == 5)
    // One that fails later begins the next, though the first is not over.
    run.pass(milliseconds: 1)
    let third = run.die(sink)
    #expect(run.recoveries.last?.failures.map(\.incarnation) == [third])
    #expect(run.recoveries.last?.goAt == nil)
    #expect(run.told == [])
  }

  @Test func `a region that shares no channel is neither timed nor sent back`() {
    var run = RecoveryFixture()
    run.run()
    let before = run.rewinds[beside]
    run.die(sink)
    run.say(sink, .bound(endpoint: "new"))
    #expect(run.rewinds[beside] == before)
    #expect(run.recoveries.last?.members.map(\.instance) == [source, sink])
    run.die(below)
    #expect(run.recoveries.last?.members.map(\.instance) == [beside, below])
    let numbers = run.recoveries.map(\.number)
    #expect(numbers == numbers.sorted() && Set(numbers).count == 4)
  }

  @Test func `instances that no row reaches are named, and those at their end are not`() throws {
    var run = RecoveryFixture()
    run.run()
    run.die(sink)
    run.say(sink, .bound(endpoint: "new"))
    run.rewound(source)
    run.rewound(sink)
    run.reached(source, .rows(at: at(5), before: nil))
    run.reached(source, .caughtUp(replayed: nil))
    let recovery = try #require(run.told.first)
    #expect(recovery.runningAt == at(5))
    #expect(recovery.withoutRows == [sink])
    #expect(recovery.outputAt == nil)
    #expect(recovery.replayed == nil)
    run.say(sink, .finished(InstanceProgress()))
    #expect(run.recoveries.last?.withoutRows == [])
  }

  @Test func `a start is timed like a failure, and told of only where it goes on from an epoch`() {
    var fresh = RecoveryFixture()
    fresh.run()
    for instance in [source, beside] { fresh.reached(instance, .caughtUp(replayed: nil)) }
    #expect(fresh.told == [])
    #expect(fresh.recoveries.map(\.failures) == [[], []])
    #expect(fresh.recoveries.allSatisfy { $0.caughtUpAt != nil })
    var record = RunRecord()
    record.manifests = [
      Manifest(
        epoch: Epoch(3),
        members: RecoveryFixture.instances.map {
          Manifest.Member(
            instance: $0,
            snapshot: InstanceSnapshot(epoch: Epoch(3), incarnation: Incarnation(1))
          )
        }
      )
    ]
    var resumed = RecoveryFixture(record: record)
    resumed.run()
    for instance in [source, beside] { resumed.reached(instance, .caughtUp(replayed: nil)) }
    #expect(resumed.told.map(\.epoch) == [Epoch(3), Epoch(3)])
  }

  @Test func `only the last recoveries are kept`() {
    var run = RecoveryFixture()
    run.run()
    for _ in 0..<Limits.recoveriesKept + 9 {
      run.die(sink)
      run.handle(.ticked)
      run.bind(sink)
      run.rewound(source)
      run.rewound(sink)
      // A complete checkpoint in between: else the restart budget would end the run.
      run.pass(milliseconds: 10_000)
      run.completeCheckpoint()
    }
    #expect(run.recoveries.count == Limits.recoveriesKept + 2)
    #expect(run.recoveries.last?.number == UInt64(Limits.recoveriesKept + 9 + 2))
  }

  // MARK: The instances

  private func snapshot(rowsRead: Int) -> InstanceSnapshot {
    var snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))
    snapshot.counters = [StageCounters(), StageCounters()]
    snapshot.rowsRead = rowsRead
    snapshot.pace = SourcePace(since: WallTime(microseconds: 0), row: 0)
    snapshot.partitions = [
      PartitionSnapshot(partition: PartitionID(0), position: nil, highest: nil, hasEnded: false)
    ]
    return snapshot
  }

  @Test func `a source tells when it has read again what it had read`() throws {
    var source = try SourceFixture(partitions: 1)
    try source.grant()
    for start: Int64 in [0, 10, 20] {
      try source.turn()
      try source.answer(Array(start..<start + 10))
    }
    let before = source.reached.count
    try source.goBack(
      Rewind(round: Round(2), snapshot: snapshot(rowsRead: 10), generation: Generation(2))
    )
    try source.grant()
    try source.turn(after: 3)
    try source.answer(Array(10..<20))
    #expect(source.reached.dropFirst(before) == [.rows(at: source.moment.instant, before: nil)])
    try source.turn()
    try source.answer(Array(20..<29))
    #expect(source.reached.count == before + 1)
    try source.turn()
    try source.answer([29, 30, 31])
    #expect(source.reached.last == .caughtUp(replayed: 20))
    try source.turn()
    try source.answer([32])
    #expect(source.reached.count == before + 2)
  }

  @Test func `a new process of a source goes by what the coordinator knows`() throws {
    var source = try SourceFixture(partitions: 1)
    try source.goBack(
      Rewind(
        round: Round(2),
        snapshot: snapshot(rowsRead: 10),
        generation: Generation(2),
        rowsRead: 25
      )
    )
    try source.grant()
    // A second failure on the way: what was read in between is less than what had been read.
    try source.turn()
    try source.answer(Array(10..<20))
    try source.goBack(
      Rewind(round: Round(3), snapshot: snapshot(rowsRead: 10), generation: Generation(3))
    )
    try source.grant()
    for start: Int64 in [10, 20] {
      try source.turn()
      #expect(!source.reached.contains(.caughtUp(replayed: 15)))
      try source.answer(Array(start..<start + 10))
    }
    #expect(source.reached.last == .caughtUp(replayed: 15))
  }

  @Test func `a source that reads at a rate is back when nothing is overdue`() throws {
    var source = try SourceFixture(partitions: 1, rate: 1000)
    try source.grant()
    try source.turn()
    try source.answer([0])
    // Down for 25 ms, in which 25 rows became due.
    try source.turn(after: 25)
    try source.goBack(
      Rewind(
        round: Round(2),
        snapshot: snapshot(rowsRead: 1),
        generation: Generation(2),
        rowsRead: 1
      )
    )
    try source.grant()
    let before = source.reached.count
    try source.turn()
    try source.answer(Array(1..<11))
    #expect(source.reached.count == before + 1)
    try source.turn(after: 1)
    try source.answer(Array(11..<21))
    #expect(source.reached.count == before + 1)
    try source.turn(after: 1)
    try source.answer(Array(21..<28))
    #expect(source.reached.last == .caughtUp(replayed: 0))
  }

  @Test func `a source without anything to read is not waited for`() throws {
    var source = try SourceFixture(partitions: 1)
    try source.turn()
    #expect(source.reached == [])
    try source.answer([], .waiting)
    #expect(source.reached == [.caughtUp(replayed: nil)])
    try source.goBack(Rewind(round: Round(2), generation: Generation(2), rowsRead: 40))
    try source.turn()
    try source.answer([], .ended)
    #expect(source.reached.last == .caughtUp(replayed: 40))
  }
}
