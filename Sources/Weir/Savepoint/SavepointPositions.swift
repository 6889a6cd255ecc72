import WeirCore
import WeirPOSIX

/// Finds the files again that a savepoint was reading: by their names below the folder of their source,
/// and by what was read of them, since on another machine they are other files.
struct SavepointPositions {
  private let plan: UpgradePlan
  private let job: JobPlan

  init(_ plan: UpgradePlan, _ job: JobPlan) {
    self.plan = plan
    self.job = job
  }

  /// Gives the positions of sources that go on the paths and identities of this machine.
  ///
  /// Throws E435 if a file is not the one that was read, E468 if it is not there.
  func resolve(_ manifest: inout Manifest) throws(WeirError) {
    for index in manifest.members.indices {
      let instance = manifest.members[index].instance
      guard let step = plan.step(was: instance.stage), plan.source(of: step.name) != nil,
        let stage = job.index(of: step.name), case .source(let source) = job.stages[stage].role,
        case .file(let file) = source.connector
      else { continue }
      let share = FileShare(process: instance.index, processes: job.stages[stage].processes)
      for number in manifest.members[index].snapshot.partitions.indices {
        let known = manifest.members[index].snapshot.partitions[number].position
        guard let known else { continue }
        let position = try resolved(FilePosition(known.text), file, share, step.name)
        manifest.members[index].snapshot.partitions[number].position = SourcePosition(position.text)
      }
    }
  }

  private func resolved(
    _ known: FilePosition,
    _ plan: FileSourcePlan,
    _ share: FileShare,
    _ stage: String
  ) throws(WeirError) -> FilePosition {
    var position = known
    position.path = PortablePath.resolved(known.path, in: Glob(plan.path).folder)
    // Nothing is read of it any more.
    if position.isAtEnd, !plan.follow { return position }
    guard let identity = try FileReader.identity(of: position.path) else {
      // One that is followed may have another name by now: its source looks for it.
      if plan.follow { return position }
      throw WeirError(
        "E468",
        "a file that source '\(stage)' was reading is not there",
        detail: "\"\(position.path)\", of which \(position.offset) bytes were read",
        hint: "bring it there; or let the source begin anew with '--drop-state \(stage)'",
        blame: .user
      )
    }
    if position.isOf(identity) { return position }
    guard try position.isUnchanged(in: FileReader(position.path)) else {
      throw FilePosition.replaced(position.path, "what was read of it is not in it")
    }
    guard !plan.follow || share.owns(identity) else {
      throw WeirError(
        "E468",
        "a file that source '\(stage)' follows has been copied",
        detail:
          "\"\(position.path)\": which of its \(share.processes) processes reads a file depends on "
          + "its inode",
        hint:
          "go on with the files themselves, or take the savepoint with one process of the source",
        blame: .user
      )
    }
    position.identity = identity
    return position
  }
}

extension StagePlan {
  /// The folder that holds all files that a source can read; nil for other stages.
  var inputFolder: String? {
    guard case .source(let plan) = role, case .file(let file) = plan.connector else { return nil }
    return Glob(file.path).folder
  }
}

extension JobPlan {
  /// Its stages as far as their state is concerned, with the folders of their files.
  var storedOutlines: [StageOutline] {
    zip(outlines, stages).map { outline, stage in
      var outline = outline
      outline.folder = stage.inputFolder
      return outline
    }
  }
}
