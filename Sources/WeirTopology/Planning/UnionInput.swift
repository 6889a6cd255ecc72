import WeirColumns
import WeirCore

/// The columns that several inputs have in common.
struct UnionInput {
  /// Columns of every input, of the same type, in the order of the first; the time last if hidden.
  var schema = Schema([])
  var inputs: [CheckedStage.InputColumns] = []
  /// Columns that some inputs have and others lack or have with another type: for faults.
  var partial: [String] = []

  init(_ schemas: [Schema]) {
    guard let first = schemas.first else { return }
    var fields: [Field] = []
    for field in first.fields where !field.isHidden {
      let isShared = schemas.allSatisfy { schema in
        schema.index(of: field.name).map { schema.fields[$0].type == field.type } ?? false
      }
      if isShared { fields.append(field) }
    }
    for schema in schemas {
      for field in schema.fields where !field.isHidden && !partial.contains(field.name) {
        if !fields.contains(where: { $0.name == field.name }) { partial.append(field.name) }
      }
    }
    var columns = schemas.map { schema in fields.compactMap { schema.index(of: $0.name) } }
    var time: Int?
    if schemas.allSatisfy({ $0.eventTime != nil }) {
      let names = schemas.compactMap { schema in
        schema.eventTime.map { schema.fields[$0].name }
      }
      // The same visible column everywhere is the time; otherwise a hidden copy of each one's own.
      if let index = fields.firstIndex(where: { field in
        names.allSatisfy { $0 == field.name }
      }) {
        time = index
      } else {
        time = fields.count
        fields.append(Field(Schema.hiddenTimeName, .timestamp))
        for (position, schema) in schemas.enumerated() {
          if let event = schema.eventTime { columns[position].append(event) }
        }
      }
    }
    schema = Schema(fields, eventTime: time)
    inputs = columns.map { CheckedStage.InputColumns(columns: $0) }
  }
}
