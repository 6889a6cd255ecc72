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
  /// The path of its record.
  private let record: String

  /// Finds what a word means: the path of a savepoint, that of a state folder, or what `RunPlace.find`
  /// takes for a run.
  ///
  /// Throws an exit code after it has said why there is none.
  static func find(_ word: String, base: String? = nil, color: ColorChoice) throws -> StateSubject {
    let isFolder = Folder.isFolder(word)
    let isState = isFolder && (try? StateFolder(word).epochs().isEmpty) == false
    if isState {
      return try telling(color) { () throws(WeirError) in
        try StateSubject(newestOf: word, StateFolder(word))
      }
    }
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
    record = folder.record
  }

  /// The newest checkpoint of a run; throws E462 if there is none, E465 if an earlier version wrote it.
  init(newestOf run: String, _ folder: StateFolder) throws(WeirError) {
    stored = try Self.newest(of: run, folder)
    try Self.check(stored, of: run)
    name = "'\(run)'"
    files = folder.files
    takenAt = stored.writtenAt
    record = folder.manifest(stored.manifest.epoch)
  }

  /// The newest checkpoint of a run; throws E462 if there is none.
  static func newest(of run: String, _ folder: StateFolder) throws(WeirError) -> StoredManifest {
    guard let newest = try folder.epochs().first else {
      throw WeirError(
        "E462",
        "the run '\(run)' has no state",
        detail: "no checkpoint is complete in \"\(folder.path)\"",
        hint: "let it run until one is: 'weir checkpoints' lists them",
        blame: .user
      )
    }
    return try StoredRun.manifest(newest, folder)
  }

  /// Throws E465 unless a checkpoint says what its stages are.
  static func check(_ stored: StoredManifest, of run: String) throws(WeirError) {
    guard stored.origin.stages.isEmpty else { return }
    throw WeirError(
      "E465",
      "the checkpoints of '\(run)' cannot be understood",
      detail: "they were written by an earlier version of weir, and do not say what its stages are",
      hint: "let the run go on with this version until a checkpoint is complete",
      blame: .user
    )
  }

  /// False once a run that lives has removed it.
  var isThere: Bool { (try? FileReader.identity(of: record)).flatMap { $0 } != nil }

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
