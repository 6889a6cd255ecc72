import WeirCore

/// A run as a status tells of it, put together in a few words.
enum LoadFixture {
  static let identity = RunIdentity(
    name: "harbor",
    version: "0",
    process: 1,
    processStart: 1,
    topology: "/jobs/harbor.yaml",
    base: "/jobs",
    stateFolder: "/jobs/.weir/harbor",
    startedAt: WallTime(microseconds: 0)
  )

  static func status(
    _ stages: [JobStatus.Stage],
    cores: Double = 8,
    idleCores: Double? = 4,
    phase: JobStatus.Phase = .running
  ) -> JobStatus {
    var status = JobStatus(run: identity, phase: phase, takenAt: WallTime(microseconds: 0))
    status.stages = stages
    status.machine = JobStatus.Machine(cores: cores, idleCores: idleCores)
    return status
  }

  /// A stage whose instances are at work and wait for so many hundredths of their time.
  static func stage(
    _ name: String,
    _ kind: String,
    _ feeders: [String] = [],
    _ times: [(busy: Int64, waiting: Int64)]
  ) -> JobStatus.Stage {
    let instances = times.enumerated().map { index, time in
      var instance = JobStatus.Instance(
        InstanceID(name, index),
        step: .running,
        process: JobStatus.Process(Incarnation(UInt32(index + 1)))
      )
      let spent = JobStatus.TimeSpent(
        busy: time.busy,
        backpressured: time.waiting,
        idle: 100 - time.busy - time.waiting
      )
      instance.shares = spent.shares
      instance.rowsPerSecond = 1000
      return instance
    }
    var stage = JobStatus.Stage(name, instances: instances)
    stage.kind = kind
    stage.feeders = feeders
    stage.scaling = ScaleLimit(128, .keyGroups)
    return stage
  }

  static func source(_ times: [(busy: Int64, waiting: Int64)]) -> JobStatus.Stage {
    stage("payments", "source", [], times)
  }

  static func hot(_ share: Double, _ instance: InstanceID = InstanceID("totals", 0)) -> HotKeys {
    HotKeys(
      columns: ["card"],
      keys: [HotKeys.Key(["c1"], share: share, error: 0.001, instance: instance)]
    )
  }
}
