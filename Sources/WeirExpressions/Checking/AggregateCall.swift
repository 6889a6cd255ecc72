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
