import WeirCore
import WeirPOSIX

/// A process of a run that lives: what its coordinator and the operating system say of it.
struct LiveProcess: Codable, Hashable {
  /// The name of the run.
  var run: String
  /// `coordinator`, `spare`, or the instance as `stage/index`.
  var instance: String
  var process: Int32
  /// Nil for the coordinator.
  var incarnation: Incarnation?
  /// Where an instance is; nil for others.
  var step: JobStatus.Step?
  var startedAt: WallTime?
  var restarts: Int
  /// Of all processor time since it began.
  var cpuSeconds: Double
  /// The memory that it has now.
  var memoryBytes: Int64

  /// The processes of a run: the coordinator, its instances by stage, the spare.
  ///
  /// `sample` looks at one; those that have ended meanwhile are left out.
  static func all(
    of status: JobStatus,
    sample: (Int32) -> ProcessSample? = { ProcessSample($0) }
  ) -> [LiveProcess] {
    var found: [LiveProcess] = []
    func add(
      _ name: String,
      _ id: Int32?,
      _ process: JobStatus.Process? = nil,
      _ instance: JobStatus.Instance? = nil
    ) {
      guard let id, let sample = sample(id) else { return }
      found.append(
        LiveProcess(
          run: status.run.name,
          instance: name,
          process: id,
          incarnation: process?.incarnation,
          step: instance?.step,
          startedAt: process == nil ? status.run.startedAt : process?.startedAt,
          restarts: instance?.restarts ?? 0,
          cpuSeconds: sample.processorSeconds,
          memoryBytes: sample.residentBytes
        )
      )
    }
    add("coordinator", status.run.process)
    for instance in status.instances {
      add("\(instance.instance)", instance.process?.id, instance.process, instance)
    }
    add("spare", status.spare?.id, status.spare)
    return found
  }
}
