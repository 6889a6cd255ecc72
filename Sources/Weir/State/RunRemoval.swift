import WeirCore
import WeirPOSIX

/// Removes what a run that does not live has left, but for what is visible of its output.
struct RunRemoval {
  private let loaded: LoadedTopology
  private let place: RunPlace

  init(_ loaded: LoadedTopology, _ place: RunPlace) {
    self.loaded = loaded
    self.place = place
  }

  /// Removes all of it; returns the paths of what there was.
  ///
  /// Throws E478 if the run lives, and what keeps a file from being removed.
  func removeAll() throws(WeirError) -> [String] {
    let folder = place.stateFolder
    var removed: [String] = []
    // A run without a state folder has never started.
    guard Folder.isFolder(folder.path) else { return try removeHidden() }
    let lock = try lock(folder)
    removed += try removeHidden()
    let sockets = try RunFolder.location(stateFolder: folder.path)
    if Folder.isFolder(sockets) {
      try Folder.removeTree(sockets)
      removed.append(sockets)
    }
    RunRegister.forget(stateFolder: folder.path)
    // Under another name first: a run that begins meanwhile makes a folder of its own.
    let aside = "\(folder.path).removed-\(ProcessIdentity.id)"
    try Folder.rename(folder.path, to: aside)
    try Folder.removeTree(aside)
    removed.append(folder.path)
    withExtendedLifetime(lock) {}
    return removed
  }

  private func lock(_ folder: StateFolder) throws(WeirError) -> FileLock {
    do throws(WeirError) {
      return try FileLock(folder.lock)
    } catch {
      guard error.code == "E111" else { throw error }
      throw WeirError(
        "E478",
        "the run '\(place.name)' lives",
        detail: error.detail,
        hint: "stop it first: 'weir stop \(place.name)'",
        blame: .user
      )
    }
  }

  private func removeHidden() throws(WeirError) -> [String] {
    var removed: [String] = []
    for sink in RunInspection(loaded).fileSinks {
      removed += try sink.names.removeHidden(run: loaded.job.name, sink: sink.name)
    }
    return removed
  }
}
