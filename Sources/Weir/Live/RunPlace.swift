import WeirCore
import WeirPOSIX

/// Where a run keeps its state, whether it lives or not.
struct RunPlace {
  /// What people call it, for messages.
  var name: String
  var stateFolder: StateFolder
  /// Its coordinator, which may have died; nil: the run has ended in good order, or never ran.
  var known: KnownRun?

  /// Finds the run of a name or of a file.
  ///
  /// A run that does not live is called by the path of its file, from which follows where its state
  /// is; one that died without a word by its name, too. Throws an exit code after it has said why.
  static func find(_ word: String, base: String?, color: ColorChoice) throws -> RunPlace {
    let reference = RunReference(word)
    switch reference {
    case .name:
      let runs = RunDirectory.runs()
      return try telling(color) { () throws(WeirError) in try named(word, of: runs) }
    case .file:
      // One that lives has its state where it was started with it, whatever the file says by now.
      if base == nil, let run = try? reference.only(of: RunDirectory.living()) {
        return RunPlace(run)
      }
      var arguments = TopologyArguments()
      arguments.file = word
      arguments.base = base
      return try of(LoadedTopology.load(arguments, color: color), color)
    }
  }

  /// The place of the run of a topology.
  static func of(_ loaded: LoadedTopology, _ color: ColorChoice) throws -> RunPlace {
    let folder = try telling(color) { () throws(WeirError) in try loaded.stateFolder() }
    let path = try? Folder.realPath(folder.path)
    let known = RunDirectory.runs().first { $0.identity.stateFolder == path }
    return RunPlace(name: loaded.job.name, stateFolder: folder, known: known)
  }

  /// The only run of that name, those that live before those that died; throws E471 or E472.
  private static func named(_ name: String, of runs: [KnownRun]) throws(WeirError) -> RunPlace {
    let living = runs.filter(\.isAlive)
    let isAlive = living.contains { $0.identity.name == name }
    let run: KnownRun
    do throws(WeirError) {
      run = try RunReference.name(name).only(of: isAlive ? living : runs)
    } catch {
      var error = error
      if error.code == "E471" {
        error.hint = "a run that has ended is called by the path of its topology file"
      }
      throw error
    }
    return RunPlace(run)
  }

  private init(_ run: KnownRun) {
    name = run.identity.name
    stateFolder = StateFolder(run.identity.stateFolder)
    known = run
  }

  private init(name: String, stateFolder: StateFolder, known: KnownRun?) {
    self.name = name
    self.stateFolder = stateFolder
    self.known = known
  }
}
