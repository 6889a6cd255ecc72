import ArgumentParser
import WeirExpressions

/// `weir functions`: what expressions can call.
struct FunctionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "functions",
    abstract: "Lists the functions, operators and aggregates of expressions, or tells about one.",
    discussion: """
      Examples:
        weir functions
        weir functions substring
      """
  )

  @Argument(
    help: "A function, operator or aggregate.",
    completion: .list(FunctionCatalogue.callableNames)
  )
  var name: String?

  func run() throws {
    guard let name else {
      Console.write(FunctionText.list(FunctionCatalogue.entries))
      return
    }
    guard let entry = FunctionCatalogue.entry(named: name.lowercased()) else {
      throw ValidationError("no function is called '\(name)'; 'weir functions' lists them")
    }
    Console.write(FunctionText.page(entry))
  }
}

/// Entries of the catalogue as people read them.
enum FunctionText {
  static func list(_ entries: [FunctionEntry]) -> String {
    var text = ""
    for kind in FunctionEntry.Kind.allCases {
      let members = entries.filter { $0.kind == kind }
      guard !members.isEmpty else { continue }
      text += text.isEmpty ? "" : "\n"
      text += "\(title(kind))\n"
      let width = members.map(\.name.count).max() ?? 0
      for entry in members {
        let gap = String(repeating: " ", count: width - entry.name.count + 2)
        text += "  \(entry.name)\(gap)\(entry.summary)\n"
      }
    }
    return text + "\n'weir functions NAME' tells about one of them\n"
  }

  static func page(_ entry: FunctionEntry) -> String {
    var text = entry.signatures.map { "\($0)\n" }.joined() + "\n\(entry.summary)\n"
    if entry.nulls == .strict, entry.kind != .aggregate {
      text += "A null argument gives null.\n"
    }
    let examples = entry.examples + entry.edges
    guard !examples.isEmpty else { return text }
    text += "\n"
    if entry.kind == .aggregate, examples.contains(where: { !$0.result.isEmpty }) {
      text += "Over these rows:\n"
      for row in FunctionCatalogue.exampleRows { text += "  \(row)\n" }
    }
    for example in examples {
      text += "  \(example.expression)\(example.result.isEmpty ? "" : "  ->  \(example.result)")\n"
    }
    return text
  }

  private static func title(_ kind: FunctionEntry.Kind) -> String {
    switch kind {
    case .function: "Functions"
    case .form: "Operators and forms"
    case .aggregate: "Aggregates"
    }
  }
}
