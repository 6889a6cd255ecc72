import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire

/// The folder of a run's state, and the names in it.
///
///     lock                        held while a coordinator lives
///     numbers                     numbers that nobody may use again
///     quarantine                  rows that are kept from their operators, because they kill them
///     manifest-0000000012.json    a complete checkpoint
///     manifest-0000000013.json.broken    one that was damaged, or whose state was
///     started.json                what the run was started from the last time
///     lineage                     what was sent to the sinks, by epoch
///     state/declines-1-12-7       keyed state: stage, instance, epoch, incarnation
///     followed/1a2b3c/lines-0/    the files that a source has found, by plan and instance
///     checkpoints.log             how the checkpoints went: one a line
///     log/20260101T000000Z-4711.log   what a run has said: when it began, its process
///
/// A record is written beside its name and renamed: there is all of it, or the one before.
struct StateFolder: Sendable {
  let path: String

  private static let manifestPrefix = "manifest-"
  private static let manifestSuffix = ".json"
  private static let epochDigits = 10
  private static let startedName = "started.json"
  /// Behind the name of a manifest that is damaged, or whose state is.
  private static let asideSuffix = ".broken"

  init(_ path: String) { self.path = path }

  var lock: String { path + "/lock" }
  var numbers: String { path + "/numbers" }
  var lineage: String { path + "/lineage" }
  /// What the run was started from, for commands.
  var started: String { "\(path)/\(Self.startedName)" }
  var quarantine: String { path + "/quarantine" }
  /// The folder of the files of keyed state.
  var files: String { path + "/state" }

  /// The folder of what sources remember of the files that they follow; a run without a checkpoint may
  /// have been that of another topology, so it is that of a plan, by its fingerprint.
  var followed: String { path + "/followed" }

  /// The folder of what an instance remembers of the files that it follows.
  func followed(by instance: InstanceID, plan: UInt64) -> String {
    "\(followed)/\(Self.name(ofPlan: plan))/\(instance.stage)-\(instance.index)"
  }

  private static func name(ofPlan fingerprint: UInt64) -> String {
    String(fingerprint, radix: 16)
  }

  /// How the checkpoints of the run went.
  var history: CheckpointHistory { CheckpointHistory(path + "/checkpoints.log") }
  /// The logs of the run.
  var logs: RunLogs { RunLogs(path + "/log") }

  /// True if there is more in it than any run leaves that keeps no state; throws E108 or E115.
  func holdsState() throws(WeirError) -> Bool {
    let others = ["lock", "log", Self.startedName]
    return try Folder.names(in: path).contains { !others.contains($0) }
  }

  /// The path of the manifest of an epoch.
  func manifest(_ epoch: Epoch) -> String {
    let digits = String(epoch.number)
    let zeros = String(repeating: "0", count: max(0, Self.epochDigits - digits.count))
    return "\(path)/\(Self.manifestPrefix)\(zeros)\(digits)\(Self.manifestSuffix)"
  }

  /// The epochs that have a manifest, whole or not, newest first; none without a folder.
  ///
  /// Throws E108 or E115.
  func epochs() throws(WeirError) -> [Epoch] {
    guard Folder.isFolder(path) else { return [] }
    var epochs: [Epoch] = []
    for name in try Folder.names(in: path) {
      guard name.hasPrefix(Self.manifestPrefix), name.hasSuffix(Self.manifestSuffix),
        let number = UInt64(
          name.dropFirst(Self.manifestPrefix.count).dropLast(Self.manifestSuffix.count)
        )
      else { continue }
      epochs.append(Epoch(number))
    }
    return epochs.sorted(by: >)
  }

  // MARK: Records

  /// Makes bytes durable under a name, in place of those before; throws E101 to E105.
  ///
  /// `step` stands for each of the four steps on the way, if they are among those of the protocols.
  func write(
    _ bytes: [UInt8],
    as target: String,
    _ step: ((RecordStep) -> Failpoint)? = nil
  ) throws(WeirError) {
    let beside = target + ".new"
    // One that a crash has left.
    try Folder.removeTree(beside)
    let file = try FileWriter(creating: beside, mode: 0o600)
    try bytes.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
    try file.flush()
    step?(.written).reached()
    try file.sync()
    file.close()
    step?(.synced).reached()
    try Folder.replace(target, by: beside)
    step?(.renamed).reached()
    try Folder.sync(path)
    step?(.durable).reached()
  }

  /// All bytes of a record; throws E101 or E102.
  static func bytes(_ path: String) throws(WeirError) -> [UInt8] {
    let file = try FileReader(path)
    var bytes = [UInt8](repeating: 0, count: Int(try file.size()))
    var span = bytes.mutableSpan
    let count = try span.withUnsafeMutableBytes { raw throws(WeirError) in
      try file.read(into: raw, at: 0)
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  // MARK: Removing

  /// Makes durable that these manifests are none any more: they are kept under other names.
  ///
  /// Throws E104 or E105.
  func setAside(_ epochs: [Epoch]) throws(WeirError) {
    for epoch in epochs {
      let path = manifest(epoch)
      try Folder.replace(path + Self.asideSuffix, by: path)
    }
    if !epochs.isEmpty { try Folder.sync(path) }
  }

  /// Removes files of state that are not named, which checkpoints that failed have left.
  ///
  /// Only under the lock. What cannot be removed stays.
  func removeFiles(except kept: [String]) {
    guard let names = try? Folder.names(in: files) else { return }
    let kept = Set(kept)
    for name in names where !kept.contains(name) { try? Folder.removeTree("\(files)/\(name)") }
  }

  /// Removes what sources of other plans have remembered.
  ///
  /// Only under the lock. What cannot be removed stays.
  func removeFollowed(except plan: UInt64) {
    guard let names = try? Folder.names(in: followed) else { return }
    for name in names where name != Self.name(ofPlan: plan) {
      try? Folder.removeTree("\(followed)/\(name)")
    }
  }
}
