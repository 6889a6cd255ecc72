import WeirCore
import WeirPOSIX

/// The logs in a state folder: a file for each time that the run ran, the last few of them.
///
///     20260101T000000Z-4711.log      when it began, and the process of its coordinator
///     20260101T000000Z-4711.log.1    what it said before that, where it said much
struct RunLogs: Sendable {
  let folder: String

  /// How many runs are kept, the one that lives among them.
  static let keptRuns = 5
  /// A file that has so many bytes gives way to a new one: a run keeps at most twice as many.
  static let mostBytes: Int64 = 16 << 20

  private static let suffix = ".log"
  private static let older = ".log.1"

  init(_ folder: String) { self.folder = folder }

  /// Begins the log of a run, and removes those that are no longer kept; only under the lock.
  ///
  /// Throws E101, E107, E108 or E115.
  func begin(at time: WallTime, process: Int32) throws(WeirError) -> LogFile {
    try Folder.create(folder, mode: 0o700)
    let kept = try runs().prefix(Self.keptRuns - 1)
    for name in try Folder.names(in: folder) where !kept.contains(where: { name.hasPrefix($0) }) {
      // One that stays is removed by the next run.
      try? Folder.removeTree("\(folder)/\(name)")
    }
    let name = "\(RunPreparation.timeText(time))-\(process)"
    return try LogFile("\(folder)/\(name)\(Self.suffix)", mostBytes: Self.mostBytes)
  }

  /// The files of the run that began last, the older one first; none if there is no log.
  ///
  /// Throws E108 or E115.
  func newest() throws(WeirError) -> [String] {
    guard Folder.isFolder(folder), let run = try runs().first else { return [] }
    return ["\(folder)/\(run)\(Self.older)", "\(folder)/\(run)\(Self.suffix)"]
      .filter { (try? FileReader.identity(of: $0)) != nil }
  }

  /// The runs that have a log, newest first.
  private func runs() throws(WeirError) -> [String] {
    var runs: [String] = []
    for name in try Folder.names(in: folder) {
      for ending in [Self.suffix, Self.older] where name.hasSuffix(ending) {
        let run = String(name.dropLast(ending.count))
        if !runs.contains(run) { runs.append(run) }
      }
    }
    return runs.sorted(by: >)
  }
}
