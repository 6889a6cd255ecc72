import Glibc
import WeirColumns
import WeirCore
import WeirPOSIX

/// Makes a run ready to start: everything that can go wrong does so before a process is spawned.
struct RunPreparation {
  private let loaded: LoadedTopology
  private let inspection: RunInspection

  init(_ loaded: LoadedTopology) {
    self.loaded = loaded
    inspection = RunInspection(loaded)
  }

  /// Checks inputs, outputs and limits, takes the lock of the state folder, and makes the folders.
  ///
  /// With `fresh`, state and output of earlier runs are moved aside; without it they are an error.
  func prepare(fresh: Bool) throws(WeirError) -> PreparedRun {
    let partitions = try inspection.partitions()
    try OpenFiles.allow(try inspection.descriptorsNeeded(partitions))
    if !fresh { try inspection.checkOutputs() }
    let stateFolder = try loaded.stateFolder()
    try Folder.create(stateFolder)
    var lock = try FileLock(stateFolder + "/lock")
    var moved: [String] = []
    if fresh {
      let ending = ".old-\(Self.timeText(WallClock.now()))"
      moved = try moveOutputs(ending)
      if try Folder.names(in: stateFolder) != ["lock"] {
        try Folder.rename(stateFolder, to: stateFolder + ending)
        moved.append("\"\(stateFolder)\" to \"\(stateFolder)\(ending)\"")
        try Folder.create(stateFolder)
        lock = try FileLock(stateFolder + "/lock")
      }
    }
    try makeOutputFolders()
    let runFolder = try RunFolder(stateFolder: stateFolder, under: lock)
    return PreparedRun(
      partitions: partitions,
      runFolder: runFolder,
      lock: lock,
      run: loaded.job.name,
      fileSinks: inspection.fileSinks,
      moved: moved
    )
  }

  private func moveOutputs(_ ending: String) throws(WeirError) -> [String] {
    var moved: [String] = []
    for (_, names) in inspection.fileSinks {
      for path in try names.existing() {
        try Folder.rename(path, to: path + ending)
        moved.append("\"\(path)\" to \"\(path)\(ending)\"")
      }
    }
    return moved
  }

  /// Makes the folders of sinks, removes what a dead run left hidden in them; throws E412.
  private func makeOutputFolders() throws(WeirError) {
    for (sink, names) in inspection.fileSinks {
      try Folder.create(names.folder)
      guard access(names.folder, W_OK | X_OK) == 0 else {
        throw WeirError(
          "E412",
          "sink '\(sink)' cannot write into \"\(names.folder)\"",
          detail: String(cString: strerror(errno)),
          hint: "check the folder's owner and mode"
        )
      }
      try names.removeHidden(run: loaded.job.name, sink: sink)
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
  /// By stage: the partitions of sources.
  let partitions: [[String]]
  let runFolder: RunFolder
  private let lock: FileLock
  private let run: String
  private let fileSinks: [(sink: String, names: PartNames)]
  /// What was moved aside, from where to where.
  let moved: [String]

  init(
    partitions: [[String]],
    runFolder: RunFolder,
    lock: FileLock,
    run: String,
    fileSinks: [(sink: String, names: PartNames)],
    moved: [String]
  ) {
    self.partitions = partitions
    self.runFolder = runFolder
    self.lock = lock
    self.run = run
    self.fileSinks = fileSinks
    self.moved = moved
  }

  /// The files that are visible now.
  func outputs() -> [SinkOutput] {
    fileSinks.flatMap { sink, names in
      ((try? names.existing()) ?? []).map { SinkOutput(sink: sink, path: $0) }
    }
  }

  /// Removes what only a living run needs: sockets, and parts that will never be published.
  ///
  /// What cannot be removed is removed by the next run.
  func close() {
    try? Folder.removeTree(runFolder.path)
    for (sink, names) in fileSinks { try? names.removeHidden(run: run, sink: sink) }
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
