extension DiagnosticCode {
  /// Of keys and names.
  var structureExplanation: DiagnosticExplanation {
    switch self {
    case .unknownKey:
      DiagnosticExplanation(
        "an unknown key",
        "Every key must be one that the language knows at this place: a misspelt clause "
          + "would otherwise be left out without a word. The hint names the nearest known key, "
          + "or the map in which the key belongs. Keys that begin with `x-` are yours and are "
          + "not read.",
        faulty: "wehre: amount > 3",
        remedy: "where: amount > 3"
      )
    case .missingKey:
      DiagnosticExplanation(
        "something required is missing",
        "A topology needs `weir`, `name`, at least one source and one sink; a source needs a "
          + "connector and what that connector requires; operators and sinks need `from`. The "
          + "place shown is the name of the stage that lacks it.",
        faulty: "sinks:\n  out: { file: { path: out.jsonl } }",
        remedy: "sinks:\n  out: { from: payments, file: { path: out.jsonl } }"
      )
    case .unknownVersion:
      DiagnosticExplanation(
        "an unknown version of the language",
        "`weir: 1` says in which version of the language the file is written, so that a "
          + "later version of Weir can go on reading it as it was meant. This version knows 1 "
          + "only.",
        faulty: "weir: 2",
        remedy: "weir: 1"
      )
    case .badName:
      DiagnosticExplanation(
        "not a name",
        "Names of runs and stages become parts of file names, sockets and metrics. They "
          + "begin with a small letter and go on with small letters, digits, `_` and `-`, at "
          + "most 64 characters. A stream is the name of a stage, or STAGE.PORT. Column names "
          + "are free, but for control characters.",
        faulty: "name: Harbor Fleet",
        remedy: "name: harbor-fleet"
      )
    case .duplicateName:
      DiagnosticExplanation(
        "a name that is taken",
        "A stage is called by its name in `from`, in ports and in metrics, so names are "
          + "unique over sources, operators and sinks together. Columns are unique within a "
          + "schema, and a list names each of its members once.",
        faulty: "sources: { payments: … }\nsinks: { payments: … }",
        remedy: "sources: { payments: … }\nsinks: { paid: … }"
      )
    case .wrongForm:
      DiagnosticExplanation(
        "a value of the wrong form",
        "A place takes a single value, a list or a map, and another of the three is written "
          + "here, or nothing at all. Remember that a text which begins with `[` or `{` is read "
          + "as a list or a map unless it is in double quotes, and that a line `key:` with "
          + "nothing behind it has no value.",
        faulty: "let: amount * 2",
        remedy: "let:\n  double: amount * 2"
      )
    case .connectorCount:
      DiagnosticExplanation(
        "no connector, or several",
        "Every source reads from exactly one connector and every sink writes to exactly one. "
          + "Its options stand in a map under its name.",
        faulty: "out: { from: payments }",
        remedy: "out: { from: payments, stdout: {} }"
      )
    case .clauseConflict:
      DiagnosticExplanation(
        "keys that do not go together",
        "A key stands beside one that makes it meaningless, or without one that it needs, "
          + "and would have no effect. A `window` aggregates nothing without `aggregate`, "
          + "`having` filters the results of an aggregate, `csv` describes the format csv, and "
          + "the columns of `generate` take the place of a schema.",
        faulty: "window: { tumbling: 5m }",
        remedy: "window: { tumbling: 5m }\naggregate: { rows: count() }"
      )
    case .hiddenName:
      DiagnosticExplanation(
        "a reserved name",
        "Names that begin with `_` or `weir_` are Weir's own: it adds such columns and "
          + "stages, and they would collide with yours. Choose another name; a field of that "
          + "name in your records can be read by `path`.",
        faulty: "schema: { _id: string }",
        remedy: "schema: { id: { type: string, path: _id } }"
      )
    case .notYet:
      DiagnosticExplanation(
        "a word of a later version",
        "The word belongs to the language, and this version of Weir does not carry it out "
          + "yet. It is refused rather than passed over, since a topology without it would do "
          + "something else.",
        faulty: "lookup: { table: merchants, by: merchant_id }",
        remedy: "(not with this version)"
      )
    default: preconditionFailure("'\(self)' is explained elsewhere")
    }
  }
}
