import WeirColumns

extension CheckPass {
  mutating func cast(
    _ operand: SyntaxNode,
    _ name: TypeName,
    _ isTry: Bool,
    _ range: Range<Int>
  ) -> Term? {
    let operand = term(operand)
    guard let type = type(name), let term = operand?.typed(type) else { return nil }
    return cast(term, to: type, failure: isTry ? .null : .invalidCast, range)
  }

  /// The type that a name stands for.
  private mutating func type(_ name: TypeName) -> ColumnType? {
    let plain: [(String, ColumnType)] = [
      ("bool", .bool), ("int", .int), ("float", .float), ("string", .string),
      ("timestamp", .timestamp), ("duration", .duration), ("bytes", .bytes), ("json", .json),
    ]
    if name.name == "decimal" {
      guard let scale = name.scale, scale <= ColumnType.maximumScale else {
        fault(
          .decimalScale,
          name.range,
          "the type '\(name)' has no scale from 0 to \(ColumnType.maximumScale)",
          expected: "a scale, as in decimal(2)"
        )
        return nil
      }
      return .decimal(scale: scale)
    }
    if let type = plain.first(where: { $0.0 == name.name })?.1, name.scale == nil { return type }
    let sqlNames = [
      "integer": "int", "bigint": "int", "boolean": "bool", "varchar": "string", "text": "string",
      "double": "float", "real": "float", "numeric": "decimal(2)", "interval": "duration",
    ]
    let names = plain.map(\.0) + ["decimal"]
    fault(
      .unknownType,
      name.range,
      "unknown type '\(name)'",
      expected: "bool, int, float, decimal(s), string, timestamp, duration, bytes or json",
      nearest: sqlNames[name.name] ?? NearestName.find(name.name, among: names)
    )
    return nil
  }

  /// A cast that is checked; digits that do not fit are rounded half away from zero.
  private mutating func cast(
    _ term: Term,
    to type: ColumnType,
    failure: RowMark,
    _ range: Range<Int>
  ) -> Term? {
    guard term.type != type else { return Term(node: term.node, range: range) }
    if let from = NumberKind(term.type), let to = NumberKind(type) {
      return castNumber(term, from, to, failure, range)
    }
    switch (term.type, type) {
    case (.bool, .int): return make(.flagToWord, [term], type, range)
    case (.string, .bool), (.string, .int), (.string, .float), (.string, .decimal),
      (.string, .timestamp), (.string, .duration):
      return make(.textToValue(failure: failure), [term], type, range)
    case (.bool, .string), (.int, .string), (.float, .string), (.decimal, .string),
      (.timestamp, .string), (.duration, .string):
      return make(.valueToText, [term], type, range)
    case (.string, .bytes), (.json, .string), (.json, .bytes):
      return make(.relabel, [term], type, range)
    case (.bytes, .string): return make(.bytesToText(failure: failure), [term], type, range)
    default:
      fault(
        .unsupportedCast,
        range,
        "a \(term.type) cannot be cast to \(type)",
        hint: hint(term.type, type)
      )
      return nil
    }
  }

  private func hint(_ from: ColumnType, _ to: ColumnType) -> String? {
    switch (from, to) {
    case (.int, .timestamp), (.float, .timestamp), (.decimal, .timestamp):
      "use to_timestamp(x, 'ms'), with the unit of the number"
    case (.timestamp, .int): "use epoch_ms(t)"
    case (.duration, .int), (.duration, .float): "divide it by a duration, as in d / interval '1s'"
    case (.int, .duration): "multiply a duration, as in x * interval '1s'"
    case (.int, .bool): "compare it, as in 'x <> 0'"
    default: nil
    }
  }

  private mutating func castNumber(
    _ term: Term,
    _ from: NumberKind,
    _ to: NumberKind,
    _ failure: RowMark,
    _ range: Range<Int>
  ) -> Term {
    if from == .float {
      let factor = scaleFactor(to.scale)
      return make(.floatToWord(factor: factor, failure: failure), [term], to.type, range)
    }
    if to == .float { return convert(term, to: .float) }
    if to.scale < from.scale {
      let divisor = scaleFactor(from.scale - to.scale)
      return make(.scaleDown(.halfAwayFromZero, by: divisor), [term], to.type, range)
    }
    let factor = scaleFactor(to.scale - from.scale)
    return make(.scaleUp(by: factor, failure: failure), [term], to.type, range)
  }
}
