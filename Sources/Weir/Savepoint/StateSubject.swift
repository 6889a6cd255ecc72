import WeirCore
import WeirPOSIX
import WeirWire

/// Stored state that a command looks at: a savepoint, or the newest checkpoint of a run.
struct StateSubject {
  /// What people call it, for messages.
  var name: String
  var stored: StoredManifest
  /// The folder of the files of keyed state.
  var files: String
  /// When it was written, as far as is known.
  var takenAt: WallTime?
  /// Nil: it is a run's.
  var savepoint: StoredSavepoint?

  /// Finds what a word means: the path of a savepoint, or what `RunPlace.find` takes for a run.
  ///
  /// Throws an exit code after it has said why there is none.
  static func find(_ word: String, base: String? = nil, color: ColorChoice) throws -> StateSubject {
    let isFolder = Folder.isFolder(word)
    if isFolder, word.contains("/") || SavepointFolder.isOne(word) {
      return try telling(color) { () throws(WeirError) in try StateSubject(savepoint: word) }
    }
    let place = try RunPlace.find(word, base: base, color: color)
    return try telling(color) { () throws(WeirError) in
      try StateSubject(newestOf: place.name, place.stateFolder)
    }
  }

  /// That of a savepoint; throws E463 to E465.
  init(savepoint path: String) throws(WeirError) {
    let folder = SavepointFolder(path)
    let savepoint = try folder.read()
    self.savepoint = savepoint
    name = "\"\(path)\""
    stored = savepoint.stored
    files = folder.files
    takenAt = savepoint.takenAt
  }

  /// The newest checkpoint of a run; throws E462 if there is none, E465 if an earlier version wrote it.
  init(newestOf run: String, _ folder: StateFolder) throws(WeirError) {
    guard let newest = try folder.epochs().first else {
      throw WeirError(
        "E462",
        "the run '\(run)' has no state",
        detail: "no checkpoint is complete in \"\(folder.path)\"",
        hint: "let it run until one is: 'weir checkpoints' lists them",
        blame: .user
      )
    }
    stored = try StoredRun.manifest(newest, folder)
    guard !stored.origin.stages.isEmpty else {
      throw WeirError(
        "E465",
        "the checkpoints of '\(run)' cannot be understood",
        detail:
          "they were written by an earlier version of weir, and do not say what its stages are",
        hint: "let the run go on with this version until a checkpoint is complete",
        blame: .user
      )
    }
    name = "'\(run)'"
    files = folder.files
    takenAt = stored.writtenAt
  }

  /// Its stages.
  var stages: [StageOutline] { stored.origin.stages }

  /// Bytes of the files of keyed state, by stage; those that cannot be looked at count as none.
  var bytes: [String: Int64] {
    var bytes: [String: Int64] = [:]
    for member in stored.manifest.members {
      for file in member.snapshot.states.flatMap(\.files) {
        let size = (try? FileReader("\(files)/\(file)").size()) ?? 0
        bytes[member.instance.stage, default: 0] += size
      }
    }
    return bytes
  }
}
