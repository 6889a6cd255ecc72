import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirZeroMQ

/// The main program of a run: the coordinator on the main thread, one child per instance.
struct RunProcess {
  private let loaded: LoadedTopology
  private let prepared: PreparedRun
  private let acceptsDuplicates: Bool

  init(_ loaded: LoadedTopology, _ prepared: PreparedRun, acceptsDuplicates: Bool) {
    self.loaded = loaded
    self.prepared = prepared
    self.acceptsDuplicates = acceptsDuplicates
  }

  /// How a run ended.
  struct End {
    var outcome: RunOutcome
    /// Its complete checkpoints that are kept, oldest first; without checkpoints the state it ended in.
    var manifests: [Manifest]
  }

  /// Runs to the end; throws what keeps it from starting.
  ///
  /// `output` is where standard output and error of the processes go; nil: where ours go.
  func run(view: sending any RunView, output: Int32?) throws(WeirError) -> End {
    let job = loaded.job
    let folder = prepared.runFolder
    let loop = try LoopExecutor(name: "coordinator")
    let signals = try RunSignals(loop: loop)
    let context = try ZeroMQContext()
    let control = try CoordinatorControlLink(
      at: folder.endpoint(0),
      context: context,
      loop: loop
    )
    let console = try ConsoleLink(at: folder.console, context: context, loop: loop)
    let processes = try RunProcesses(
      job.name,
      endpoint: folder.endpoint(0),
      output: output,
      loop: loop
    )
    let assign = assignments()
    let stored = prepared.stored
    var records: StateRecords?
    if job.checkpoints != nil {
      let last = stored.record.manifests.last?.epoch ?? .none
      records = StateRecords(prepared.stateFolder, of: prepared.origin, job, after: last)
    }
    let run = try identity()
    try StartedTopology(loaded, environment: ProcessIdentity.environment)
      .write(to: prepared.stateFolder)
    RunRegister.note(run)
    try RunDirectory.announce(run, in: folder)
    let coordinator = Coordinator(
      job,
      run: run,
      executor: loop,
      control: control,
      processes: processes,
      signals: signals,
      clocks: SystemClocks(),
      view: view,
      console: console,
      records: records,
      marks: RunMarks(in: folder),
      record: stored.record,
      acceptsDuplicates: acceptsDuplicates,
      assignment: assign
    )
    var hasBegun = false
    var outcome: RunOutcome?
    var manifests: [Manifest] = []
    loop.run { _ in
      coordinator.assumeIsolated { coordinator in
        if !hasBegun {
          hasBegun = true
          coordinator.begin()
        }
        let next = coordinator.pump()
        outcome = coordinator.outcome
        if outcome != nil { manifests = coordinator.manifests }
        return next
      }
    }
    return End(outcome: outcome ?? .failed, manifests: manifests)
  }

  private func identity() throws(WeirError) -> RunIdentity {
    RunIdentity(
      name: loaded.job.name,
      version: WeirVersion.text,
      process: ProcessIdentity.id,
      processStart: try ProcessSample.current().startTicks,
      topology: try Folder.realPath(loaded.path),
      base: loaded.base,
      stateFolder: try Folder.realPath(prepared.stateFolder.path),
      startedAt: WallClock.now()
    )
  }

  /// What a process is told when it becomes an instance.
  private func assignments() -> @Sendable (Incarnation, InstanceID) -> Assignment {
    let job = loaded.job
    let (runFolder, origin) = (prepared.runFolder.path, prepared.origin)
    let stateFolder = job.checkpoints == nil ? nil : prepared.stateFolder.path
    let (path, base, text) = (loaded.path, loaded.base, loaded.text)
    return { process, instance in
      guard let stage = job.index(of: instance.stage) else {
        preconditionFailure("no stage '\(instance.stage)' in '\(job.name)'")
      }
      return Assignment(
        instance: instance,
        incarnation: process,
        path: path,
        base: base,
        text: text,
        runFolder: runFolder,
        partitions: origin.partitions[stage],
        startedAt: origin.startedAt,
        stateFolder: stateFolder
      )
    }
  }
}
