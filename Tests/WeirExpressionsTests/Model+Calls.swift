import WeirColumns
import WeirExpressions

extension Model {
  func call(_ call: SyntaxCall) -> ModelValue {
    let values = call.arguments.map { value($0) }
    switch call.name {
    case "if":
      if values[0].isError { return values[0] }
      return values[0].isTrue ? values[1] : values[2]
    case "coalesce": return values.first { $0.mark != .null } ?? .mark(.null)
    case "nullif":
      if let worst = worst(values), worst != .null { return .mark(worst) }
      if values[0].mark != nil || values[1].mark != nil { return values[0] }
      return Self.binary(.equal, values[0], values[1]).isTrue ? .mark(.null) : values[0]
    default:
      if let worst = worst(values) { return .mark(worst) }
      return function(call.name, values)
    }
  }

  private func worst(_ values: [ModelValue]) -> RowMark? {
    values.compactMap(\.mark).max { $0.rawValue < $1.rawValue }
  }

  private func function(_ name: String, _ values: [ModelValue]) -> ModelValue {
    switch (name, values[0]) {
    case ("lower", .text(let text)): .text(text.lowercased())
    case ("upper", .text(let text)): .text(text.uppercased())
    case ("length", .text(let text)): .number(Int128(text.unicodeScalars.count), scale: 0)
    case ("trim", .text(let text)): .text(trimmed(text))
    case ("substring", .text(let text)): substring(text, values)
    case ("starts_with", .text(let text)): startsWith(text, values[1])
    case ("abs", let value):
      value.isNegative ? Self.negative(value) : value
    case ("div", .number(let left, _)): quotient(left, values[1])
    case ("least", let value):
      Self.binary(.less, value, values[1]).isTrue ? value : values[1]
    case ("greatest", let value):
      Self.binary(.greater, value, values[1]).isTrue ? value : values[1]
    case ("floor", .number(let value, let scale)): floor(value, scale)
    case ("round", .number(let value, let scale)): round(value, scale)
    default: preconditionFailure("not in the model: \(name)(\(values))")
    }
  }

  private func trimmed(_ text: String) -> String {
    var bytes = Array(text.utf8)[...]
    while bytes.first == 0x20 { bytes.removeFirst() }
    while bytes.last == 0x20 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func substring(_ text: String, _ values: [ModelValue]) -> ModelValue {
    guard case .number(let start, _) = values[1], case .number(let count, _) = values[2] else {
      preconditionFailure("substring of \(values)")
    }
    guard count >= 0 else { return .mark(.invalidArgument) }
    var result = String.UnicodeScalarView()
    for (index, scalar) in text.unicodeScalars.enumerated() {
      let position = Int128(index) + 1
      if position >= start, position < start + count { result.append(scalar) }
    }
    return .text(String(result))
  }

  private func startsWith(_ text: String, _ prefix: ModelValue) -> ModelValue {
    guard case .text(let prefix) = prefix else { preconditionFailure("prefix \(prefix)") }
    return .bool(Array(text.utf8).starts(with: Array(prefix.utf8)))
  }

  private func quotient(_ left: Int128, _ right: ModelValue) -> ModelValue {
    guard case .number(let right, _) = right else { preconditionFailure("by \(right)") }
    return right == 0 ? .mark(.divisionByZero) : Self.fit(left / right, 0)
  }

  private func floor(_ value: Int128, _ scale: Int) -> ModelValue {
    let unit = Self.power(scale)
    return .number((value - (value % unit + unit) % unit) / unit, scale: 0)
  }

  private func round(_ value: Int128, _ scale: Int) -> ModelValue {
    let unit = Self.power(scale)
    let magnitude = (Int128(value.magnitude) + unit / 2) / unit
    return .number(value < 0 ? -magnitude : magnitude, scale: 0)
  }
}

extension ModelValue {
  var isNegative: Bool {
    switch self {
    case .number(let value, _): value < 0
    case .float(let value): value < 0
    case .duration(let duration): duration < 0
    default: false
    }
  }
}
