extension DiagnosticCode {
  /// Of single values.
  var valueExplanation: DiagnosticExplanation {
    switch self {
    case .missingUnit:
      DiagnosticExplanation(
        "a number without a unit",
        "A duration always has a unit, since `5` may mean seconds to one reader and "
          + "milliseconds to the next. Units are d, h, m, s, ms and us.",
        faulty: "linger: 5",
        remedy: "linger: 5ms"
      )
    case .badDuration:
      DiagnosticExplanation(
        "not a duration",
        "A duration is written in whole numbers with units, the greatest unit first and each "
          + "at most once: `500us`, `250ms`, `45s`, `10m`, `1h30m`, `1d`. There are no "
          + "fractions: one and a half hours are `1h30m`.",
        faulty: "lag: 1.5h",
        remedy: "lag: 1h30m"
      )
    case .badTime:
      DiagnosticExplanation(
        "not a time",
        "A time is written as RFC 3339 with its offset from UTC, so that it means one "
          + "instant everywhere: `2026-01-01T00:00:00Z` or `2026-01-01T02:00:00+02:00`. Years "
          + "are 0001 to 9999.",
        faulty: "start: 2026-01-01",
        remedy: "start: 2026-01-01T00:00:00Z"
      )
    case .badNumber:
      DiagnosticExplanation(
        "not a number",
        "A number is wanted here. Whole numbers are digits only, without a separator or a "
          + "suffix; other numbers may have a point and an exponent.",
        faulty: "rows: 8k",
        remedy: "rows: 8192"
      )
    case .outOfRange:
      DiagnosticExplanation(
        "a number out of range",
        "The number or duration is one, and smaller or greater than this place takes; the "
          + "hint names the bounds. Each bound protects something: the batch size, for example, "
          + "is limited because rows of a batch are numbered in 16 bits.",
        faulty: "batch: { rows: 100000 }",
        remedy: "batch: { rows: 65536 }"
      )
    case .unknownWord:
      DiagnosticExplanation(
        "not one of the known words",
        "This place takes one of a few words, which the hint lists. Booleans are written "
          + "`true` and `false` only.",
        faulty: "format: jsn",
        remedy: "format: json"
      )
    case .badType:
      DiagnosticExplanation(
        "not a type",
        "Types are bool, int, float, decimal(S), string, timestamp, duration, bytes, json "
          + "and list<T> of a scalar. Scales of decimals are 0 to 18. `int` and `float` have 64 "
          + "bits; use a decimal for money.",
        faulty: "amount: numeric",
        remedy: "amount: decimal(2)"
      )
    case .badPattern:
      DiagnosticExplanation(
        "not a pattern of one number",
        "`sequence` and `pick` put a number into a pattern as C does: exactly one `%d`, with "
          + "a width and zeros if wanted (`%09d`), and `%%` for a percent sign. Another "
          + "conversion, or none, would give all rows the same text or fail.",
        faulty: "id: { sequence: order }",
        remedy: "id: { sequence: \"order-%06d\" }"
      )
    case .badGenerator:
      DiagnosticExplanation(
        "a generated column that makes no sense",
        "A column of `generate` is of exactly one kind, has only the options of that kind, "
          + "and a type that the kind can make: texts for `sequence`, `pick` and `weights` "
          + "(another type if every text is a value of it), numbers for `uniform`, `normal` and "
          + "`lognormal`, times for `clock`. The mark stands under what does not fit.",
        faulty: "amount: { uniform: [5, 1] }",
        remedy: "amount: { uniform: [1, 5] }"
      )
    default: preconditionFailure("'\(self)' is explained elsewhere")
    }
  }
}
