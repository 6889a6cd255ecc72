import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire

/// The records of a run in its state folder.
final class StateRecords: RecordGateway {
  private let folder: StateFolder
  private let origin: RunOrigin
  private let job: JobPlan
  /// Nil where no sink makes files.
  private let journal: LineageJournal?

  /// The records of a run that goes on behind an epoch.
  init(_ folder: StateFolder, of origin: RunOrigin, _ job: JobPlan, after epoch: Epoch) {
    self.folder = folder
    self.origin = origin
    self.job = job
    let hasFiles = !LineagePoint.channels(of: job).isEmpty
    journal = hasFiles ? LineageJournal(folder, of: job, after: epoch) : nil
  }

  func write(_ numbers: RunNumbers) throws(WeirError) {
    try folder.write(RecordCodec.encode(numbers), as: folder.numbers) { step in
      switch step {
      case .written: .numbersWritten
      case .synced: .numbersSynced
      case .renamed: .numbersRenamed
      case .durable: .numbersDurable
      }
    }
  }

  func write(_ manifest: Manifest) throws(WeirError) {
    if manifest.isFinished { Failpoint.concluding.reached() }
    let stored = StoredManifest(manifest, of: origin.beside(manifest), writtenAt: WallClock.now())
    try folder.write(RecordCodec.encode(stored), as: folder.manifest(manifest.epoch)) { step in
      switch step {
      case .written: .manifestWritten
      case .synced: .manifestSynced
      case .renamed: .manifestRenamed
      case .durable: .manifestDurable
      }
    }
    journal?.note(LineagePoint(manifest, of: job))
    Failpoint.lineageNoted.reached()
    if manifest.isFinished { Failpoint.concluded.reached() }
  }

  func setAside(_ epoch: Epoch) throws(WeirError) {
    try folder.setAside([epoch])
    journal?.forget(from: epoch)
    Failpoint.manifestAside.reached()
  }

  func write(_ quarantine: [QuarantinedRow]) throws(WeirError) {
    try folder.write(RecordCodec.encode(quarantine), as: folder.quarantine) { step in
      switch step {
      case .written: .quarantineWritten
      case .synced: .quarantineSynced
      case .renamed: .quarantineRenamed
      case .durable: .quarantineDurable
      }
    }
  }

  func delete(_ epochs: [Epoch], files: [String]) {
    for epoch in epochs { try? Folder.removeTree(folder.manifest(epoch)) }
    // A manifest that comes back after a power failure must find its files.
    guard (try? Folder.sync(folder.path)) != nil else { return }
    Failpoint.checkpointsDropped.reached()
    for file in files { try? Folder.removeTree("\(folder.files)/\(file)") }
  }
}
