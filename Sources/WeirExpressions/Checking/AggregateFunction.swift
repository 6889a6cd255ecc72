import WeirColumns

/// What an aggregate computes; raw values are the names that users write.
package enum AggregateFunction: String, Hashable, Sendable, CaseIterable {
  /// Rows, or values that are not null.
  case count
  case sum
  /// A float; of durations a duration.
  case average = "avg"
  case minimum = "min"
  case maximum = "max"
  /// The value of the earliest row by event time, the smaller among equal times.
  case first
  /// The value of the latest row by event time, the smaller among equal times.
  case last
  /// The standard deviation of a sample; null for fewer than two values.
  case deviation = "stddev"
  case countDistinct = "count_distinct"

  /// The type of the result over an argument of that type (none: `count()`), nil if not allowed.
  package func resultType(_ argument: ColumnType?) -> ColumnType? {
    guard let argument else { return self == .count ? .int : nil }
    switch (self, argument) {
    case (.count, _):
      return .int
    case (.countDistinct, .list), (.countDistinct, .json):
      return nil
    case (.countDistinct, _):
      return .int
    case (.sum, .int), (.sum, .float), (.sum, .decimal), (.sum, .duration):
      return argument
    case (.average, .int), (.average, .float), (.average, .decimal):
      return .float
    case (.average, .duration):
      return .duration
    case (.deviation, .int), (.deviation, .float), (.deviation, .decimal):
      return .float
    case (.minimum, .list), (.maximum, .list), (.minimum, .json), (.maximum, .json):
      return nil
    case (.minimum, _), (.maximum, _), (.first, _), (.last, _):
      return argument
    case (.sum, _), (.average, _), (.deviation, _):
      return nil
    }
  }
}
