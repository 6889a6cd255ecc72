import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire

/// The records of a run in its state folder.
final class StateRecords: RecordGateway {
  private let folder: StateFolder
  private let origin: RunOrigin

  init(_ folder: StateFolder, of origin: RunOrigin) {
    self.folder = folder
    self.origin = origin
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
    let stored = StoredManifest(manifest, of: origin)
    try folder.write(RecordCodec.encode(stored), as: folder.manifest(manifest.epoch)) { step in
      switch step {
      case .written: .manifestWritten
      case .synced: .manifestSynced
      case .renamed: .manifestRenamed
      case .durable: .manifestDurable
      }
    }
    if manifest.isFinished { Failpoint.concluded.reached() }
  }

  func setAside(_ epoch: Epoch) throws(WeirError) {
    try folder.setAside([epoch])
    Failpoint.manifestAside.reached()
  }

  func write(_ quarantine: [QuarantinedRow]) throws(WeirError) {
    try folder.write(RecordCodec.encode(quarantine), as: folder.quarantine)
  }

  func delete(_ epochs: [Epoch], files: [String]) {
    for epoch in epochs { try? Folder.removeTree(folder.manifest(epoch)) }
    // A manifest that comes back after a power failure must find its files.
    guard (try? Folder.sync(folder.path)) != nil else { return }
    Failpoint.checkpointsDropped.reached()
    for file in files { try? Folder.removeTree("\(folder.files)/\(file)") }
  }
}
