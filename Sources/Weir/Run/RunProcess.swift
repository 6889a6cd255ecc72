import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The main program of a run: the coordinator on the main thread, one child per instance.
struct RunProcess {
  private let loaded: LoadedTopology
  private let prepared: PreparedRun

  init(_ loaded: LoadedTopology, _ prepared: PreparedRun) {
    self.loaded = loaded
    self.prepared = prepared
  }

  /// Runs to the end; throws what keeps it from starting.
  func run(view: sending any RunView) throws(WeirError) -> RunOutcome {
    let job = loaded.job
    let folder = prepared.runFolder
    let loop = try LoopExecutor(name: "coordinator")
    let signals = try RunSignals(loop: loop)
    let context = try ZeroMQContext()
    let members = job.instances.enumerated().map { number, instance in
      (instance, Incarnation(UInt32(number + 1)))
    }
    let control = try CoordinatorControlLink(
      at: folder.endpoint(0),
      members: members,
      context: context,
      loop: loop
    )
    let processes = try RunProcesses(
      job.name,
      endpoint: folder.endpoint(0),
      members: members,
      loop: loop
    )
    let assignments = assignments(members)
    let coordinator = Coordinator(
      job,
      executor: loop,
      control: control,
      processes: processes,
      signals: signals,
      clocks: SystemClocks(),
      view: view
    ) { instance in
      guard let assignment = assignments[instance] else {
        preconditionFailure("no assignment for \(instance)")
      }
      return assignment
    }
    var hasBegun = false
    var outcome: RunOutcome?
    loop.run { _ in
      coordinator.assumeIsolated { coordinator in
        if !hasBegun {
          hasBegun = true
          coordinator.begin()
        }
        let next = coordinator.pump()
        outcome = coordinator.outcome
        return next
      }
    }
    return outcome ?? .failed
  }

  private func assignments(
    _ members: [(InstanceID, Incarnation)]
  ) -> [InstanceID: Assignment] {
    let startedAt = WallClock.now()
    var assignments: [InstanceID: Assignment] = [:]
    for (instance, incarnation) in members {
      guard let stage = loaded.job.index(of: instance.stage) else { continue }
      assignments[instance] = Assignment(
        instance: instance,
        incarnation: incarnation,
        generation: Generation(1),
        path: loaded.path,
        base: loaded.base,
        text: loaded.text,
        runFolder: prepared.runFolder.path,
        partitions: prepared.partitions[stage],
        startedAt: startedAt
      )
    }
    return assignments
  }
}
