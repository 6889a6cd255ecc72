import WeirCore

@testable import Weir

/// A run that lives, and what it tells of itself at a known moment.
enum SampleStatus {
  static func identity(_ name: String = "harbor", process: Int32 = 4711) -> RunIdentity {
    RunIdentity(
      name: name,
      version: "0.1.0",
      process: process,
      processStart: 99,
      topology: "/jobs/\(name).yaml",
      base: "/jobs",
      stateFolder: "/jobs/.weir/\(name)",
      startedAt: SampleRun.moment(0).wall
    )
  }

  static func run(_ name: String = "harbor", process: Int32 = 4711) -> KnownRun {
    KnownRun(identity: identity(name, process: process), folder: "/run/weir/\(process)")
  }

  /// Two seconds of `SampleRun`, in which an instance has died and a checkpoint is open.
  static func status() -> JobStatus {
    var status = JobStatus(
      run: identity(),
      phase: .recovering,
      takenAt: SampleRun.moment(2000).wall
    )
    status.stages = [
      JobStatus.Stage(
        "payments",
        instances: [instance("payments", 0, 1), instance("payments", 1, 2)]
      ),
      JobStatus.Stage("large"),
      JobStatus.Stage("alerts", instances: [instance("alerts", 0, nil)]),
    ]
    status.spare = process(7)
    var checkpoints = JobStatus.Checkpoints(everyMilliseconds: 10_000)
    checkpoints.last = Epoch(12)
    checkpoints.failedInARow = 1
    checkpoints.open = JobStatus.Open(
      epoch: Epoch(13),
      step: .reporting,
      sinceMicroseconds: 4200,
      waitingFor: [InstanceID("alerts", 0)]
    )
    status.checkpoints = checkpoints
    var state = SampleRun.state()
    let death = WeirError("E404", "'alerts/0' died", detail: "killed by signal 9")
    state.take(.checkpointed(Epoch(12), nanoseconds: 12_345_000), at: SampleRun.moment(500))
    state.take(.died(InstanceID("alerts", 0), death), at: SampleRun.moment(1999))
    state.complete(&status, at: SampleRun.moment(2000))
    return status
  }

  private static func instance(
    _ stage: String,
    _ index: Int,
    _ incarnation: UInt32?
  ) -> JobStatus.Instance {
    JobStatus.Instance(
      InstanceID(stage, index),
      step: incarnation == nil ? .missing : .running,
      process: incarnation.map { process($0) }
    )
  }

  private static func process(_ incarnation: UInt32) -> JobStatus.Process {
    var process = JobStatus.Process(Incarnation(incarnation))
    process.id = 5000 + Int32(incarnation)
    process.startedAt = SampleRun.moment(100).wall
    return process
  }
}
