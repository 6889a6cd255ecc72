extension FunctionCatalogue {
  /// Functions over the rows of a group.
  static let aggregates: [FunctionEntry] = [
    .aggregate(
      "count",
      ["count() -> int", "count(T) -> int"],
      "The number of rows, or of values that are not null.",
      rule: .aggregate(.count),
      example: "count() filter (where status = 'DECLINED')"
    ),
    .aggregate(
      "sum",
      [
        "sum(int) -> int", "sum(decimal(s)) -> decimal(s)", "sum(float) -> float",
        "sum(duration) -> duration",
      ],
      "The sum of the values that are not null; null if there is none.",
      rule: .aggregate(.sum),
      example: "sum(amount)"
    ),
    .aggregate(
      "avg",
      ["avg(number) -> float", "avg(duration) -> duration"],
      "The mean of the values that are not null; null if there is none.",
      rule: .aggregate(.average),
      example: "avg(amount)"
    ),
    .aggregate(
      "min",
      ["min(T) -> T"],
      "The least value; null if there is none.",
      rule: .aggregate(.minimum),
      example: "min(amount)"
    ),
    .aggregate(
      "max",
      ["max(T) -> T"],
      "The greatest value; null if there is none.",
      rule: .aggregate(.maximum),
      example: "max(at)"
    ),
    .aggregate(
      "first",
      ["first(T) -> T"],
      "The value with the earliest event time; the smaller value among equal times.",
      rule: .aggregate(.first),
      example: "first(status)"
    ),
    .aggregate(
      "last",
      ["last(T) -> T"],
      "The value with the latest event time; the smaller value among equal times.",
      rule: .aggregate(.last),
      example: "last(status)"
    ),
    .aggregate(
      "stddev",
      ["stddev(number) -> float"],
      "The sample standard deviation; null with fewer than two values.",
      rule: .aggregate(.deviation),
      example: "stddev(amount)"
    ),
    .aggregate(
      "count_distinct",
      ["count_distinct(T) -> int"],
      "The number of different values that are not null.",
      rule: .aggregate(.countDistinct),
      example: "count_distinct(status)"
    ),
    .aggregate(
      "approx_distinct",
      ["approx_distinct(T, ...)"],
      "use count_distinct, which is exact",
      rule: .later,
      example: "approx_distinct(status)"
    ),
    .aggregate(
      "percentile",
      ["percentile(T, ...)"],
      "percentiles come with a later version",
      rule: .later,
      example: "percentile(status)"
    ),
    .aggregate(
      "collect",
      ["collect(T, ...)"],
      "lists of values come with a later version",
      rule: .later,
      example: "collect(status)"
    ),
    .aggregate(
      "top",
      ["top(T, ...)"],
      "the most frequent values come with a later version",
      rule: .later,
      example: "top(status)"
    ),
  ]
}
