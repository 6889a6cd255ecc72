import WeirCore

/// Sinks.
extension TopologyReader {
  mutating func sink(named name: Located<String>, _ node: DocumentNode) -> SinkStage? {
    let subject = "sink '\(name.value)'"
    guard let map = mapReading(node, .sink, subject: subject, at: name.location) else { return nil }
    let from = streams(map)
    let delivery = delivery(map)
    let tag = newColumn("tag", map)
    let processes = integer("processes", map)
    guard let connector = connector(of: map), let entry = map[connector],
      let read = sinkConnector(connector, entry, map)
    else {
      // Nothing but the sink itself lacks; what it reads would seem unread.
      lacksNames = true
      return nil
    }
    var stage = SinkStage(name: name, connector: Located(read, at: entry.key.location))
    stage.from = from
    stage.delivery = delivery
    stage.tag = tag
    stage.processes = processes
    if from.isEmpty { lacksNames = true }
    return stage
  }

  private mutating func sinkConnector(
    _ connector: String,
    _ entry: DocumentEntry,
    _ map: MapReading
  ) -> SinkConnector? {
    switch connector {
    case "file":
      let format = sinkFormat(map)
      let subject = "'file' of \(map.subject)"
      guard let file = mapReading(entry, .fileSink, subject: subject),
        let path = path("path", file)
      else { return nil }
      return .file(FileSinkPlan(path: path, format: format, isSinglePart: false))
    case "stdout":
      checkEmpty(entry)
      return .standardOutput(sinkFormat(map))
    case "discard":
      checkEmpty(entry)
      return .discard
    default:
      preconditionFailure("'\(connector)' is no connector of a sink")
    }
  }

  private mutating func sinkFormat(_ map: MapReading) -> SinkFormat {
    switch format(map) {
    case .json: .json
    case .csv(let header, let delimiter, let nulls):
      .csv(header: header, delimiter: delimiter, nulls: nulls)
    }
  }

  /// A connector without options: nothing, or an empty map.
  private mutating func checkEmpty(_ entry: DocumentEntry) {
    switch entry.value.content {
    case .scalar(let scalar) where scalar.isAbsent: return
    case .map(let entries) where entries.isEmpty: return
    case .scalar, .list, .map:
      report(
        .wrongForm,
        entry.value.location,
        "'\(entry.key.text)' has no options",
        hint: "write '\(entry.key.text): {}'"
      )
    }
  }
}
