import WeirColumns

/// Why a value is not one of its field's type.
enum ValueFault: Equatable {
  case wrongType(found: Found)
  case fraction
  case tooManyDigits
  case numberOutOfRange
  case timeOutOfRange
  case missingOffset
  case malformed
  /// A value that a path leads through is no object.
  case notObject(found: Found)
  indirect case element(index: Int, fault: ValueFault)

  /// What stands where something else was expected.
  enum Found: String {
    case text
    case number = "a number"
    case bool = "a bool"
    case object = "an object"
    case array = "an array"
    case null
  }

  /// The reason text, such as `field 'n': expected int, found text`; never the value.
  func reason(_ field: RecordField) -> String {
    "field '\(field.name)': \(explanation(field.type, field.path))"
  }

  private func explanation(_ type: ColumnType, _ path: [String]) -> String {
    switch self {
    case .wrongType(let found): "expected \(type), found \(found.rawValue)"
    case .fraction: "expected \(type), found a number with a fraction"
    case .tooManyDigits: "expected \(type), found a number with more digits behind the point"
    case .numberOutOfRange: "expected \(type), found a number out of range"
    case .timeOutOfRange: "expected \(type), found a time outside the years 0001 to 9999"
    case .missingOffset: "expected \(type), found a time without an offset such as 'Z'"
    case .malformed: "expected \(type), found text that is none"
    case .notObject(let found):
      "expected an object on the path '\(path.joined(separator: "."))', found \(found.rawValue)"
    case .element(let index, let fault):
      "element \(index): \(fault.explanation(elementType(type), path))"
    }
  }

  private func elementType(_ type: ColumnType) -> ColumnType {
    if case .list(let element) = type { element.columnType } else { type }
  }
}
