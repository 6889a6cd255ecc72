import WeirCore

extension LanguageCatalogue {
  static let operatorStage = LanguageMap(
    name: .operator,
    title: "An operator",
    summary: "An operator reads like a query: its clauses apply in the order of this table.",
    entries: [
      LanguageEntry(
        "from",
        .streams,
        "The stage or port that is read, or a list of them.",
        example: "[payments, refunds]",
        isRequired: true
      ),
      LanguageEntry(
        "let",
        .expressions,
        "New columns in order; later ones see earlier ones.",
        example: "{ day: \"cast(ts as string)\" }"
      ),
      LanguageEntry(
        "where",
        .expression,
        "Rows for which this is not true are dropped.",
        example: "status = 'DECLINED'"
      ),
      LanguageEntry(
        "key",
        .columns,
        "The columns by which the stream is partitioned.",
        example: "card_token"
      ),
      LanguageEntry(
        "window",
        .map(.window),
        "Which rows of a key are aggregated together.",
        example: "{ tumbling: 5m }"
      ),
      LanguageEntry(
        "aggregate",
        .expressions,
        "New columns made of all rows of a key and window.",
        example: "{ n: count() }"
      ),
      LanguageEntry("having", .expression, "Filters the result rows.", example: "n > 3"),
      LanguageEntry(
        "select",
        .selection,
        "The columns of the output row.",
        example: "[card_token, n]"
      ),
      processes,
      renamedFrom,
      LanguageEntry(
        "on_error",
        .word(ErrorPolicy.allCases.map(\.rawValue)),
        "What happens to a row in which an expression fails, or which kills the operator; 'divert' "
          + "sends it to OPERATOR.errors or OPERATOR.poison.",
        standard: "fail",
        example: "skip"
      ),
      LanguageEntry(
        "combine",
        .word(CombineMode.allCases.map(\.rawValue)),
        "Whether senders add rows up by key and window before they send them, so that a key with most "
          + "of the rows keeps no process busy alone; no result changes. 'auto': those keys of which a "
          + "batch has at least \(CombineLimits.leastOfGroup) rows, while they have one row in "
          + "\(CombineLimits.leastShare) of it. Tumbling and sliding windows only, and no sums, averages "
          + "or deviations of floats.",
        standard: CombineMode.auto.rawValue,
        example: "never"
      ),
      LanguageEntry(
        "tag",
        .column,
        "Adds a column with the name of the stage that a row comes from.",
        example: "origin"
      ),
      .later("lookup", "Joins a stream to a table."),
      .later("join", "Joins two streams."),
      .later("dedup", "Keeps the first row of each key within a time."),
      .later("rank", "Keeps the top rows."),
      .later("pattern", "Finds sequences of rows."),
      .later("call", "Asks a service for each row."),
      .later("process", "Runs an operator written in Swift."),
      .later("split", "Deals rows to named ports by conditions."),
      .later("flatten", "One row per element of a list column."),
      .later("expire", "Drops the state of a key after a time without a row."),
    ]
  )

  static let window = LanguageMap(
    name: .window,
    title: "window",
    summary: "One of 'tumbling', 'sliding' and 'session' gives the shape.",
    entries: [
      LanguageEntry(
        "tumbling",
        .duration(atLeast: 1),
        "The length of windows side by side.",
        example: "5m"
      ),
      LanguageEntry(
        "sliding",
        .duration(atLeast: 1),
        "The length of windows that overlap.",
        example: "10m"
      ),
      LanguageEntry(
        "every",
        .duration(atLeast: 1),
        "Of 'sliding': how often a window starts; its length is a multiple of it.",
        example: "1m"
      ),
      LanguageEntry(
        "session",
        .duration(atLeast: 1),
        "The longest gap between two rows of a window.",
        example: "30m"
      ),
      LanguageEntry(
        "offset",
        .duration(atLeast: -TopologyLimits.longestDuration),
        "Of 'tumbling' and 'sliding': windows are aligned to 1970-01-01T00:00Z plus this.",
        standard: "0s",
        example: "8h"
      ),
      LanguageEntry(
        "allowed_lateness",
        .duration(atLeast: 0),
        "How long a window that has fired takes late rows and fires again. An on-time result never "
          + "has a late row, however far the operator was when the row came.",
        standard: "0s",
        example: "2m"
      ),
      LanguageEntry(
        "early",
        .duration(atLeast: 1_000),
        "How often an open window gives a preliminary result, in processing time.",
        example: "10s"
      ),
      .later("rolling", "For every row the aggregate over the time before it."),
      .later("corrections", "Of 'rolling': repeats rows after a late one."),
    ]
  )

  static let sink = LanguageMap(
    name: .sink,
    title: "A sink",
    summary: "A sink writes rows to one connector.",
    entries: [
      LanguageEntry(
        "from",
        .streams,
        "The stage or port that is written, or a list of them.",
        example: "declines",
        isRequired: true
      ),
      LanguageEntry(
        "file",
        .map(.fileSink),
        "Writes files of JSON lines or CSV.",
        example: "{ path: out/alerts.jsonl }"
      ),
      LanguageEntry("stdout", .nothing, "Writes to the standard output.", example: "{}"),
      LanguageEntry("discard", .nothing, "Counts rows and drops them.", example: "{}"),
      format,
      csvOptions,
      LanguageEntry(
        "delivery",
        .word(SinkStage.Delivery.allCases.map(\.rawValue)),
        "The guarantee that is asked for; by default the strongest that the sink can give.",
        example: "at-least-once"
      ),
      LanguageEntry(
        "tag",
        .column,
        "Adds a column with the name of the stage that a row comes from.",
        example: "origin"
      ),
      processes,
      .later("kafka", "Writes to a topic of Kafka."),
      .later("postgres", "Writes to a table of PostgreSQL."),
      .later("http", "Posts rows over HTTP."),
    ],
    connectors: ["file", "stdout", "discard"]
  )

  static let fileSink = LanguageMap(
    name: .fileSink,
    title: "file (of a sink)",
    summary: "Output comes in parts, each visible when it is complete.",
    entries: [
      LanguageEntry(
        "path",
        .path,
        "The file, or what the names of its parts are made of; with '/' at its end a folder.",
        example: "out/alerts.jsonl",
        isRequired: true
      ),
      .later("roll", "When a part ends."),
    ]
  )
}
