import WeirColumns
import WeirExpressions

/// What a description of a state says, as values: enough to make an operator that reads the state.
package struct StateShape: Hashable, Sendable {
  package var stage: String
  package var format: Int
  package var window: WindowSpec
  package var keyGroups: Int
  package var keyHash: UInt32
  package var key: [Field]
  /// Over `input`.
  package var aggregates: [AggregateSpec]
  /// The key, then what is aggregated and by what is filtered, then the event time.
  package var input: Schema

  /// Reads a description; nil if this version has not written it.
  package init?(_ description: StateDescription) {
    var values: [String: String] = [:]
    var (keys, specs): ([String], [String]) = ([], [])
    for entry in description.entries {
      switch entry.name {
      case "key": keys.append(entry.value)
      case "aggregate": specs.append(entry.value)
      default: values[entry.name] = entry.value
      }
    }
    guard let stage = values["stage"], let format = values["format"].flatMap({ Int($0) }),
      let window = values["window"].flatMap(WindowSpec.init(text:)),
      let keyGroups = values["key groups"].flatMap({ Int($0) }),
      let keyHash = values["key hash"].flatMap({ UInt32($0) }),
      (1...KeyGroups.maximum).contains(keyGroups)
    else { return nil }
    var fields: [Field] = []
    for text in keys {
      guard let field = Field(text: text) else { return nil }
      fields.append(field)
    }
    key = fields
    aggregates = []
    for text in specs {
      guard let spec = AggregateSpec(text: text, &fields) else { return nil }
      aggregates.append(spec)
    }
    fields.append(Field(Schema.hiddenTimeName, .timestamp))
    input = Schema(fields, eventTime: fields.count - 1)
    self.stage = stage
    self.format = format
    self.window = window
    self.keyGroups = keyGroups
    self.keyHash = keyHash
  }

  /// An operator without rows that takes such a state in.
  package func makeOperator() -> any KeyedOperator {
    KeyedPlan.makeOperator(
      window,
      aggregates,
      key: Array(key.indices),
      input: input,
      keyGroups: keyGroups,
      name: stage
    )
  }
}

extension Field {
  /// Of `name type`.
  fileprivate init?(text: String) {
    guard let space = text.firstIndex(of: " "),
      let type = ColumnType(text: String(text[text.index(after: space)...]))
    else { return nil }
    self.init(String(text[..<space]), type)
  }
}

extension AggregateSpec {
  /// Of `name = function(argument type) where filter`; adds the columns that it reads to the fields.
  fileprivate init?(text: String, _ fields: inout [Field]) {
    guard let equals = text.firstRange(of: " = "), let open = text.firstIndex(of: "("),
      let close = text.lastIndex(of: ")"), open < close,
      let function = AggregateFunction(rawValue: String(text[equals.upperBound..<open]))
    else { return nil }
    // A type may have brackets, a filter has none.
    var end = close
    var filter: Int?
    if let word = text.range(of: ") where ", after: open) {
      end = word.lowerBound
      filter = fields.count
      fields.append(Field(String(text[word.upperBound...]), .bool))
    }
    let inner = String(text[text.index(after: open)..<end])
    var argument: Int?
    var type: ColumnType?
    if !inner.isEmpty {
      guard let field = Field(text: inner) else { return nil }
      argument = fields.count
      type = field.type
      fields.append(field)
    }
    guard function.resultType(type) != nil else { return nil }
    self.init(
      function,
      argument: argument,
      argumentType: type,
      filter: filter,
      name: String(text[..<equals.lowerBound])
    )
  }
}

extension String {
  fileprivate func range(of text: String, after start: Index) -> Range<Index>? {
    self[start...].ranges(of: text).last
  }
}

extension WindowSpec {
  /// Of what a description says of a window.
  fileprivate init?(text: String) {
    var parts = text.split(separator: ", ").map { $0.split(separator: " ") }
    var early = false
    var lateness: Int64 = 0
    if parts.last == ["early"] {
      early = true
      parts.removeLast()
    }
    if let last = parts.last, last.count == 2, last[1] == "late" {
      guard let value = Int64(last[0]), value >= 0 else { return nil }
      lateness = value
      parts.removeLast()
    }
    var offset: Int64 = 0
    if parts.count == 2, parts[1].count == 2, parts[1][0] == "offset" {
      guard let value = Int64(parts[1][1]) else { return nil }
      offset = value
      parts.removeLast()
    }
    guard parts.count == 1, let words = parts.first, let word = words.first else { return nil }
    let numbers = words.compactMap { Int64($0) }
    guard numbers.allSatisfy({ $0 > 0 }) else { return nil }
    switch (word, numbers.count) {
    case ("none", 0): self.init(.running, allowedLateness: lateness, early: early)
    case ("tumbling", 1):
      self.init(
        .tumbling(size: numbers[0], offset: offset),
        allowedLateness: lateness,
        early: early
      )
    case ("sliding", 2):
      guard numbers[0] % numbers[1] == 0 else { return nil }
      self.init(
        .sliding(size: numbers[0], every: numbers[1], offset: offset),
        allowedLateness: lateness,
        early: early
      )
    case ("session", 1):
      self.init(.session(gap: numbers[0]), allowedLateness: lateness, early: early)
    default: return nil
    }
  }
}
