import WeirCore

/// What the stages of a topology share.
extension TopologyReader {
  mutating func readSettings(_ map: MapReading, _ file: inout TopologyFile) {
    file.checkpoints = checkpoints(map)
    if let entry = map["batch"], let batch = mapReading(entry, .batch, subject: "'batch'") {
      if let rows = integer("rows", batch) { file.batch.rows = rows.value }
      if let linger = duration("linger", batch) {
        file.batch.lingerNanoseconds = linger.value * 1_000
      }
      if let word = word("compression", batch),
        let compression = BatchSettings.Compression(rawValue: word.value)
      {
        file.batch.compression = compression
      }
    }
    if let entry = map["restarts"],
      let restarts = mapReading(entry, .restarts, subject: "'restarts'")
    {
      file.mostRestarts = integer("most", restarts)?.value
      file.restartsWithin = duration("within", restarts)?.value
    }
    file.keyGroups = integer("key_groups", map)
  }

  private mutating func checkpoints(_ map: MapReading) -> CheckpointsClause? {
    guard let entry = map["checkpoints"] else { return nil }
    var clause = CheckpointsClause()
    if case .scalar(let scalar) = entry.value.content, scalar.text == "none" {
      clause.isOn = false
      return clause
    }
    guard let checkpoints = mapReading(entry, .checkpoints, subject: "'checkpoints'") else {
      return nil
    }
    if let every = duration("every", checkpoints) { clause.every = every.value }
    clause.store = store(checkpoints)
    if let keep = integer("keep", checkpoints) { clause.keep = keep.value }
    if let most = integer("max_failures", checkpoints) { clause.maximumFailures = most.value }
    clause.timeout = duration("timeout", checkpoints)?.value
    return clause
  }

  /// An absolute folder; `file:` says that it is one.
  private mutating func store(_ map: MapReading) -> String? {
    guard let entry = map["store"], let store = text(entry) else { return nil }
    if store.value.hasPrefix("s3:") {
      reportLater("a 'store' in s3", store.location)
      return nil
    }
    guard store.value.hasPrefix("file:"), store.value.utf8.count > 5 else {
      report(
        .unknownWord,
        store.location,
        "'store' is '\(store.value)'",
        hint: "write a folder behind 'file:', such as file:./state"
      )
      return nil
    }
    return absolute(String(store.value.dropFirst(5)))
  }

  /// A map of the catalogue under a key.
  mutating func mapReading(
    _ entry: DocumentEntry,
    _ name: MapName,
    subject: String
  ) -> MapReading? {
    mapReading(entry.value, name, subject: subject, at: entry.key.location)
  }

  /// The guarantee that is asked for.
  mutating func delivery(_ map: MapReading) -> Located<SinkStage.Delivery>? {
    guard let word = word("delivery", map), let delivery = SinkStage.Delivery(rawValue: word.value)
    else { return nil }
    return Located(delivery, at: word.location)
  }
}
