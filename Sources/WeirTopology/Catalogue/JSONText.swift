/// A JSON value whose objects keep their order, so that what is generated is the same each time.
indirect enum JSONText: Hashable, Sendable {
  struct Member: Hashable, Sendable {
    var name: String
    var value: JSONText
  }

  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONText])
  case members([Member])

  static func object(_ members: [(String, JSONText)]) -> JSONText {
    .members(members.map { Member(name: $0.0, value: $0.1) })
  }

  /// The value as text: short lists and objects on one line, longer ones a member a line.
  var text: String { text(indent: "") }

  private func text(indent: String) -> String {
    let flat = flatText
    guard flat.utf8.count + indent.utf8.count > 96 else { return flat }
    let inner = indent + "  "
    switch self {
    case .null, .boolean, .integer, .number, .text:
      return flat
    case .list(let items):
      let lines = items.map { inner + $0.text(indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
    case .members(let members):
      let lines = members.map {
        "\(inner)\(Self.quoted($0.name)): \($0.value.text(indent: inner))"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var flatText: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): TopologyReader.text(value)
    case .text(let value): Self.quoted(value)
    case .list(let items): "[" + items.map(\.flatText).joined(separator: ", ") + "]"
    case .members(let members):
      "{" + members.map { "\(Self.quoted($0.name)): \($0.value.flatText)" }.joined(separator: ", ")
        + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var view = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": view.append(contentsOf: "\\\"".unicodeScalars)
      case "\\": view.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": view.append(contentsOf: "\\n".unicodeScalars)
      case "\t": view.append(contentsOf: "\\t".unicodeScalars)
      case "\r": view.append(contentsOf: "\\r".unicodeScalars)
      default:
        guard scalar.value < 0x20 else {
          view.append(scalar)
          continue
        }
        let digits = String(scalar.value, radix: 16)
        let zeros = String(repeating: "0", count: 4 - digits.utf8.count)
        view.append(contentsOf: "\\u\(zeros)\(digits)".unicodeScalars)
      }
    }
    view.append("\"")
    return String(view)
  }
}
