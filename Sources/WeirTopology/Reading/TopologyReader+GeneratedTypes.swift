import WeirColumns
import WeirCore

/// Types of generated columns: by the kind, or `type`.
extension TopologyReader {
  mutating func generatedType(
    _ kind: String,
    _ made: GeneratePlan.Kind,
    _ map: MapReading
  ) -> ColumnType? {
    guard let entry = map["type"] else { return Self.standardType(made) }
    guard let type = type(entry.value, of: entry.key) else { return nil }
    if let fault = Self.fault(of: type, for: made) {
      report(
        .badGenerator,
        entry.value.location,
        "'\(kind)' makes no \(type)",
        hint: fault
      )
      return nil
    }
    return type
  }

  private static func standardType(_ kind: GeneratePlan.Kind) -> ColumnType {
    switch kind {
    case .sequence, .pick, .weights: .string
    case .uniform, .normal, .lognormal: .float
    case .clock: .timestamp
    }
  }

  /// Why a kind cannot make values of a type; nil if it can.
  private static func fault(of type: ColumnType, for kind: GeneratePlan.Kind) -> String? {
    switch kind {
    case .sequence(let format), .pick(let format, _, _):
      if type == .string { return nil }
      guard type == .int else { return "it makes string, or int of a pattern such as \"%d\"" }
      return NumberPattern.isNumeric(format) ? nil : "of '\(format)' no int can be read"
    case .weights(let weights):
      let bad = weights.first { !isValue($0.value, of: type) }
      return bad.map { "'\($0.value)' is no \(type)" }
    case .uniform, .normal, .lognormal:
      switch type {
      case .int, .float, .decimal: return nil
      case .bool, .string, .timestamp, .duration, .bytes, .json, .list:
        return "it makes int, float and decimal"
      }
    case .clock:
      return type == .timestamp ? nil : "it makes timestamp"
    }
  }

  private static func isValue(_ text: String, of type: ColumnType) -> Bool {
    switch type {
    case .string: true
    case .bool: text == "true" || text == "false"
    case .int: Int64(text) != nil
    case .float, .decimal: text.utf8.allSatisfy { $0 < 0x3a } && Double(text) != nil
    case .timestamp: (try? TimestampText.parse(text)) != nil
    case .duration: DurationText.parse(text) != nil
    case .bytes, .json, .list: false
    }
  }
}
