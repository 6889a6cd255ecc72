import Foundation
import WeirCore
import WeirPOSIX

/// The runs of this user, as far as their folders tell: each coordinator leaves its identity in the
/// folder of its sockets, and takes it away when it ends.
enum RunDirectory {
  /// The name of the file in the folder of a run.
  private static let record = "run.json"

  /// Lets commands find a run; throws E101 to E109.
  static func announce(_ run: RunIdentity, in folder: RunFolder) throws(WeirError) {
    try write(run, to: "\(folder.path)/\(record)")
  }

  /// Writes the record of a run beside its name, and renames it: whoever looks finds all of it, or the
  /// one before.
  ///
  /// Throws E101, E103, E105 or E107.
  static func write(_ run: RunIdentity, to path: String) throws(WeirError) {
    // One that a crash has left.
    try Folder.removeTree(path + ".new")
    let file = try FileWriter(creating: path + ".new", mode: 0o600)
    let bytes = Array(Console.json(run).utf8)
    try bytes.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
    try file.flush()
    file.close()
    try Folder.replace(path, by: path + ".new")
  }

  /// All runs that have a folder, those too whose coordinator was killed; by name and age.
  static func runs(in parents: [String] = RunFolder.parents()) -> [KnownRun] {
    var runs: [KnownRun] = []
    for parent in parents {
      // One that does not exist holds no runs.
      for name in (try? Folder.names(in: parent)) ?? [] {
        guard let run = known("\(parent)/\(name)") else { continue }
        runs.append(run)
      }
    }
    return runs.sorted {
      ($0.identity.name, $0.identity.startedAt) < ($1.identity.name, $1.identity.startedAt)
    }
  }

  /// Those whose coordinator lives; by name and age.
  static func living() -> [KnownRun] { runs().filter(\.isAlive) }

  /// All runs that are known, those too that have ended.
  static func withEnded() -> KnownRuns {
    let present = runs()
    let folders = Set(present.map(\.identity.stateFolder))
    let ended = RunRegister.runs().filter { !folders.contains($0.identity.stateFolder) }
    return KnownRuns(
      living: present.filter(\.isAlive),
      others: present.filter { !$0.isAlive } + ended
    )
  }

  /// What the folder of a run tells; nil if nothing.
  static func known(_ folder: String) -> KnownRun? {
    guard let bytes = try? StateFolder.bytes("\(folder)/\(record)"),
      let identity = try? JSONDecoder().decode(RunIdentity.self, from: Data(bytes))
    else { return nil }
    return KnownRun(identity: identity, folder: folder)
  }
}

/// A run that has a folder for its sockets.
struct KnownRun: Hashable {
  var identity: RunIdentity
  /// The folder of its sockets.
  var folder: String

  /// True while its coordinator lives.
  var isAlive: Bool {
    ProcessSample(identity.process)?.startTicks == identity.processStart
  }
}
