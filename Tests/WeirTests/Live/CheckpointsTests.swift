import Testing
import WeirCore
import WeirTesting
import WeirWire

@testable import Weir

struct CheckpointsTests {
  private let folder = TemporaryFolder()

  private static let times = CheckpointTimes(
    epoch: Epoch(12),
    slowest: InstanceID("declines", 1),
    reported: 9000,
    snapshot: {
      var times = SnapshotTimes()
      times.alignment = 1000
      times.write = 6000
      return times
    }(),
    manifest: 2500,
    commit: 700
  )

  private static let failure = CheckpointHistory.Entry(
    epoch: Epoch(13),
    at: SampleRun.moment(2000).wall,
    error: WeirError("E421", "checkpoint 13 failed: 'alerts/0' at step 'prepare'")
  )

  @Test func `the steps of a checkpoint add up to what it took`() {
    #expect(Self.times.barrier == 2000)
    #expect(Self.times.untilComplete == 11_500)
  }

  @Test func `checkpoints are a table, with why some are of no use or failed`() {
    var whole = StoredCheckpoint(epoch: Epoch(12))
    whole.at = SampleRun.moment(1500).wall
    whole.times = Self.times
    whole.writtenBytes = 123_456
    whole.neededBytes = 7_654_321
    var broken = StoredCheckpoint(epoch: Epoch(11))
    broken.fault = WeirError("E515", "the state is damaged", detail: "at byte 17")
    let lines = CheckpointsText.lines(
      [whole, broken],
      failed: [Self.failure],
      width: nil,
      isColored: false
    )
    Golden.expect(lines.joined(separator: "\n") + "\n", "checkpoints.txt")
  }

  @Test func `how checkpoints went is kept, and a line that was cut short is passed over`() throws {
    let history = CheckpointHistory("\(folder.path)/checkpoints.log")
    #expect(try history.entries() == [])
    let writer = try #require(history.writer())
    writer.note(.committed(Self.times), at: SampleRun.moment(1).wall)
    writer.note(.running(instances: 1), at: SampleRun.moment(1).wall)
    try folder.append("{\"epoch\":1", to: "checkpoints.log")
    try folder.append("\n", to: "checkpoints.log")
    let error = try #require(Self.failure.error)
    writer.note(.checkpointFailed(Epoch(13), error), at: Self.failure.at)
    #expect(
      try history.entries()
        == [
          CheckpointHistory.Entry(
            epoch: Epoch(12),
            at: SampleRun.moment(1).wall,
            times: Self.times
          ),
          Self.failure,
        ]
    )
  }

  @Test func `a checkpoint is restorable if its manifest and all of its state are whole`() throws {
    let state = StateFolder(folder.path)
    func snapshot(_ epoch: UInt64, _ reference: StateReference?) -> Manifest {
      var snapshot = InstanceSnapshot(epoch: Epoch(epoch), incarnation: Incarnation(1))
      snapshot.state = reference
      let member = Manifest.Member(instance: InstanceID("declines", 0), snapshot: snapshot)
      return Manifest(epoch: Epoch(epoch), members: [member])
    }
    let origin = RunOrigin(
      text: "weir: 1\n",
      fingerprint: 1,
      partitions: [],
      startedAt: SampleRun.moment(0).wall
    )
    let records = StateRecords(state, of: origin, SampleRun.job(), after: .none)
    try records.write(snapshot(1, nil))
    try records.write(snapshot(2, StateReference(file: "declines-0-2-1", bytes: 9)))
    try records.write(snapshot(3, nil))
    try folder.write("manifest-0000000003.json", "{")
    let found = try StoredCheckpoint.all(in: state)
    #expect(found.map(\.epoch.number) == [3, 2, 1])
    #expect(found.map(\.fault?.code) == ["E515", "E101", nil])
    #expect(found[1].writtenBytes == 9)
  }
}
