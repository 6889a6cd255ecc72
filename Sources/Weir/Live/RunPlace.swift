import WeirCore
import WeirPOSIX

/// Where a run keeps its state, whether it lives or not.
struct RunPlace {
  /// What people call it, for messages.
  var name: String
  var stateFolder: StateFolder
  /// Its coordinator, which may have ended or died; nil: the run is known only by its file.
  var known: KnownRun?
  /// What its file says, where that was read to find it.
  private var loaded: LoadedTopology?

  /// Finds the run of a name or of a file, whether it lives or not.
  ///
  /// Where the state of a file's run is follows from the file; if that cannot be planned here, because
  /// a variable is not set or it is gone, from what is known of the last run of that file. Throws an
  /// exit code after it has said why.
  static func find(
    _ word: String,
    base: String?,
    format: OutputFormat = .text,
    color: ColorChoice
  ) throws -> RunPlace {
    let reference = RunReference(word)
    guard case .file = reference else {
      return RunPlace(
        try telling(color) { () throws(WeirError) in
          try RunDirectory.withEnded().only(reference)
        }
      )
    }
    // One that lives has its state where it was started with it, whatever the file says by now.
    if base == nil, let run = try? reference.only(of: RunDirectory.living()) {
      return RunPlace(run)
    }
    var arguments = TopologyArguments()
    arguments.file = word
    arguments.base = base
    let loaded: LoadedTopology
    do throws(LoadFault) {
      loaded = try LoadedTopology.read(arguments, environment: ProcessIdentity.environment)
    } catch {
      if base == nil, let run = try? RunDirectory.withEnded().only(reference) {
        return RunPlace(run)
      }
      error.tell(format: format, color: color)
      throw CommandExit.fault
    }
    return try of(loaded, color)
  }

  /// The place of the run of a topology.
  private static func of(_ loaded: LoadedTopology, _ color: ColorChoice) throws -> RunPlace {
    let folder = try telling(color) { () throws(WeirError) in try loaded.stateFolder() }
    let path = try? Folder.realPath(folder.path)
    let known = RunDirectory.runs().first { $0.identity.stateFolder == path }
    return RunPlace(name: loaded.job.name, stateFolder: folder, known: known, loaded: loaded)
  }

  /// The topology of the run: that of the file by which it was called, else what it was started with.
  ///
  /// Throws an exit code after it has said what is wrong with it.
  func topology(format: OutputFormat = .text, color: ColorChoice) throws -> LoadedTopology {
    if let loaded { return loaded }
    guard let known else { preconditionFailure("the run '\(name)' without a file or an identity") }
    return try LoadedTopology.load(of: known, format: format, color: color)
  }

  private init(_ run: KnownRun) {
    name = run.identity.name
    stateFolder = StateFolder(run.identity.stateFolder)
    known = run
  }

  private init(
    name: String,
    stateFolder: StateFolder,
    known: KnownRun?,
    loaded: LoadedTopology
  ) {
    self.name = name
    self.stateFolder = stateFolder
    self.known = known
    self.loaded = loaded
  }
}
