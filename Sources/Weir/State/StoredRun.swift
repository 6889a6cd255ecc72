import WeirCore
import WeirLZ4
import WeirPOSIX
import WeirTopology
import WeirWire

/// What a state folder holds of earlier runs: where the next one goes on.
struct StoredRun {
  /// A checkpoint that cannot be gone on from, and why.
  struct Broken {
    var epoch: Epoch
    var error: WeirError
  }

  private(set) var record = RunRecord()
  /// What the run was started from; nil: it has no checkpoint yet.
  private(set) var origin: RunOrigin?
  /// Newer than what the run goes on from.
  private(set) var broken: [Broken] = []

  /// The checkpoint at which the run had ended; nil: it can be gone on with.
  var finished: Manifest? { record.manifests.last.flatMap { $0.isFinished ? $0 : nil } }

  /// Nothing: what a run has that was never started.
  init() {}

  /// Reads what the folder holds, newest first; only under its lock.
  ///
  /// A checkpoint with damaged or missing bytes is passed over for the one before. Throws E441 if
  /// the numbers or all checkpoints are unusable, and what keeps the folder from being read.
  /// O(bytes of the state).
  init(_ folder: StateFolder) throws(WeirError) {
    let epochs = try folder.epochs()
    try readNumbers(folder, hasManifests: !epochs.isEmpty)
    try readQuarantine(folder)
    for epoch in epochs {
      let stored: StoredManifest
      do throws(WeirError) {
        stored = try Self.manifest(epoch, folder)
        // Only the one that is gone on from is needed whole.
        if record.manifests.isEmpty { try Self.verify(stored.manifest, folder) }
      } catch {
        if record.manifests.isEmpty { broken.append(Broken(epoch: epoch, error: error)) }
        continue
      }
      if origin == nil { origin = stored.origin }
      record.manifests.insert(stored.manifest, at: 0)
    }
    guard record.manifests.isEmpty, let first = broken.first else { return }
    throw WeirError(
      "E441",
      "no checkpoint in \"\(folder.path)\" can be used",
      detail: "checkpoint \(first.epoch.number): \(first.error.message)"
        + (first.error.detail.map { ": \($0)" } ?? ""),
      hint: "bring the folder back from a copy, or begin anew with '--fresh'",
      blame: .user
    )
  }

  private mutating func readNumbers(
    _ folder: StateFolder,
    hasManifests: Bool
  ) throws(WeirError) {
    let file = try FileReader.identity(of: folder.numbers)
    guard hasManifests || file != nil else { return }
    do throws(WeirError) {
      let bytes = try StateFolder.bytes(folder.numbers)
      record.numbers = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
        try RecordCodec.numbers(raw)
      }
    } catch {
      throw WeirError(
        "E441",
        "the numbers that the run has taken, \"\(folder.numbers)\", cannot be used",
        detail: error.detail ?? error.message,
        hint: "bring the file back from a copy, or begin anew with '--fresh'",
        blame: .user
      )
    }
  }

  private mutating func readQuarantine(_ folder: StateFolder) throws(WeirError) {
    guard try FileReader.identity(of: folder.quarantine) != nil else { return }
    do throws(WeirError) {
      let bytes = try StateFolder.bytes(folder.quarantine)
      record.quarantine = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
        try RecordCodec.quarantine(raw)
      }
    } catch {
      throw WeirError(
        "E441",
        "the list of rows that are kept from their operators, \"\(folder.quarantine)\", cannot be "
          + "used",
        detail: error.detail ?? error.message,
        hint: "bring the file back from a copy, or remove it: such rows are then found anew",
        blame: .user
      )
    }
  }

  /// The manifest of an epoch; throws E101 or E102, or E441 if it is damaged.
  static func manifest(
    _ epoch: Epoch,
    _ folder: StateFolder
  ) throws(WeirError) -> StoredManifest {
    let path = folder.manifest(epoch)
    let bytes = try StateFolder.bytes(path)
    let stored: StoredManifest
    do throws(WeirError) {
      stored = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
        try RecordCodec.manifest(raw)
      }
    } catch {
      throw WeirError("E441", "the manifest \"\(path)\" is damaged", detail: error.detail)
    }
    guard stored.manifest.epoch == epoch else {
      throw WeirError(
        "E441",
        "the manifest \"\(path)\" is of epoch \(stored.manifest.epoch.number)"
      )
    }
    return stored
  }

  /// Reads all keyed state of a checkpoint, as a restore would.
  ///
  /// Throws E101, E102, E515 or E516. O(bytes of the state).
  static func verify(
    _ manifest: Manifest,
    _ folder: StateFolder
  ) throws(WeirError) {
    // A run that has ended restores nothing.
    guard !manifest.isFinished else { return }
    for member in manifest.members {
      guard let state = member.snapshot.state else { continue }
      let reading = try StateReading(state, in: folder.files, codec: .lz4)
      while try !reading.next(maximumBytes: verifiedBytes).isEmpty {}
    }
  }

  private static let verifiedBytes = 4 << 20

  /// The hidden names of output that a checkpoint names, of file sinks.
  func prepared(by sinks: [String]) -> [String] {
    var names: [String] = []
    for member in record.manifests.flatMap(\.members) where sinks.contains(member.instance.stage) {
      for output in member.snapshot.outputs {
        // What cannot be read is refused when it is to be committed.
        if let part = try? PreparedPart(output.text) { names.append(part.hidden) }
      }
    }
    return names
  }

  /// True if no checkpoint is kept, or the newest says that the run has ended.
  static func needsNothing(_ folder: StateFolder) -> Bool {
    guard let epochs = try? folder.epochs() else { return false }
    guard let newest = epochs.first else { return true }
    return (try? manifest(newest, folder).manifest.isFinished) == true
  }

  // MARK: Going on

  /// Throws E442 unless the state is of the topology that is to run.
  func check(_ loaded: LoadedTopology, _ folder: StateFolder) throws(WeirError) {
    guard let origin else { return }
    let reason: String
    if loaded.job.checkpoints == nil {
      reason = "it was made with checkpoints, and the topology says 'checkpoints: none'"
    } else if origin.text != loaded.text {
      reason = "the file has changed since: \(Self.difference(origin.text, loaded.text))"
    } else if origin.fingerprint != loaded.job.fingerprint {
      reason = "the file is the same, and what it is filled in with from the environment is not"
    } else {
      return
    }
    throw WeirError(
      "E442",
      "the state in \"\(folder.path)\" is of another topology",
      detail: reason,
      hint: "run the topology as it was to go on, give it another 'name' to begin beside it, or "
        + "move its state and output aside with '--fresh'",
      blame: .user
    )
  }

  /// The first line in which two texts differ.
  private static func difference(_ old: String, _ new: String) -> String {
    let old = old.split(separator: "\n", omittingEmptySubsequences: false)
    let new = new.split(separator: "\n", omittingEmptySubsequences: false)
    let same = zip(old, new).prefix { $0 == $1 }.count
    return "line \(same + 1)"
  }

  /// Throws E443 if output behind the checkpoint that the run would go on from is visible: it would
  /// be made again.
  func checkVisible(
    _ fileSinks: [(sink: String, names: PartNames)]
  ) throws(WeirError) {
    guard let newest = broken.first, let last = record.manifests.last else { return }
    for (_, names) in fileSinks {
      for path in try names.existing() {
        // A part without a number is the only one of a run that has ended.
        if let epoch = names.epoch(ofPart: path), epoch <= last.epoch { continue }
        throw WeirError(
          "E443",
          "checkpoint \(newest.epoch.number) cannot be used, and its output is visible",
          detail: "\(newest.error.message)"
            + (newest.error.detail.map { ": \($0)" } ?? "")
            + "; to go on from checkpoint \(last.epoch.number) would write \"\(path)\" again",
          hint: "bring the state folder back from a copy, or begin anew with '--fresh'",
          blame: .user
        )
      }
    }
  }

  /// Puts checkpoints aside that are not gone on from, and removes files that nobody needs.
  func settle(_ folder: StateFolder) throws(WeirError) {
    for broken in broken {
      let path = folder.manifest(broken.epoch)
      try Folder.replace(path + ".broken", by: path)
    }
    if broken.isEmpty { folder.removeFiles(except: record.manifests.flatMap(\.files)) }
  }
}

extension BlockCodec {
  /// LZ4 blocks.
  static let lz4 = BlockCodec(compress: LZ4Block.compress, decompress: LZ4Block.decompress)
}
