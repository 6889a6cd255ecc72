import WeirCore

/// Every key of the language, once: checks, the schema for editors and the reference come from it.
package enum LanguageCatalogue {
  /// In the order of the reference.
  package static let maps: [LanguageMap] = MapName.allCases.map { map($0) }

  package static func map(_ name: MapName) -> LanguageMap {
    switch name {
    case .topology: topology
    case .checkpoints: checkpoints
    case .batch: batch
    case .restarts: restarts
    case .source: source
    case .fileSource: fileSource
    case .generate: generate
    case .generatedColumn: generatedColumn
    case .normal: normal
    case .lognormal: lognormal
    case .clock: clock
    case .late: late
    case .csv: csv
    case .field: field
    case .watermark: watermark
    case .operator: operatorStage
    case .window: window
    case .sink: sink
    case .fileSink: fileSink
    }
  }

  static let processes = LanguageEntry(
    "processes",
    .integer(1...Limits.processes),
    "How many processes run the stage. A run that goes on may have another number, but for sinks and "
      + "for sources that generate or follow.",
    standard: "1",
    example: "2"
  )
  static let renamedFrom = LanguageEntry(
    "renamed_from",
    .name,
    "The former name of the stage: a run that begins at a savepoint goes on with the state that it had "
      + "under that name.",
    example: "declines"
  )
  static let format = LanguageEntry(
    "format",
    .word(["json", "csv"]),
    "The text form of records: one JSON object a line, or CSV.",
    standard: "json",
    example: "csv"
  )
  static let csvOptions = LanguageEntry(
    "csv",
    .map(.csv),
    "How CSV is written.",
    example: "{ header: true, delimiter: \";\" }"
  )

  /// What the stages of a topology share.
  private static let topology = LanguageMap(
    name: .topology,
    title: "The file",
    summary: "A topology is a graph of named sources, operators and sinks.",
    entries: [
      LanguageEntry(
        "weir",
        .integer(1...1),
        "The version of the language.",
        example: "1",
        isRequired: true
      ),
      LanguageEntry(
        "name",
        .name,
        "Names the run, its state and its sockets.",
        example: "harbor-fleet",
        isRequired: true
      ),
      LanguageEntry(
        "description",
        .text,
        "What the topology is for.",
        example: "Flags cards with rapid declines."
      ),
      LanguageEntry(
        "checkpoints",
        .mapOrWord(.checkpoints, "none"),
        "How often the state of all stages is kept, and where.",
        example: "{ every: 10s, store: \"file:./state\" }"
      ),
      LanguageEntry(
        "batch",
        .map(.batch),
        "How rows are gathered before they travel.",
        example: "{ rows: 8192, linger: 5ms }"
      ),
      LanguageEntry(
        "restarts",
        .map(.restarts),
        "How often a failing process is started again.",
        example: "{ most: 5, within: 10m }"
      ),
      LanguageEntry(
        "key_groups",
        .integer(1...Limits.largestKeyGroups),
        "The upper bound of 'processes', fixed for the life of the state.",
        standard: "\(Limits.keyGroups)",
        example: "128"
      ),
      LanguageEntry(
        "sources",
        .named(.source),
        "Where rows come from.",
        example: "{ payments: { file: { path: p.jsonl }, schema: { id: string } } }",
        isRequired: true
      ),
      LanguageEntry(
        "operators",
        .named(.operator),
        "What is done with rows.",
        example: "{ declines: { from: payments, where: \"status = 'DECLINED'\" } }"
      ),
      LanguageEntry(
        "sinks",
        .named(.sink),
        "Where rows go.",
        example: "{ alerts: { from: declines, stdout: {} } }",
        isRequired: true
      ),
      .later("tables", "Tables for lookups."),
    ]
  )

  private static let checkpoints = LanguageMap(
    name: .checkpoints,
    title: "checkpoints",
    summary: "A checkpoint is the state of all stages at one point of the input.",
    entries: [
      LanguageEntry(
        "every",
        .duration(atLeast: 1_000),
        "The time from one checkpoint to the next.",
        standard: "10s",
        example: "30s"
      ),
      LanguageEntry(
        "store",
        .path,
        "The folder of the state, behind 'file:'; it lies in STORE/NAME.",
        standard: "file:./.weir",
        example: "file:./state"
      ),
      LanguageEntry(
        "keep",
        .integer(1...1_000),
        "How many complete checkpoints are kept.",
        standard: "3",
        example: "3"
      ),
      LanguageEntry(
        "max_failures",
        .integer(1...1_000_000),
        "How many checkpoints in a row may fail before the run stops.",
        standard: "5",
        example: "5"
      ),
      LanguageEntry(
        "timeout",
        .duration(atLeast: 1_000),
        "How long a checkpoint may take; by default the greater of 60s and ten times 'every'.",
        example: "60s"
      ),
      .later("unaligned_after", "When a barrier overtakes the rows before it."),
    ]
  )

  private static let batch = LanguageMap(
    name: .batch,
    title: "batch",
    summary: "Rows travel in batches.",
    entries: [
      LanguageEntry(
        "rows",
        .integer(1...Limits.largestBatchRows),
        "The most rows of a batch.",
        standard: "\(Limits.batchRows)",
        example: "8192"
      ),
      LanguageEntry(
        "linger",
        .duration(atLeast: 0),
        "How long a batch waits for more rows; at most half of it in a process with nothing else to do.",
        standard: "5ms",
        example: "20ms"
      ),
      LanguageEntry(
        "compression",
        .word(BatchSettings.Compression.allCases.map(\.rawValue)),
        "Whether batches are compressed; 'auto' leaves it out where it does not pay.",
        standard: "lz4",
        example: "auto"
      ),
    ]
  )

  private static let restarts = LanguageMap(
    name: .restarts,
    title: "restarts",
    summary: "A process that failed is started again from the last complete checkpoint.",
    entries: [
      LanguageEntry(
        "most",
        .integer(0...1_000),
        "How many failures of one process may count before the run stops: those since the last complete "
          + "checkpoint, and crashes of its own 'within' a time.",
        standard: "5",
        example: "5"
      ),
      LanguageEntry(
        "within",
        .duration(atLeast: 1_000_000),
        "How long a crash counts, however many checkpoints are complete meanwhile. What comes from "
          + "outside, a kill or a process that was stopped, counts until the next one.",
        standard: "10m",
        example: "10m"
      ),
    ]
  )
}
