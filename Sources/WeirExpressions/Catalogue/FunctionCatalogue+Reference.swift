extension FunctionCatalogue {
  /// The reference of all expressions in Markdown: one section per kind, one entry per function.
  package static var reference: String {
    var text = ""
    for kind in FunctionEntry.Kind.allCases {
      text += "## \(title(kind))\n\n"
      if kind == .aggregate {
        text += "The examples are over these rows:\n\n```json\n"
        for row in exampleRows { text += "\(row)\n" }
        text += "```\n\n"
      }
      for entry in entries where entry.kind == kind { text += section(entry) }
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

  private static func section(_ entry: FunctionEntry) -> String {
    var text = "### `\(entry.name)`\n\n\(entry.summary)\n\n```text\n"
    for signature in entry.signatures { text += signature + "\n" }
    text += "```\n\n"
    let examples = entry.examples.filter { !$0.result.isEmpty }
    for example in examples { text += "- `\(example.expression)` gives `\(example.result)`\n" }
    return text + (examples.isEmpty ? "" : "\n")
  }
}
