import Glibc
import WeirColumns
import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire

/// Makes a run ready to start: everything that can go wrong does so before a process is spawned.
struct RunPreparation {
  private let loaded: LoadedTopology
  private let inspection: RunInspection

  init(_ loaded: LoadedTopology) {
    self.loaded = loaded
    inspection = RunInspection(loaded)
  }

  /// Takes the lock of the state folder, finds out where the run begins, checks inputs, outputs and
  /// limits, and makes the folders.
  ///
  /// With `fresh`, state and output of earlier runs are moved aside. Without it a run that has
  /// checkpoints goes on, and output that no checkpoint knows of is an error. Going on from an older
  /// checkpoint than the newest withdraws the output after it; `acceptsDuplicates` if a sink cannot.
  /// With a `start` the run begins at a savepoint, and must have no checkpoints of its own.
  func prepare(
    fresh: Bool,
    acceptsDuplicates: Bool,
    start: SavepointStart? = nil
  ) throws(WeirError) -> PreparedRun {
    var folder = try loaded.stateFolder()
    let epochs = try folder.epochs()
    if fresh || epochs.isEmpty {
      // Nothing is made for a run that cannot start.
      try OpenFiles.allow(try inspection.descriptorsNeeded(try partitions(start)))
      if !fresh { try inspection.checkOutputs() }
    }
    try Folder.create(folder.path)
    var lock = try FileLock(folder.lock)
    #if DEBUG
    FailpointTrap.arm(stateFolder: folder.path)
    #endif
    var moved: [String] = []
    if fresh {
      let ending = try freeEnding(folder)
      // The state first: what is left of the output belongs to nobody then, and no run adds to it.
      if try folder.holdsState() {
        try Folder.rename(folder.path, to: folder.path + ending)
        moved.append("\"\(folder.path)\" to \"\(folder.path)\(ending)\"")
        folder = StateFolder(folder.path)
        try Folder.create(folder.path)
        lock = try FileLock(folder.lock)
        Failpoint.stateAside.reached()
      }
      moved += try moveOutputs(ending)
    }
    if let start { try begin(at: start, in: folder) }
    let stored = try StoredRun(folder)
    try stored.check(loaded, folder)
    if !acceptsDuplicates { try stored.checkVisible(loaded.job) }
    try stored.settle(folder)
    folder.removeFollowed(except: loaded.job.fingerprint)
    let withdrawals = try stored.withdraw(inspection.fileSinks)
    // The list of files and the beginning are those of the first start, whatever is there now.
    let known = stored.origin
    let origin = origin(
      known?.startedAt ?? WallClock.now(),
      partitions: known == nil ? try inspection.partitions() : known?.partitions ?? []
    )
    if loaded.job.checkpoints != nil { try Folder.create(folder.files, mode: 0o700) }
    try makeOutputFolders(stored)
    return PreparedRun(
      stateFolder: folder,
      stored: stored,
      origin: origin,
      runFolder: try RunFolder(stateFolder: folder.path, under: lock),
      lock: lock,
      run: loaded.job.name,
      fileSinks: inspection.fileSinks,
      moved: moved,
      withdrawals: withdrawals,
      notes: stored.finished == nil ? try inspection.unreadFiles(origin) : []
    )
  }

  private func origin(_ startedAt: WallTime, partitions: [[String]]) -> RunOrigin {
    RunOrigin(
      text: loaded.text,
      clauses: loaded.job.clauses,
      fingerprint: loaded.job.fingerprint,
      stages: loaded.job.storedOutlines,
      partitions: partitions,
      startedAt: startedAt
    )
  }

  private func partitions(_ start: SavepointStart?) throws(WeirError) -> [[String]] {
    guard let start else { return try inspection.partitions() }
    return try start.partitions(inspection)
  }

  /// Makes a state folder that of a run which has just taken the checkpoint of a savepoint.
  private func begin(
    at start: SavepointStart,
    in folder: StateFolder
  ) throws(WeirError) {
    guard try folder.epochs().isEmpty else {
      throw WeirError(
        "E467",
        "'\(loaded.job.name)' cannot begin at a savepoint",
        detail: "it has checkpoints of its own, in \"\(folder.path)\"",
        hint: "go on from them without '--from'; or move them and the output aside with '--fresh'",
        blame: .user
      )
    }
    let origin = origin(
      start.savepoint.stored.origin.startedAt,
      partitions: try start.partitions(inspection)
    )
    try start.bring(into: folder, origin)
  }

  /// What is added to the names of what is moved aside: the time, and a number if something was moved
  /// aside in the same second.
  private func freeEnding(_ folder: StateFolder) throws(WeirError) -> String {
    var paths = [folder.path]
    for sink in inspection.fileSinks { paths += try sink.names.existing() }
    let first = ".old-\(Self.timeText(WallClock.now()))"
    var (ending, number) = (first, 1)
    func isTaken() throws(WeirError) -> Bool {
      for path in paths where try FileReader.identity(of: path + ending) != nil { return true }
      return false
    }
    while try isTaken() {
      number += 1
      ending = "\(first)-\(number)"
    }
    return ending
  }

  private func moveOutputs(_ ending: String) throws(WeirError) -> [String] {
    var moved: [String] = []
    for sink in inspection.fileSinks {
      for path in try sink.names.existing() {
        try Folder.rename(path, to: path + ending)
        moved.append("\"\(path)\" to \"\(path)\(ending)\"")
      }
    }
    return moved
  }

  /// Makes the folders of sinks; throws E412.
  ///
  /// What a dead run left hidden in them is removed, unless a checkpoint names it.
  private func makeOutputFolders(_ stored: StoredRun) throws(WeirError) {
    let kept = stored.prepared(by: inspection.fileSinks)
    for sink in inspection.fileSinks {
      let names = sink.names
      try Folder.create(names.folder)
      guard access(names.folder, W_OK | X_OK) == 0 else {
        throw WeirError(
          "E412",
          "sink '\(sink.name)' cannot write into \"\(names.folder)\"",
          detail: String(cString: strerror(errno)),
          hint: "check the folder's owner and mode"
        )
      }
      try names.removeHidden(run: loaded.job.name, sink: sink.name, keeping: kept)
    }
  }

  /// A time as part of a file's name: `20260101T000000Z`.
  static func timeText(_ time: WallTime) -> String {
    let text = TimestampText.text(time.microseconds / 1_000_000 * 1_000_000)
    return String(text.filter { $0 != "-" && $0 != ":" })
  }
}

/// A run that is ready to start; the lock of its state folder is held as long as this lives.
struct PreparedRun {
  let stateFolder: StateFolder
  /// Where the run begins.
  let stored: StoredRun
  let origin: RunOrigin
  let runFolder: RunFolder
  private let lock: FileLock
  private let run: String
  private let fileSinks: [FileSinkOutput]
  /// What was moved aside, from where to where.
  let moved: [String]
  /// Output after the checkpoint that the run goes on from.
  let withdrawals: [Withdrawal]
  /// What else people should know.
  let notes: [WeirError]

  init(
    stateFolder: StateFolder,
    stored: StoredRun,
    origin: RunOrigin,
    runFolder: RunFolder,
    lock: FileLock,
    run: String,
    fileSinks: [FileSinkOutput],
    moved: [String],
    withdrawals: [Withdrawal],
    notes: [WeirError]
  ) {
    self.stateFolder = stateFolder
    self.stored = stored
    self.origin = origin
    self.runFolder = runFolder
    self.lock = lock
    self.run = run
    self.fileSinks = fileSinks
    self.moved = moved
    self.withdrawals = withdrawals
    self.notes = notes
  }

  /// The files that are visible now.
  func outputs() -> [SinkOutput] {
    fileSinks.flatMap { sink in
      ((try? sink.names.existing()) ?? []).map { SinkOutput(sink: sink.name, path: $0) }
    }
  }

  /// How large the files are together that are visible now.
  var outputBytes: Int64 {
    outputs().reduce(0) { $0 + ((try? FileReader($1.path).size()) ?? 0) }
  }

  /// Sees to it that a run without checkpoints has shown all its output, or none of it.
  ///
  /// Returns what people should know of it; throws as `FinalOutput.settle`.
  func settle(_ manifests: [Manifest], of job: JobPlan) throws(WeirError) -> WeirError? {
    guard job.checkpoints == nil, let last = manifests.last else { return nil }
    return try FinalOutput(last, fileSinks).settle()
  }

  /// Removes what only a living run needs: sockets, and parts that will never be published.
  ///
  /// What cannot be removed is removed by the next run. A run that can be gone on with keeps its
  /// hidden parts: a checkpoint may name them.
  func close() {
    try? Folder.removeTree(runFolder.path)
    guard StoredRun.needsNothing(stateFolder) else { return }
    for sink in fileSinks { _ = try? sink.names.removeHidden(run: run, sink: sink.name) }
  }
}

/// The limit on open files of a process.
enum OpenFiles {
  /// Raises the limit to what is needed, for this process and its children; throws E411.
  static func allow(_ count: Int) throws(WeirError) {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < rlim_t(count) else { return }
    guard limit.rlim_max >= rlim_t(count) else {
      throw WeirError(
        "E411",
        "a process of this run needs \(count) open files",
        detail: "the limit is \(limit.rlim_max)",
        hint: "raise it with 'ulimit -n', or read fewer files with more processes"
      )
    }
    limit.rlim_cur = rlim_t(count)
    _ = setrlimit(resource, &limit)
  }
}
