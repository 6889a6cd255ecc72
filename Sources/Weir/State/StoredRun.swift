import WeirCore
import WeirLZ4
import WeirPOSIX
import WeirRuntime
import WeirTopology
import WeirWire

/// What a state folder holds of earlier runs: where the next one goes on.
struct StoredRun {
  /// A checkpoint that cannot be gone on from, and why.
  struct Broken {
    var epoch: Epoch
    var error: WeirError

    var cause: String { error.message + (error.detail.map { ": \($0)" } ?? "") }
  }

  private(set) var record = RunRecord()
  /// What the run was started from; nil: it has no checkpoint yet.
  private(set) var origin: RunOrigin?
  /// When the checkpoint was complete that it goes on from, as far as is known.
  private(set) var completedAt: WallTime?
  /// Newer than what the run goes on from.
  private(set) var broken: [Broken] = []
  /// Older than that, and of no use either.
  private var unreadable: [Epoch] = []

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
        guard error.isDamage else { throw error }
        if record.manifests.isEmpty {
          broken.append(Broken(epoch: epoch, error: error))
        } else {
          unreadable.append(epoch)
        }
        continue
      }
      if origin == nil { (origin, completedAt) = (stored.origin, stored.writtenAt) }
      record.manifests.insert(stored.manifest, at: 0)
    }
    guard record.manifests.isEmpty, let first = broken.first else { return }
    throw WeirError.unusable(first.epoch, first.cause)
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

  /// The checkpoints of a folder that can be read, oldest first, whatever has become of their keyed
  /// state; also while a run goes on.
  ///
  /// Throws E108 or E115, and E441 if there are some and none can be read.
  static func manifests(_ folder: StateFolder) throws(WeirError) -> [StoredManifest] {
    var stored: [StoredManifest] = []
    var damage: WeirError?
    for epoch in try folder.epochs() {
      do throws(WeirError) {
        stored.insert(try manifest(epoch, folder), at: 0)
      } catch {
        damage = damage ?? error
      }
    }
    if stored.isEmpty, let damage { throw damage }
    return stored
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

  /// The manifest of an epoch; throws E101 or E102, or E515 if it is damaged.
  static func manifest(
    _ epoch: Epoch,
    _ folder: StateFolder
  ) throws(WeirError) -> StoredManifest {
    let path = folder.manifest(epoch)
    let bytes = try StateFolder.bytes(path)
    let stored: StoredManifest
    do throws(WeirError) {
      stored = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
        guard RecordCodec.isWhole(raw) else {
          throw Self.damaged(path, "the checksum does not fit")
        }
        return try RecordCodec.manifest(raw)
      }
    } catch {
      guard !error.isDamage else { throw error }
      throw WeirError(
        "E441",
        "the manifest \"\(path)\" cannot be understood",
        detail: error.detail,
        hint: "it was written by another version of weir: go on with that one, or begin anew with "
          + "'--fresh'",
        blame: .user
      )
    }
    guard stored.manifest.epoch == epoch else {
      throw Self.damaged(path, "it is that of epoch \(stored.manifest.epoch.number)")
    }
    return stored
  }

  private static func damaged(_ path: String, _ what: String) -> WeirError {
    WeirError("E515", "the manifest \"\(path)\" is damaged", detail: what)
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
      for state in member.snapshot.states {
        let reading = try StateReading(state, in: folder.files, codec: .lz4)
        while try !reading.next(maximumBytes: verifiedBytes).isEmpty {}
      }
    }
  }

  private static let verifiedBytes = 4 << 20

  /// The hidden names of output that a checkpoint names, of file sinks that may be asked for it.
  func prepared(by sinks: [FileSinkOutput]) -> [String] {
    var names: [String] = []
    let asked = sinks.filter { $0.delivery == .exactlyOnce }.map(\.name)
    for member in record.manifests.flatMap(\.members) where asked.contains(member.instance.stage) {
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

  /// Throws E442 unless the state can be gone on with by the topology that is to run.
  func check(_ loaded: LoadedTopology, _ folder: StateFolder) throws(WeirError) {
    guard let origin else { return }
    let reason: String
    if loaded.job.checkpoints == nil {
      reason = "it was made with checkpoints, and the topology says 'checkpoints: none'"
    } else if let difference = PlanDifference.text(origin.clauses, loaded.job.clauses) {
      reason = difference
    } else if origin.fingerprint != loaded.job.fingerprint {
      reason = "it says the same, and this version of weir plans it otherwise"
    } else if let odd = record.manifests.first(where: { !$0.fits(loaded.job) }) {
      reason = "checkpoint \(odd.epoch.number) has not the processes of its stages"
    } else {
      return
    }
    throw WeirError(
      "E442",
      "the state in \"\(folder.path)\" is of another topology",
      detail: reason,
      hint: "run the topology as it was to go on, with the same values of its variables; give it "
        + "another 'name' to begin beside it, or move its state and output aside with '--fresh'",
      blame: .user
    )
  }

  /// Throws E443 if a sink cannot take back what it has shown since the checkpoint that the run would
  /// go on from.
  func checkVisible(_ job: JobPlan) throws(WeirError) {
    guard let newest = broken.first, let last = record.manifests.last else { return }
    for stage in job.stages {
      guard case .sink(let sink) = stage.role, !sink.connector.canWithdraw else { continue }
      throw WeirError.notTakenBack(newest.epoch, by: stage.name, last.epoch, newest.cause)
    }
  }

  /// Puts checkpoints aside that are not gone on from, durably, and removes files that nobody needs.
  func settle(_ folder: StateFolder) throws(WeirError) {
    let passed = broken.map(\.epoch) + unreadable
    try folder.setAside(passed)
    if !passed.isEmpty { Failpoint.manifestPassed.reached() }
    if broken.isEmpty { folder.removeFiles(except: record.manifests.flatMap(\.files)) }
  }

  /// Withdraws what is visible of later epochs than that which the run goes on from.
  ///
  /// Output is shown only when its checkpoint is complete, so if there is any, its checkpoint was put
  /// aside: by this run, or by one that has died before it was through. Sinks that show their output
  /// early may show it again; theirs is withdrawn only by the run that has found the damage. Throws
  /// E104, E105, E107 to E109 or E115.
  func withdraw(_ sinks: [FileSinkOutput]) throws(WeirError) -> [Withdrawal] {
    var withdrawals: [Withdrawal] = []
    guard let last = record.manifests.last, !last.isFinished else { return [] }
    for sink in sinks where sink.delivery != .atLeastOnce || !broken.isEmpty {
      let isFinished = last.members.allSatisfy {
        $0.instance.stage != sink.name || $0.snapshot.isFinished
      }
      let later = try sink.names.parts(after: last.epoch, isFinished: isFinished)
      let moves = try sink.names.withdraw(later, .partTakenBack)
      if !moves.isEmpty {
        withdrawals.append(Withdrawal(sink: sink.name, after: last.epoch, moves))
      }
    }
    return withdrawals
  }
}

extension BlockCodec {
  /// LZ4 blocks.
  static let lz4 = BlockCodec(compress: LZ4Block.compress, decompress: LZ4Block.decompress)
}
