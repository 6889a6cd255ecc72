import WeirColumns

/// A call of an aggregate inside an expression, with its parts checked over the input rows.
package struct AggregateCall: Hashable, Sendable {
  package var function: AggregateFunction
  /// Over the input rows; none for `count()`.
  package var argument: TypedExpression?
  /// Only rows for which it is true count.
  package var filter: TypedExpression?
  /// The type of the result.
  package var type: ColumnType
  /// Where the first such call stands in its expression's text.
  package var range: Range<Int>

  /// Whether both compute the same: where they stand counts for nothing.
  package func isSame(as other: AggregateCall) -> Bool {
    function == other.function && argument?.root == other.argument?.root
      && filter?.root == other.filter?.root
  }
}

/// The aggregates: functions over all rows of a group.
package enum AggregateFunction: String, Hashable, Sendable, CaseIterable {
  /// Rows, or values that are not null.
  case count
  case sum
  /// A float; of durations a duration.
  case average = "avg"
  case least = "min"
  case greatest = "max"
  /// By event time.
  case first
  /// By event time.
  case last
  /// The sample standard deviation, a float.
  case deviation = "stddev"
  case distinctCount = "count_distinct"

  /// The type of the result for an argument of a type; nil if it takes no such argument.
  func result(of type: ColumnType) -> ColumnType? {
    switch self {
    case .count: .int
    case .distinctCount:
      switch type {
      case .list, .json: nil
      default: .int
      }
    case .sum: isNumber(type) || type == .duration ? type : nil
    case .average: type == .duration ? .duration : isNumber(type) ? .float : nil
    case .deviation: isNumber(type) ? .float : nil
    case .first, .last: type
    case .least, .greatest:
      switch type {
      case .list, .json: nil
      default: type
      }
    }
  }

  private func isNumber(_ type: ColumnType) -> Bool { NumberKind(type) != nil }
}
