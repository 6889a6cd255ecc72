import WeirColumns

extension KeyedPlan {
  /// The columns that a keyed operator's results have, before `select`.
  ///
  /// Key columns, `window_start` and `window_end` (with a window), the aggregates, the marker columns
  /// that the window's options ask for, and the hidden event time.
  package static func resultSchema(
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec],
    key: [Int],
    input: Schema
  ) -> Schema {
    ResultSchema.make(window, aggregates, keyColumns: key, input: input)
  }
}
