import WeirColumns

/// The output columns of window and running operators.
enum ResultSchema {
  static func make(
    _ spec: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema
  ) -> Schema {
    var fields = keyColumns.map { input.fields[$0] }
    if spec.shape != .running {
      fields.append(Field("window_start", .timestamp))
      fields.append(Field("window_end", .timestamp))
    }
    for aggregate in aggregates { fields.append(Field(aggregate.name, aggregate.resultType)) }
    if spec.allowedLateness > 0, spec.shape != .running {
      fields.append(Field("update", .bool))
      fields.append(Field("retracted", .bool))
    }
    if spec.early { fields.append(Field("early", .bool)) }
    fields.append(Field(Schema.hiddenTimeName, .timestamp))
    return Schema(fields, eventTime: fields.count - 1)
  }
}

/// What the marker columns of a result say.
struct ResultMarks {
  var isUpdate = false
  var isRetracted = false
  var isEarly = false

  /// Fills the marker columns that the schema has, and the event time, for appended rows.
  func fill(_ batch: Batch, spec: WindowSpec, used: Int, count: Int) {
    var index = batch.columns.count - 2
    if spec.early {
      Self.fill(batch.columns[index], isEarly, used, count)
      index -= 1
    }
    if spec.allowedLateness > 0, spec.shape != .running {
      Self.fill(batch.columns[index], isRetracted, used, count)
      Self.fill(batch.columns[index - 1], isUpdate, used, count)
    }
  }

  private static func fill(_ column: Column, _ value: Bool, _ used: Int, _ count: Int) {
    column.reserve(rows: used + count, used: used)
    (column.flags + used).update(repeating: value ? 1 : 0, count: count)
  }
}
