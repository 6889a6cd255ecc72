import WeirColumns
import WeirCore

/// Sources.
extension TopologyReader {
  mutating func source(named name: Located<String>, _ node: DocumentNode) -> SourceStage? {
    let subject = "source '\(name.value)'"
    guard let map = mapReading(node, .source, subject: subject, at: name.location) else {
      lacksNames = true
      return nil
    }
    let settings = settings(map)
    let fields = schema(map)
    guard let connector = connector(of: map), let entry = map[connector] else {
      lacksNames = true
      return nil
    }
    let read =
      connector == "file"
      ? fileSource(entry, map, fields, name) : generateSource(entry, map, name)
    guard var stage = read else {
      lacksNames = true
      return nil
    }
    stage.eventTime = settings.eventTime
    stage.hasWatermark = map.has("watermark")
    stage.lag = settings.lag
    stage.idleAfter = settings.idleAfter
    stage.maxAhead = settings.maxAhead
    stage.onBadRecord = settings.onBadRecord
    stage.processes = settings.processes
    stage.renamedFrom = settings.renamedFrom
    return stage
  }

  /// What sources of all connectors have.
  private struct SourceSettings {
    var eventTime: Located<String>?
    var lag: Int64 = 0
    var idleAfter: Int64?
    var maxAhead: Int64?
    var onBadRecord = BadRecordPolicy.fail
    var processes: Located<Int>?
    var renamedFrom: Located<String>?
  }

  private mutating func settings(_ map: MapReading) -> SourceSettings {
    var settings = SourceSettings()
    settings.eventTime = map["event_time"].flatMap { text($0) }
    if let entry = map["watermark"],
      let watermark = mapReading(entry, .watermark, subject: "'watermark' of \(map.subject)")
    {
      settings.lag = duration("lag", watermark)?.value ?? 0
      settings.idleAfter = duration("idle_after", watermark)?.value
      settings.maxAhead = duration("max_ahead", watermark)?.value
    }
    if let word = word("on_bad_record", map), let policy = BadRecordPolicy(rawValue: word.value) {
      settings.onBadRecord = policy
    }
    settings.processes = integer("processes", map)
    settings.renamedFrom = formerName(map)
    return settings
  }

  /// The one connector of a source or a sink; reported if there is none, or several.
  mutating func connector(of map: MapReading) -> String? {
    let written = map.shape.connectors.filter { map.has($0) }
    if written.count == 1 { return written[0] }
    if written.isEmpty {
      if !map.hasLaterKeys {
        report(
          .connectorCount,
          map.location,
          "\(map.subject) has no connector",
          hint: "add one of \(map.shape.connectors.list)"
        )
      }
    } else if let second = map[written[1]] {
      report(
        .connectorCount,
        second.key.location,
        "\(map.subject) has several connectors: \(written.list)",
        hint: "keep one of them"
      )
    }
    return nil
  }

  private mutating func fileSource(
    _ entry: DocumentEntry,
    _ map: MapReading,
    _ fields: [Located<FieldPlan>],
    _ name: Located<String>
  ) -> SourceStage? {
    if map["schema"] == nil {
      report(
        .missingKey,
        map.location,
        "\(map.subject) has no 'schema'",
        hint: "add it with one 'column: type' a line"
      )
      lacksNames = true
    }
    let format = format(map)
    guard let file = mapReading(entry, .fileSource, subject: "'file' of \(map.subject)") else {
      return nil
    }
    let follow = boolean("follow", file) ?? false
    let rate = number("rate", file)?.value
    guard let path = path("path", file) else { return nil }
    let plan = FileSourcePlan(
      path: path,
      follow: follow,
      format: format,
      fields: fields.map(\.value)
    )
    var stage = SourceStage(
      name: name,
      connector: Located(.file(plan), at: entry.key.location),
      fields: fields
    )
    stage.rate = rate
    return stage
  }

  private mutating func generateSource(
    _ entry: DocumentEntry,
    _ map: MapReading,
    _ name: Located<String>
  ) -> SourceStage? {
    for key in ["schema", "format", "csv"] {
      guard let entry = map[key] else { continue }
      report(
        .clauseConflict,
        entry.key.location,
        "'\(key)' stands beside 'generate'",
        hint: "remove it: the columns of 'generate' give names and types"
      )
    }
    guard let generated = generator(entry, map) else { return nil }
    let fields = generated.columns.map { column in
      Located(FieldPlan(column.value.name, column.value.type), at: column.location)
    }
    let plan = GeneratePlan(
      rows: generated.rows,
      seed: generated.seed,
      columns: generated.columns.map(\.value)
    )
    var stage = SourceStage(
      name: name,
      connector: Located(.generate(plan), at: entry.key.location),
      fields: fields
    )
    stage.rate = generated.rate
    return stage
  }

  /// How records are written, from `format` and `csv`.
  mutating func format(_ map: MapReading) -> RecordFormat {
    let isCSV = word("format", map)?.value == "csv"
    guard let entry = map["csv"] else {
      return isCSV ? .csv(header: true, delimiter: UInt8(ascii: ","), nulls: "") : .json
    }
    if !isCSV {
      report(
        .clauseConflict,
        entry.key.location,
        "'csv' stands beside the format json",
        hint: "write 'format: csv', or remove it"
      )
    }
    guard let options = mapReading(entry, .csv, subject: "'csv' of \(map.subject)") else {
      return .json
    }
    let header = boolean("header", options) ?? true
    // Here a bare `NULL` is what it says.
    let nulls = options["nulls"].flatMap { scalar($0.value, of: $0.key) }?.text ?? ""
    let delimiter = delimiter(options) ?? UInt8(ascii: ",")
    return isCSV ? .csv(header: header, delimiter: delimiter, nulls: nulls) : .json
  }

  private mutating func delimiter(_ map: MapReading) -> UInt8? {
    guard let entry = map["delimiter"], let text = text(entry) else { return nil }
    let value = text.value == "\\t" ? "\t" : text.value
    let refused = [UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0]
    guard let byte = value.utf8.first, value.utf8.count == 1, byte < 0x80, !refused.contains(byte)
    else {
      report(
        .outOfRange,
        text.location,
        "'delimiter' is '\(text.value)'",
        hint: "it is one ASCII character other than a quote and a line end"
      )
      return nil
    }
    return byte
  }
}
