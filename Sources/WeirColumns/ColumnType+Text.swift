/// Types as they are written in a topology file, and as they are described.
extension ColumnType {
  /// The types that are one word, and the forms of the others.
  package static let words = [
    "bool", "int", "float", "decimal(2)", "string", "timestamp", "duration", "bytes", "json",
    "list<string>",
  ]

  /// Of the text that `description` gives; nil if it is none.
  ///
  /// Blanks inside brackets are passed over.
  package init?(text: String) {
    switch text {
    case "bool": self = .bool
    case "int": self = .int
    case "float": self = .float
    case "string": self = .string
    case "timestamp": self = .timestamp
    case "duration": self = .duration
    case "bytes": self = .bytes
    case "json": self = .json
    default:
      if let scale = Self.inside(text, "decimal(", ")") {
        guard let scale = Int(scale), scale >= 0, scale <= Self.maximumScale else { return nil }
        self = .decimal(scale: scale)
      } else if let element = Self.inside(text, "list<", ">") {
        guard let type = ColumnType(text: element), let element = ElementType(type) else {
          return nil
        }
        self = .list(element)
      } else {
        return nil
      }
    }
  }

  private static func inside(_ text: String, _ prefix: String, _ suffix: String) -> String? {
    guard text.hasPrefix(prefix), text.hasSuffix(suffix) else { return nil }
    let inside = text.dropFirst(prefix.count).dropLast(suffix.count)
    let isTrimmable = inside.first == " " || inside.last == " "
    return isTrimmable
      ? String(inside.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) : String(inside)
  }
}

extension ElementType {
  /// The element type of that column type; nil if it is no element of a list.
  fileprivate init?(_ type: ColumnType) {
    switch type {
    case .bool: self = .bool
    case .int: self = .int
    case .float: self = .float
    case .decimal(let scale): self = .decimal(scale: scale)
    case .string: self = .string
    case .timestamp: self = .timestamp
    case .duration: self = .duration
    case .bytes, .json, .list: return nil
    }
  }
}
