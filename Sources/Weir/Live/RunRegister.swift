import Foundation
import WeirCore
import WeirPOSIX

/// The runs that this user has started, so that their names are known when they have ended:
/// `$XDG_STATE_HOME/weir/runs`, else `~/.local/state/weir/runs`, has a record for each state folder.
///
/// Only names depend on it: where it cannot be written or was lost, a run is called by its file. A
/// record counts while the state folder is there.
enum RunRegister {
  /// Where the records are; nil if the environment names no place.
  static var folder: String? {
    let environment = ProcessIdentity.environment
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/weir/runs"
    }
    return environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/state/weir/runs" : nil }
  }

  /// Notes that a run was started, and forgets those whose state is gone; what cannot be written is
  /// not noted.
  ///
  /// Only under the lock of the state folder. O(records).
  static func note(_ run: RunIdentity, in folder: String? = Self.folder) {
    guard let folder, let path = path(run.stateFolder, in: folder) else { return }
    do throws(WeirError) {
      try Folder.create(folder, mode: 0o700)
      try RunDirectory.write(run, to: path)
    } catch {
      return
    }
    for record in records(in: folder) where !Folder.isFolder(record.run.stateFolder) {
      try? Folder.removeTree(record.path)
    }
  }

  /// Forgets a run, whose state folder is still there.
  static func forget(stateFolder: String, in folder: String? = Self.folder) {
    guard let folder, let path = path(stateFolder, in: folder) else { return }
    try? Folder.removeTree(path)
  }

  /// Those whose state is there; by name and age.
  static func runs(in folder: String? = Self.folder) -> [KnownRun] {
    guard let folder else { return [] }
    let runs = records(in: folder).map(\.run).filter { Folder.isFolder($0.stateFolder) }
    return runs.sorted { ($0.name, $0.startedAt) < ($1.name, $1.startedAt) }
      .compactMap { run in
        (try? RunFolder.location(stateFolder: run.stateFolder)).map {
          KnownRun(identity: run, folder: $0)
        }
      }
  }

  private static func records(in folder: String) -> [(path: String, run: RunIdentity)] {
    ((try? Folder.names(in: folder)) ?? []).compactMap { name in
      let path = "\(folder)/\(name)"
      guard name.hasSuffix(suffix), let bytes = try? StateFolder.bytes(path),
        let run = try? JSONDecoder().decode(RunIdentity.self, from: Data(bytes))
      else { return nil }
      return (path, run)
    }
  }

  /// The record of a state folder has the name of the folder of its sockets; nil if the state folder is
  /// gone.
  private static func path(_ stateFolder: String, in folder: String) -> String? {
    guard let location = try? RunFolder.location(stateFolder: stateFolder),
      let name = location.split(separator: "/").last
    else { return nil }
    return "\(folder)/\(name)\(suffix)"
  }

  private static let suffix = ".json"
}
