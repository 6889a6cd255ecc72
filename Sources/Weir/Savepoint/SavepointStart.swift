import WeirCore
import WeirPOSIX
import WeirWire

/// The beginning of a run at a savepoint: what becomes of its state in the topology that is to run, and
/// how it gets into the state folder.
struct SavepointStart {
  private let folder: SavepointFolder
  private let loaded: LoadedTopology
  let savepoint: StoredSavepoint
  /// What becomes of the state, stage by stage.
  let plan: UpgradePlan

  /// Reads the savepoint and compares; nothing is changed.
  ///
  /// Throws E463 to E465 if it cannot be used, E466 if state would be lost that is not among what may be
  /// dropped, E469 if a stage may have been renamed, E470 if something may be dropped that is not lost.
  init(_ path: String, _ loaded: LoadedTopology, dropping: [String]) throws(WeirError) {
    folder = SavepointFolder(path)
    savepoint = try folder.read()
    self.loaded = loaded
    plan = UpgradePlan(
      from: savepoint.stored.origin.stages,
      to: loaded.job.outlines,
      renames: loaded.job.renames,
      bytes: SavepointFolder.bytes(savepoint)
    )
    guard loaded.job.checkpoints != nil else {
      throw WeirError(
        "E467",
        "'\(loaded.job.name)' cannot begin at a savepoint",
        detail: "it says 'checkpoints: none'",
        hint:
          "let it take checkpoints: without them it would begin there again after every failure",
        blame: .user
      )
    }
    try UpgradeRefusal(plan).check(dropping: dropping)
  }

  // MARK: Inputs

  /// The files of every stage: those of the savepoint where a source goes on, else those that are there
  /// now.
  ///
  /// Throws E408.
  func partitions(_ inspection: RunInspection) throws(WeirError) -> [[String]] {
    var partitions: [[String]] = []
    for stage in loaded.job.stages {
      guard let known = known(stage), let folder = stage.inputFolder else {
        partitions.append(try RunInspection.partitions(of: stage))
        continue
      }
      partitions.append(known.map { PortablePath.resolved($0, in: folder) })
    }
    return partitions
  }

  /// The files that a source goes on with; nil: it begins anew.
  private func known(_ stage: StagePlan) -> [String]? {
    guard let was = plan.source(of: stage.name) else { return nil }
    let stages = savepoint.stored.origin.stages
    return stages.firstIndex { $0.name == was }.map { savepoint.stored.origin.partitions[$0] }
  }

  // MARK: Bringing it over

  /// Makes a state folder, which holds no checkpoint, that of a run which has just taken this one.
  ///
  /// The manifest comes last: what a crash leaves before is removed by the next start. Throws E464,
  /// E468 if a file that was being read is not there, and what keeps files from being written. O(bytes of the state).
  func bring(into state: StateFolder, _ origin: RunOrigin) throws(WeirError) {
    try Folder.removeTree(state.followed)
    try Folder.create(state.files, mode: 0o700)
    try Folder.empty(state.files)
    var old = savepoint.stored.manifest
    try SavepointPositions(plan, loaded.job).resolve(&old)
    var states: [(instance: InstanceID, state: StateReference)] = []
    for member in old.members {
      guard let step = plan.step(was: member.instance.stage), plan.source(of: step.name) != nil,
        let reference = member.snapshot.state, let stage = loaded.job.index(of: step.name),
        case .keyed(let keyed) = loaded.job.stages[stage].role
      else { continue }
      let description = keyed.stateDescription(keyGroups: loaded.job.keyGroups, name: step.name)
      states.append(
        (
          member.instance,
          try bring(reference, to: state.files, of: description, step)
        )
      )
    }
    try Folder.sync(state.files)
    let manifest = plan.manifest(from: old, for: loaded.job) { instance in
      states.first { $0.instance == instance }?.state
    }
    var numbers = RunNumbers()
    numbers.epoch = Epoch(manifest.epoch.number + 1)
    let incarnation = old.members.map(\.snapshot.incarnation.number).max() ?? 0
    numbers.incarnation = Incarnation(incarnation + 1)
    try state.write(RecordCodec.encode(numbers), as: state.numbers)
    let stored = StoredManifest(
      manifest,
      of: origin.beside(manifest),
      writtenAt: savepoint.takenAt
    )
    try state.write(RecordCodec.encode(stored), as: state.manifest(manifest.epoch))
  }

  /// Brings the state of an instance over, in the form that the topology wants.
  private func bring(
    _ reference: StateReference,
    to target: String,
    of description: StateDescription,
    _ step: UpgradePlan.Step
  ) throws(WeirError) -> StateReference {
    let reading: StateReading
    do throws(WeirError) {
      reading = try StateReading(reference, in: folder.files, codec: .lz4)
    } catch {
      throw folder.damaged(error.message + (error.detail.map { ": \($0)" } ?? ""))
    }
    let writer = StateFileWriter(reference.file, in: target, epoch: savepoint.stored.manifest.epoch)
    do throws(WeirError) {
      if reading.description == description {
        return try writer.copy(reading, keyGroups: loaded.job.keyGroups)
      }
      return try StateMigration(reading, to: description, carried: step.carried)
        .write(writer, keyGroups: loaded.job.keyGroups)
    } catch {
      guard error.isDamage else { throw error }
      throw folder.damaged(error.message + (error.detail.map { ": \($0)" } ?? ""))
    }
  }
}
