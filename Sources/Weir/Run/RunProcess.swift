import Glibc
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The main program of a run: the coordinator on the main thread, one child per instance.
struct RunProcess {
  let job: JobPlan
  /// The text and the places that every instance plans from.
  let path: String
  let base: String
  let text: String
  let stateFolder: String

  /// Runs to the end; throws what keeps it from starting.
  func run(view: sending any RunView) throws(WeirError) -> RunOutcome {
    try Folder.create(stateFolder)
    let lock = try FileLock(stateFolder + "/lock")
    let folder = try RunFolder(stateFolder: stateFolder, under: lock)
    defer { try? Folder.removeTree(folder.path) }
    return try coordinate(folder, view)
  }

  private func coordinate(
    _ folder: RunFolder,
    _ view: sending any RunView
  ) throws(WeirError) -> RunOutcome {
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
    let assignments = try assignments(members, folder)
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
    _ members: [(InstanceID, Incarnation)],
    _ folder: RunFolder
  ) throws(WeirError) -> [InstanceID: Assignment] {
    let startedAt = WallClock.now()
    var assignments: [InstanceID: Assignment] = [:]
    var partitions: [StageIndex: [String]] = [:]
    for (instance, incarnation) in members {
      guard let stage = job.index(of: instance.stage) else { continue }
      if partitions[stage] == nil { partitions[stage] = try Self.partitions(of: job.stages[stage]) }
      assignments[instance] = Assignment(
        instance: instance,
        incarnation: incarnation,
        generation: Generation(1),
        path: path,
        base: base,
        text: text,
        runFolder: folder.path,
        partitions: partitions[stage] ?? [],
        startedAt: startedAt
      )
    }
    return assignments
  }

  /// The partitions of a source: its files, taken once, or the 64 of a generator.
  private static func partitions(of stage: StagePlan) throws(WeirError) -> [String] {
    guard case .source(let source) = stage.role else { return [] }
    switch source.connector {
    case .generate: return (0..<GeneratePlan.partitions).map { "\($0)" }
    case .file(let file):
      let paths = try Glob(file.path).paths()
      guard !paths.isEmpty || file.follow else {
        throw WeirError(
          "E408",
          "source '\(stage.name)' has no file to read",
          detail: "'\(file.path)'",
          hint: "check the path: relative ones are relative to the topology file",
          blame: .user
        )
      }
      return paths
    }
  }
}
