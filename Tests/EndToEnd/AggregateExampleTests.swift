import Testing
import WeirExpressions

/// The examples of aggregates in the catalogue give, when they are run, what the catalogue says.
@Suite struct AggregateExampleTests {
  private static let examples = FunctionCatalogue.entries.filter { $0.kind == .aggregate }
    .flatMap { entry in entry.examples.map { (name: entry.name, example: $0) } }
    .filter { !$0.example.result.isEmpty }

  private static func topology(_ window: String) -> String {
    var text = """
      weir: 1
      name: examples
      checkpoints: none
      sources:
        rows:
          file: { path: rows.jsonl }
          format: json
          schema: { status: string, amount: decimal(2), at: timestamp }
          event_time: at
      operators:
        results:
          from: rows
          window: \(window)
          aggregate:

      """
    for (name, example) in examples {
      text += "      of_\(name): \"cast(\(example.expression) as string)\"\n"
    }
    text += "    select: [\(examples.map { "of_\($0.name)" }.joined(separator: ", "))]\n"
    return text + "sinks:\n  out: { from: results, stdout: {}, format: json }\n"
  }

  @Test(arguments: ["{ tumbling: 1h }", "{ session: 1m }"])
  func `every aggregate gives what its example says`(_ window: String) throws {
    let folder = TestFolder()
    folder.write("rows.jsonl", FunctionCatalogue.exampleRows.joined(separator: "\n") + "\n")
    folder.write("examples.yaml", Self.topology(window))
    let run = try WeirProcess(["run", "\(folder.path)/examples.yaml"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let members = Self.examples.map { name, example in
      // Texts stand in single quotes in the catalogue.
      let text = example.result.filter { $0 != "'" }
      return "\"of_\(name)\":\(text == "null" ? text : "\"\(text)\"")"
    }
    #expect(TestFolder.lines(run.output) == ["{\(members.joined(separator: ","))}"])
    #expect(Self.examples.count == AggregateFunction.allCases.count)
  }
}
