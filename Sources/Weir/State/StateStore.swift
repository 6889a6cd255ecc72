import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire

/// The keyed state of an instance in files of the state folder: one a snapshot, never changed.
final class StateStore: StateGateway {
  private let folder: String
  private let instance: InstanceID
  private let incarnation: Incarnation
  private let description: StateDescription
  private let keyGroups: Int
  /// Which key groups are the instance's.
  private var owned: [Bool]
  private let codec: BlockCodec
  private var writer: SnapshotWriter
  private var file: (name: String, writer: FileWriter)?
  private var buffer: [UInt8] = []
  private var unsynced = 0
  /// Nothing was written since the state began: then all that is written is all there is.
  private var isNew = true
  /// What is being read, and what comes after it.
  private var readings: [StateReading] = []

  /// Bytes after which the disk is waited for, so that the end of a large file takes no longer.
  private static let syncedBytes = 8 << 20
  /// Bytes that are restored in one turn.
  private static let restoredBytes = 1 << 20

  /// Makes the store of an instance, of a stage with so many processes; `folder` is that of the state
  /// files, and exists.
  init(
    in folder: String,
    instance: InstanceID,
    incarnation: Incarnation,
    processes: Int,
    description: StateDescription,
    keyGroups: Int,
    codec: BlockCodec
  ) {
    self.folder = folder
    self.instance = instance
    self.incarnation = incarnation
    self.description = description
    self.keyGroups = keyGroups
    self.codec = codec
    owned = []
    writer = SnapshotWriter(description, keyGroups: keyGroups, codec: codec)
    laidOut(RunLayout.Stage(instance.stage, processes: processes, declared: processes))
  }

  func laidOut(_ stage: RunLayout.Stage) {
    owned = stage.table(keyGroups: keyGroups).owners.map { $0 == instance.index }
  }

  // MARK: Writing

  func begin(_ epoch: Epoch, live: [StateTable], isFull: Bool) throws(WeirError) {
    precondition(file == nil, "epoch \(epoch.number) begins before the last file ends")
    precondition(
      isFull || isNew || !writer.needsFull,
      "epoch \(epoch.number) builds on a file that was lost"
    )
    let name = "\(instance.stage)-\(instance.index)-\(epoch.number)-\(incarnation.number)"
    isNew = false
    do throws(WeirError) {
      file = (name, try FileWriter(creating: "\(folder)/\(name)", mode: 0o600))
    } catch {
      writer.abandon()
      throw error
    }
    writer.begin(
      epoch,
      file: name,
      live: live,
      isFull: isFull || writer.needsFull,
      into: &buffer
    )
    try write()
  }

  func write(_ sections: [StateSection]) throws(WeirError) {
    for section in sections { writer.append(section, into: &buffer) }
    try write()
  }

  func finish() throws(WeirError) -> (StateReference, rewriting: [StateAddress]) {
    let summary = writer.finish(into: &buffer)
    try write()
    do throws(WeirError) {
      try file?.writer.sync()
      file?.writer.close()
      Failpoint.stateSynced.reached()
      try Folder.sync(folder)
      Failpoint.stateDurable.reached()
    } catch {
      giveUp()
      throw error
    }
    file = nil
    let reference = StateReference(
      file: summary.file,
      earlier: summary.files.filter { $0 != summary.file },
      bytes: Int64(summary.length)
    )
    return (reference, writer.rewrites)
  }

  private func write() throws(WeirError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    guard let file else { preconditionFailure("state of '\(instance)' without a file") }
    do throws(WeirError) {
      try buffer.span.withUnsafeBytes { raw throws(WeirError) in try file.writer.append(raw) }
      unsynced += buffer.count
      guard unsynced >= Self.syncedBytes else { return }
      unsynced = 0
      try file.writer.sync()
    } catch {
      giveUp()
      throw error
    }
  }

  /// Removes the file that was being written; the next one is full.
  private func giveUp() {
    writer.abandon()
    // One that stays is removed by the next run.
    try? file?.writer.discard()
    file = nil
  }

  // MARK: Reading

  func open(
    _ state: StateReference?,
    inheriting others: [StateReference]
  ) throws(WeirError) {
    // What was being written belongs to a time that is given up.
    giveUp()
    buffer.removeAll()
    readings = []
    isNew = state == nil && others.isEmpty
    writer = SnapshotWriter(description, keyGroups: keyGroups, codec: codec)
    if let state {
      let opened = try StateReading(state, in: folder, of: description, codec: codec)
      writer = SnapshotWriter(
        description,
        keyGroups: keyGroups,
        codec: codec,
        directory: opened.directory
      )
      readings = [opened]
    } else {
      for other in others {
        readings.append(
          try StateReading(other, in: folder, of: description, groups: owned, codec: codec)
        )
      }
    }
  }

  func read() throws(WeirError) -> [StateSection] {
    while let reading = readings.first {
      let sections = try reading.next(maximumBytes: Self.restoredBytes)
      guard sections.isEmpty else { return sections }
      readings.removeFirst()
    }
    return []
  }
}
