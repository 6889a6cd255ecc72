import WeirCore
import WeirPOSIX
import WeirWire

/// Writes the keyed state of an instance into one file that needs no other.
struct StateFileWriter {
  private let name: String
  private let folder: String
  private let epoch: Epoch

  /// Bytes that are read, and written, at once.
  private static let sliceBytes = 4 << 20

  init(_ name: String, in folder: String, epoch: Epoch) {
    self.name = name
    self.folder = folder
    self.epoch = epoch
  }

  /// Copies a state as it is; durable but for its name.
  ///
  /// Throws as `StateReading.next` and `FileWriter` do. O(bytes).
  func copy(_ reading: StateReading, keyGroups: Int) throws(WeirError) -> StateReference {
    try write(reading.description, keyGroups: keyGroups, tables: reading.directory.tables) {
      () throws(WeirError) in try reading.next(maximumBytes: Self.sliceBytes)
    }
  }

  /// Writes the sections that `next` hands out until it gives none: the state that is described.
  func write(
    _ description: StateDescription,
    keyGroups: Int,
    tables: [StateTable],
    next: () throws(WeirError) -> [StateSection]
  ) throws(WeirError) -> StateReference {
    let file = try FileWriter(creating: "\(folder)/\(name)", mode: 0o600)
    var writer = SnapshotWriter(description, keyGroups: keyGroups, codec: .lz4)
    var buffer: [UInt8] = []
    func flush() throws(WeirError) {
      try buffer.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
      buffer.removeAll(keepingCapacity: true)
    }
    writer.begin(epoch, file: name, live: tables, isFull: true, into: &buffer)
    while true {
      let sections = try next()
      if sections.isEmpty { break }
      for section in sections { writer.append(section, into: &buffer) }
      try flush()
    }
    let summary = writer.finish(into: &buffer)
    try flush()
    try file.sync()
    file.close()
    return StateReference(file: name, bytes: Int64(summary.length))
  }
}

extension SnapshotDirectory {
  /// The tables that it has pieces of, each once, in order.
  var tables: [StateTable] {
    var tables: [StateTable] = []
    for entry in entries where tables.last != entry.address.table {
      tables.append(entry.address.table)
    }
    return tables
  }
}
