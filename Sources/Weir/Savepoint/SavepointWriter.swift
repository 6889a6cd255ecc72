import WeirCore
import WeirPOSIX
import WeirWire

/// Writes a checkpoint of a state folder as a savepoint, and reads it back.
///
/// The files of the checkpoint are all open before the first is copied, so that it does not matter when
/// the run removes them.
struct SavepointWriter {
  private let stored: StoredManifest
  private let run: String
  private let target: SavepointFolder
  /// The keyed state of each member that has some, in their order.
  private var sources: [(member: Int, reading: StateReading)] = []

  /// What was written.
  struct Result: Encodable {
    var run: String
    var epoch: UInt64
    var path: String
    /// Files of keyed state, and their bytes.
    var files: Int
    var bytes: Int64
  }

  /// Opens all files of a checkpoint of a run.
  ///
  /// Throws E462 if it is the last one of a run that has finished, E465 if an earlier version has
  /// written it, E515 if it is damaged or was removed meanwhile.
  init(
    _ stored: StoredManifest,
    of run: String,
    in folder: StateFolder,
    to path: String
  ) throws(WeirError) {
    self.stored = stored
    self.run = run
    target = SavepointFolder(path)
    guard !stored.manifest.isFinished else {
      throw WeirError(
        "E462",
        "the run '\(run)' has no state to save",
        detail: "it has finished: its input has ended, and every window has fired",
        blame: .user
      )
    }
    try StateSubject.check(stored, of: run)
    let files = stored.manifest.members.reduce(0) { $0 + $1.snapshot.states.flatMap(\.files).count }
    try OpenFiles.allow(files + 64)
    for (index, member) in stored.manifest.members.enumerated() {
      guard let state = member.snapshot.state else { continue }
      sources.append((index, try StateReading(state, in: folder.files, codec: .lz4)))
    }
  }

  /// Throws E461 unless a savepoint can be written there: nothing has that path, or an empty folder.
  static func check(_ path: String) throws(WeirError) {
    guard try FileReader.identity(of: path) == nil else { throw taken(path, "it is a file") }
    guard Folder.isFolder(path) else { return }
    guard try Folder.names(in: path).isEmpty else {
      throw taken(
        path,
        SavepointFolder.isOne(path) ? "it is a savepoint" : "the folder is not empty"
      )
    }
  }

  private static func taken(_ path: String, _ what: String) -> WeirError {
    WeirError(
      "E461",
      "cannot write a savepoint to \"\(path)\"",
      detail: what,
      hint: "give a path that does not exist, or an empty folder: nothing is ever replaced",
      blame: .user
    )
  }

  /// Writes it, makes it durable, and reads it back.
  ///
  /// What was written is removed where that fails. Throws E461, E464 if it is not what was written, and
  /// what keeps a file from being written. O(bytes of the state).
  func write() throws(WeirError) -> Result {
    try Self.check(target.path)
    do throws(WeirError) {
      return try writeAll()
    } catch {
      // What cannot be removed has no record, so it is no savepoint.
      try? Folder.removeTree(target.files)
      try? Folder.removeTree(target.record)
      throw error
    }
  }

  private func writeAll() throws(WeirError) -> Result {
    try Folder.create(target.files)
    var savepoint = StoredSavepoint(
      run: run,
      program: WeirVersion.text,
      takenAt: WallClock.now(),
      keyGroups: 1,
      stored: stored
    )
    savepoint.keyGroups =
      stored.origin.stages.compactMap { $0.state.flatMap { StateShape($0) } }
      .map(\.keyGroups).max() ?? Limits.keyGroups
    var bytes: Int64 = 0
    for (member, reading) in sources {
      guard let before = stored.manifest.members[member].snapshot.state else { continue }
      let file = StateFileWriter(before.file, in: target.files, epoch: stored.manifest.epoch)
      let state = try file.copy(reading, keyGroups: savepoint.keyGroups)
      savepoint.stored.manifest.members[member].snapshot.state = state
      bytes += state.bytes
    }
    try Folder.sync(target.files)
    try makePortable(&savepoint.stored)
    try Folder.sync(target.path)
    try SavepointFolder(target.path).verify(savepoint)
    let writer = try FileWriter(creating: target.record, mode: 0o600)
    let text = RecordCodec.encode(savepoint)
    try text.span.withUnsafeBytes { raw throws(WeirError) in try writer.append(raw) }
    try writer.sync()
    writer.close()
    try Folder.sync(target.path)
    try Folder.sync(Folder.parent(of: target.path))
    guard try target.read() == savepoint else {
      throw target.damaged("its record is not what was written")
    }
    return Result(
      run: run,
      epoch: stored.manifest.epoch.number,
      path: target.path,
      files: sources.count,
      bytes: bytes
    )
  }

  /// Takes out what only this machine or this run can make use of.
  private func makePortable(_ stored: inout StoredManifest) throws(WeirError) {
    for (place, stage) in stored.origin.stages.enumerated() {
      // Output is visible up to here, and counters belong to the run.
      for index in stored.manifest.members.indices
      where stored.manifest.members[index].instance.stage == stage.name {
        stored.manifest.members[index].snapshot.outputs = []
        guard let folder = stage.folder else { continue }
        for number in stored.manifest.members[index].snapshot.partitions.indices {
          let known = stored.manifest.members[index].snapshot.partitions[number].position
          guard let known else { continue }
          var position = try FilePosition(known.text)
          position.path = PortablePath.relative(position.path, to: folder)
          stored.manifest.members[index].snapshot.partitions[number].position =
            SourcePosition(position.text)
        }
      }
      guard let folder = stage.folder else { continue }
      stored.origin.partitions[place] = stored.origin.partitions[place].map {
        PortablePath.relative($0, to: folder)
      }
      stored.origin.stages[place].folder = nil
    }
  }
}
