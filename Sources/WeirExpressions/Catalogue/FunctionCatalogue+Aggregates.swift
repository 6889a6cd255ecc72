extension FunctionCatalogue {
  /// The rows of the examples of aggregates, as JSON lines with the columns `status` (string),
  /// `amount` (decimal(2)) and `at` (timestamp).
  package static let exampleRows = [
    #"{"status":"APPROVED","amount":1.50,"at":"2026-01-01T00:00:01Z"}"#,
    #"{"status":"DECLINED","amount":2.50,"at":"2026-01-01T00:00:02Z"}"#,
    #"{"status":"DECLINED","amount":null,"at":"2026-01-01T00:00:03Z"}"#,
    #"{"status":null,"amount":5.00,"at":"2026-01-01T00:00:04Z"}"#,
  ]

  /// Functions over the rows of a group.
  static let aggregates: [FunctionEntry] = [
    .aggregate(
      "count",
      ["count() -> int", "count(T) -> int"],
      "The number of rows, or of values that are not null.",
      rule: .aggregate(.count),
      example: FunctionExample("count() filter (where status = 'DECLINED')", "2")
    ),
    .aggregate(
      "sum",
      [
        "sum(int) -> int", "sum(decimal(s)) -> decimal(s)", "sum(float) -> float",
        "sum(duration) -> duration",
      ],
      "The sum of the values that are not null; null if there is none.",
      rule: .aggregate(.sum),
      example: FunctionExample("sum(amount)", "9.00")
    ),
    .aggregate(
      "avg",
      ["avg(number) -> float", "avg(duration) -> duration"],
      "The mean of the values that are not null; null if there is none.",
      rule: .aggregate(.average),
      example: FunctionExample("avg(amount)", "3.0")
    ),
    .aggregate(
      "min",
      ["min(T) -> T"],
      "The least value; null if there is none.",
      rule: .aggregate(.minimum),
      example: FunctionExample("min(amount)", "1.50")
    ),
    .aggregate(
      "max",
      ["max(T) -> T"],
      "The greatest value; null if there is none.",
      rule: .aggregate(.maximum),
      example: FunctionExample("max(at)", "2026-01-01T00:00:04Z")
    ),
    .aggregate(
      "first",
      ["first(T) -> T"],
      "The value with the earliest event time; the smaller value among equal times.",
      rule: .aggregate(.first),
      example: FunctionExample("first(status)", "'APPROVED'")
    ),
    .aggregate(
      "last",
      ["last(T) -> T"],
      "The value with the latest event time; the smaller value among equal times.",
      rule: .aggregate(.last),
      example: FunctionExample("last(status)", "'DECLINED'")
    ),
    .aggregate(
      "stddev",
      ["stddev(number) -> float"],
      "The sample standard deviation; null with fewer than two values.",
      rule: .aggregate(.deviation),
      example: FunctionExample("stddev(amount)", "1.8027756377319946")
    ),
    .aggregate(
      "count_distinct",
      ["count_distinct(T) -> int"],
      "The number of different values that are not null.",
      rule: .aggregate(.countDistinct),
      example: FunctionExample("count_distinct(status)", "2")
    ),
    .aggregate(
      "approx_distinct",
      ["approx_distinct(T, ...)"],
      "use count_distinct, which is exact",
      rule: .later,
      example: FunctionExample("approx_distinct(status)", "")
    ),
    .aggregate(
      "percentile",
      ["percentile(T, ...)"],
      "percentiles come with a later version",
      rule: .later,
      example: FunctionExample("percentile(status)", "")
    ),
    .aggregate(
      "collect",
      ["collect(T, ...)"],
      "lists of values come with a later version",
      rule: .later,
      example: FunctionExample("collect(status)", "")
    ),
    .aggregate(
      "top",
      ["top(T, ...)"],
      "the most frequent values come with a later version",
      rule: .later,
      example: FunctionExample("top(status)", "")
    ),
  ]
}
