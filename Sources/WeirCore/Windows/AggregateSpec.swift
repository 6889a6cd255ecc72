import WeirColumns
import WeirExpressions

/// One aggregate of an operator.
package struct AggregateSpec: Hashable, Sendable {
  package var function: AggregateFunction
  /// The input column whose values are aggregated; nil for `count()`.
  package var argument: Int?
  /// The type of that column.
  package var argumentType: ColumnType?
  /// A bool column of the input: only rows where it is true count.
  package var filter: Int?
  /// The name of the result column.
  package var name: String

  package init(
    _ function: AggregateFunction,
    argument: Int? = nil,
    argumentType: ColumnType? = nil,
    filter: Int? = nil,
    name: String
  ) {
    self.function = function
    self.argument = argument
    self.argumentType = argumentType
    self.filter = filter
    self.name = name
  }

  /// True for `count()`: that of all rows.
  var isRowCount: Bool { function == .count && argument == nil && filter == nil }

  /// The type of the result column; the planner has refused what has none.
  package var resultType: ColumnType {
    guard let type = function.resultType(argumentType) else {
      preconditionFailure("no \(function.rawValue) of \(String(describing: argumentType))")
    }
    return type
  }
}
