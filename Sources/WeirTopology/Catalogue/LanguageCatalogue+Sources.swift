import WeirCore

extension LanguageCatalogue {
  static let source = LanguageMap(
    name: .source,
    title: "A source",
    summary: "A source reads records of one connector and gives them event times.",
    entries: [
      LanguageEntry(
        "file",
        .map(.fileSource),
        "Reads files of JSON lines or CSV.",
        example: "{ path: \"data/*.jsonl\" }"
      ),
      LanguageEntry(
        "generate",
        .map(.generate),
        "Makes rows from their number.",
        example: "{ rows: 1000, columns: { id: { sequence: \"a%06d\" } } }"
      ),
      format,
      csvOptions,
      LanguageEntry(
        "schema",
        .typedNames(.field),
        "The columns in order, with their types.",
        example: "{ id: string, amount: decimal(2) }"
      ),
      LanguageEntry(
        "event_time",
        .column,
        "The timestamp column that holds the event time; without it the time of reading is used.",
        example: "terminal_ts"
      ),
      LanguageEntry(
        "watermark",
        .map(.watermark),
        "How far event times may be out of order.",
        example: "{ lag: 45s }"
      ),
      LanguageEntry(
        "on_bad_record",
        .word(BadRecordPolicy.allCases.map(\.rawValue)),
        "What happens to a record that does not parse; 'divert' sends it to SOURCE.rejected.",
        standard: "fail",
        example: "divert"
      ),
      processes,
      renamedFrom,
      .later("kafka", "Reads a topic of Kafka."),
      .later("http", "Takes records over HTTP."),
      .later("postgres", "Polls a query of PostgreSQL."),
    ],
    connectors: ["file", "generate"]
  )

  static let fileSource = LanguageMap(
    name: .fileSource,
    title: "file (of a source)",
    summary: "Each file is a partition with a position and a clock of its own. With `follow: true` "
      + "files are found while the run goes on: a new one is read from its beginning, a renamed one "
      + "goes on where it was, and one that has gone is read to its end and told of. After a failure "
      + "files are found again that were moved within their folder. With several `processes` the inode "
      + "of a file says which of them reads it.",
    entries: [
      LanguageEntry(
        "path",
        .path,
        "A file or a glob, relative to the folder of the topology file.",
        example: "data/payments-*.jsonl",
        isRequired: true
      ),
      LanguageEntry(
        "follow",
        .boolean,
        "Whether to wait for more, also for new files that match.",
        standard: "false",
        example: "true"
      ),
      LanguageEntry(
        "rate",
        .number(.positive),
        "Rows per second; without it as fast as possible.",
        example: "2000"
      ),
    ]
  )

  static let csv = LanguageMap(
    name: .csv,
    title: "csv",
    summary: "How CSV is read and written.",
    entries: [
      LanguageEntry(
        "header",
        .boolean,
        "Whether the first line names the columns.",
        standard: "true",
        example: "false"
      ),
      LanguageEntry(
        "delimiter",
        .text,
        "The one ASCII character between two values; '\\t' is a tab.",
        standard: "\",\"",
        example: "\";\""
      ),
      LanguageEntry(
        "nulls",
        .text,
        "The text that stands for null.",
        standard: "\"\"",
        example: "NULL"
      ),
    ]
  )

  static let field = LanguageMap(
    name: .field,
    title: "A column of a schema",
    summary: "A column is written as its type, or as a map if it needs more.",
    entries: [
      LanguageEntry(
        "type",
        .columnType,
        "The type of the column.",
        example: "decimal(2)",
        isRequired: true
      ),
      LanguageEntry(
        "path",
        .text,
        "Where the value lies in nested JSON objects.",
        example: "merchant.id"
      ),
      LanguageEntry(
        "unit",
        .word(FieldPlan.TimeUnit.allCases.map(\.rawValue)),
        "What a number counts that is read as a timestamp.",
        standard: "ms",
        example: "s"
      ),
    ]
  )

  static let watermark = LanguageMap(
    name: .watermark,
    title: "watermark",
    summary: "A watermark promises that no earlier event times come.",
    entries: [
      LanguageEntry(
        "lag",
        .duration(atLeast: 0),
        "How far the watermark stays behind the highest event time.",
        standard: "0s",
        example: "45s"
      ),
      LanguageEntry(
        "idle_after",
        .duration(atLeast: 1_000),
        "After how long without a row a partition is left out.",
        example: "30s"
      ),
      LanguageEntry(
        "max_ahead",
        .duration(atLeast: 0),
        "A time further ahead of all before it and of the clock makes a bad record.",
        example: "1d"
      ),
    ]
  )

  static let generate = LanguageMap(
    name: .generate,
    title: "generate",
    summary: "Row i is a function of the seed and i, so a replay gives the same rows.",
    entries: [
      LanguageEntry(
        "rows",
        .integer(0...1_000_000_000_000_000),
        "How many rows; without it they never end.",
        example: "10000000"
      ),
      LanguageEntry(
        "rate",
        .number(.positive),
        "Rows per second; without it as fast as possible.",
        example: "40000"
      ),
      LanguageEntry(
        "seed",
        .integer(0...Int.max),
        "Another seed gives other rows.",
        standard: "0",
        example: "1"
      ),
      LanguageEntry(
        "columns",
        .named(.generatedColumn),
        "The columns in order.",
        example: "{ id: { sequence: \"a%06d\" } }",
        isRequired: true
      ),
    ]
  )

  static let generatedColumn = LanguageMap(
    name: .generatedColumn,
    title: "A column of generate",
    summary: "A column is of one kind, which gives its type unless 'type' does.",
    entries: [
      LanguageEntry(
        "sequence",
        .text,
        "A pattern with one '%d' for the row number.",
        example: "\"a%09d\""
      ),
      LanguageEntry(
        "pick",
        .text,
        "A pattern with one '%d' for a number below 'count', drawn by Zipf's law.",
        example: "\"c%06d\""
      ),
      LanguageEntry("weights", .weights, "Texts and their weights.", example: "{ A: 0.8, B: 0.2 }"),
      LanguageEntry(
        "uniform",
        .interval,
        "Numbers from the first to the second.",
        example: "[1, 9]"
      ),
      LanguageEntry(
        "normal",
        .map(.normal),
        "Numbers around a mean.",
        example: "{ mean: 20, deviation: 4 }"
      ),
      LanguageEntry(
        "lognormal",
        .map(.lognormal),
        "Numbers whose logarithms lie around that of a median.",
        example: "{ median: 24, sigma: 1.1 }"
      ),
      LanguageEntry(
        "clock",
        .map(.clock),
        "Times, a little later with each row.",
        example: "{ rows_per_second: 2000 }"
      ),
      LanguageEntry(
        "count",
        .integer(1...1_000_000_000_000),
        "Of 'pick': how many there are to pick from.",
        example: "100000"
      ),
      LanguageEntry(
        "skew",
        .number(NumberRange(least: 0, greatest: 100, isAbove: false)),
        "Of 'pick': the exponent of Zipf's law; 0 picks all alike.",
        standard: "0",
        example: "1.1"
      ),
      LanguageEntry(
        "disorder",
        .duration(atLeast: 0),
        "Of 'clock': by how much a row may be behind.",
        standard: "0s",
        example: "45s"
      ),
      LanguageEntry(
        "late",
        .map(.late),
        "Of 'clock': a share of rows that is much behind.",
        example: "{ fraction: 0.0001, by: [3m, 60m] }"
      ),
      LanguageEntry("min", .number(.any), "Of numbers: smaller ones become this.", example: "0"),
      LanguageEntry("max", .number(.any), "Of numbers: greater ones become this.", example: "5000"),
      LanguageEntry(
        "nulls",
        .number(.fraction),
        "The share of nulls.",
        standard: "0",
        example: "0.01"
      ),
      LanguageEntry(
        "type",
        .columnType,
        "The type; by default string, of numbers float, of 'clock' timestamp.",
        example: "decimal(2)"
      ),
    ]
  )

  static let normal = LanguageMap(
    name: .normal,
    title: "normal",
    summary: "A normal distribution.",
    entries: [
      LanguageEntry("mean", .number(.any), "The mean.", example: "20", isRequired: true),
      LanguageEntry(
        "deviation",
        .number(.atLeast(0)),
        "The standard deviation.",
        example: "4",
        isRequired: true
      ),
    ]
  )

  static let lognormal = LanguageMap(
    name: .lognormal,
    title: "lognormal",
    summary: "A lognormal distribution.",
    entries: [
      LanguageEntry(
        "median",
        .number(.positive),
        "The median.",
        example: "24.00",
        isRequired: true
      ),
      LanguageEntry(
        "sigma",
        .number(NumberRange(least: 0, greatest: 100, isAbove: false)),
        "The standard deviation of the logarithm.",
        example: "1.1",
        isRequired: true
      ),
    ]
  )

  static let clock = LanguageMap(
    name: .clock,
    title: "clock",
    summary: "Row i is at start + i / rows_per_second.",
    entries: [
      LanguageEntry(
        "start",
        .time,
        "The time of the first row; without it when the run starts.",
        example: "2026-01-01T00:00:00Z"
      ),
      LanguageEntry(
        "rows_per_second",
        .number(.positive),
        "How many rows share a second; by default the 'rate' of generate.",
        example: "2000"
      ),
    ]
  )

  static let late = LanguageMap(
    name: .late,
    title: "late",
    summary: "Rows that come much later than their time.",
    entries: [
      LanguageEntry(
        "fraction",
        .number(.fraction),
        "The share of such rows.",
        example: "0.0001",
        isRequired: true
      ),
      LanguageEntry(
        "by",
        .durations,
        "From how much to how much they are behind.",
        example: "[3m, 60m]",
        isRequired: true
      ),
    ]
  )
}
