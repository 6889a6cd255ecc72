extension FunctionCatalogue {
  /// Functions on time.
  static let times: [FunctionEntry] = [
    .function(
      "date_trunc",
      ["date_trunc(unit text, timestamp) -> timestamp"],
      "The start of the microsecond, millisecond, second, minute, hour, day, week (from Monday), month, quarter or year, in UTC.",
      arguments: 2...2,
      rule: .truncateTime,
      examples: [
        FunctionExample(
          "date_trunc('hour', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-03-29T13:00:00Z"
        ),
        FunctionExample(
          "date_trunc('month', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-03-01T00:00:00Z"
        ),
      ],
      edges: [
        FunctionExample(
          "date_trunc('week', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-03-23T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('quarter', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-01-01T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('year', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-01-01T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('second', timestamp '2026-03-29T13:45:06.789Z')",
          "2026-03-29T13:45:06Z"
        ),
        FunctionExample(
          "date_trunc('day', timestamp '1969-12-31T23:59:59Z')",
          "1969-12-31T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('week', timestamp '1970-01-01T00:00:00Z')",
          "1969-12-29T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('month', timestamp '2024-02-29T12:00:00Z')",
          "2024-02-01T00:00:00Z"
        ),
        FunctionExample(
          "date_trunc('year', timestamp '0001-06-01T00:00:00Z')",
          "0001-01-01T00:00:00Z"
        ),
      ]
    ),
    .form(
      "extract",
      ["extract(unit from timestamp) -> int"],
      "A part of a time in UTC: microsecond and millisecond of the second, second, minute, hour, day, week (ISO 8601), month, quarter, year, isodow (Monday is 1), doy (day of the year), epoch (seconds since 1970).",
      examples: [
        FunctionExample("extract(hour from timestamp '2026-03-29T13:45:06.789Z')", "13"),
        FunctionExample("extract(isodow from timestamp '2026-03-29T13:45:06.789Z')", "7"),
      ],
      edges: [
        FunctionExample("extract(week from timestamp '2026-03-29T13:45:06.789Z')", "13"),
        FunctionExample("extract(doy from timestamp '2026-03-29T13:45:06.789Z')", "88"),
        FunctionExample("extract(millisecond from timestamp '2026-03-29T13:45:06.789Z')", "789"),
        FunctionExample("extract(microsecond from timestamp '2026-03-29T13:45:06.789Z')", "789000"),
        FunctionExample("extract(week from timestamp '2021-01-03T00:00:00Z')", "53"),
        FunctionExample("extract(week from timestamp '2024-12-30T00:00:00Z')", "1"),
        FunctionExample("extract(second from timestamp '1969-12-31T23:59:58.5Z')", "58"),
        FunctionExample("extract(epoch from timestamp '1969-12-31T23:59:58.5Z')", "-2"),
        FunctionExample("extract(day from timestamp '2000-02-29T00:00:00Z')", "29"),
        FunctionExample("extract(quarter from timestamp '2026-03-29T13:45:06.789Z')", "1"),
        FunctionExample("extract(year from timestamp '9999-12-31T23:59:59Z')", "9999"),
      ]
    ),
    .function(
      "to_timestamp",
      ["to_timestamp(int[, unit text]) -> timestamp", "to_timestamp(string) -> timestamp"],
      "A time from a number of 's', 'ms' (default), 'us' or 'ns' since 1970, or from RFC 3339 text.",
      arguments: 1...2,
      rule: .toTimestamp,
      examples: [
        FunctionExample("to_timestamp(1767225600000)", "2026-01-01T00:00:00Z"),
        FunctionExample("to_timestamp(1767225600, 's')", "2026-01-01T00:00:00Z"),
        FunctionExample("to_timestamp('2026-01-01T01:00:00+01:00')", "2026-01-01T00:00:00Z"),
      ],
      edges: [
        FunctionExample("to_timestamp(-1, 'ns')", "1969-12-31T23:59:59.999999Z"),
        FunctionExample("to_timestamp(9223372036854775807)", "error: the value is out of range"),
        FunctionExample("to_timestamp(300000000000, 's')", "error: the value is out of range"),
        FunctionExample("to_timestamp('yesterday')", "error: the value cannot be cast"),
        FunctionExample("to_timestamp('2026-02-30T00:00:00Z')", "error: the value cannot be cast"),
      ]
    ),
    .function(
      "epoch_ms",
      ["epoch_ms(timestamp) -> int"],
      "Milliseconds since 1970-01-01T00:00:00Z, rounded down.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.timestamp], result: .int, operation: .floorDivide(by: 1000))
      ]),
      examples: [
        FunctionExample("epoch_ms(timestamp '2026-01-01T00:00:00Z')", "1767225600000")
      ],
      edges: [
        FunctionExample("epoch_ms(timestamp '1969-12-31T23:59:59.999999Z')", "-1")
      ]
    ),
    .function(
      "format_timestamp",
      ["format_timestamp(timestamp, format text) -> string"],
      "A time in UTC as text; the format is a constant with the fields %Y %m %d %H %M %S %L (milliseconds) %f (microseconds) %j (day of the year) %u (day of the week) %V (week) %F (%Y-%m-%d) %T (%H:%M:%S) %s (epoch seconds) %%.",
      arguments: 2...2,
      rule: .formatTime,
      examples: [
        FunctionExample(
          "format_timestamp(timestamp '2026-03-29T13:45:06.789Z', '%Y-%m-%d %H:%M')",
          "'2026-03-29 13:45'"
        )
      ],
      edges: [
        FunctionExample(
          "format_timestamp(timestamp '2026-03-29T13:45:06.789Z', '%F %T.%L')",
          "'2026-03-29 13:45:06.789'"
        ),
        FunctionExample("format_timestamp(timestamp '2026-03-29T13:45:06.789Z', '')", "''"),
        FunctionExample(
          "format_timestamp(timestamp '2026-03-29T13:45:06.789Z', '%j %u %V %f%%')",
          "'088 7 13 789000%'"
        ),
        FunctionExample("format_timestamp(timestamp '1969-12-31T23:59:59Z', '%s')", "'-1'"),
      ]
    ),
  ]
}
