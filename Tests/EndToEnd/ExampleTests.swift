import Glibc
import Testing

/// Everything that is shown to users works as it stands.
@Suite(.serialized) struct ExampleTests {
  /// The top of the package, found from this file.
  private static let root = #filePath.split(separator: "/").dropLast(3)
    .reduce("") { $0 + "/" + $1 }

  private static let files = TestFolder.names("\(root)/topologies").filter {
    $0.hasSuffix(".yaml") && !$0.hasSuffix(".test.yaml")
  }

  /// The topologies in the pages of the manual and the README, with the place of each.
  private static let blocks: [(place: String, text: String)] = {
    let manual = TestFolder.names("\(root)/ops/manual").filter { $0.hasSuffix(".md") }
    return (manual.map { "ops/manual/\($0)" } + ["README.md"]).flatMap { page in
      yamlBlocks(TestFolder.text("\(root)/\(page)")).map { ("\(page):\($0.line)", $0.text) }
    }
  }()

  /// The blocks marked `yaml` that are whole files.
  private static func yamlBlocks(_ page: String) -> [(line: Int, text: String)] {
    var blocks: [(Int, String)] = []
    var open: (line: Int, lines: [Substring])?
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      if let block = open {
        if line.hasPrefix("```") {
          blocks.append((block.line, block.lines.joined(separator: "\n") + "\n"))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```yaml") {
        open = (number + 1, [])
      }
    }
    return blocks.filter { $0.1.hasPrefix("weir:") || $0.1.contains("\nweir:") }
  }

  @Test func `every example and every file of the manual passes its check`() throws {
    let folder = TestFolder()
    for file in Self.files {
      let check = try WeirProcess(["check", "\(Self.root)/topologies/\(file)"], in: folder)
      #expect(check.end() == .exited(0), "\(file): \(check.errors)")
    }
    for (number, block) in Self.blocks.enumerated() {
      let path = folder.write("block-\(number).yaml", block.text)
      let check = try WeirProcess(["check", path], in: folder)
      #expect(check.end() == .exited(0), "\(block.place): \(check.errors)")
    }
  }

  @Test func `every example whose input ends runs to its end`() throws {
    for file in Self.files {
      let text = TestFolder.text("\(Self.root)/topologies/\(file)")
      guard Self.isBounded(text) else { continue }
      let folder = TestFolder()
      try copyInputs(into: folder)
      folder.write("topologies/\(file)", Self.shortened(text))
      let run = try WeirProcess(
        ["run", "\(folder.path)/topologies/\(file)", "--format", "json"],
        in: folder
      )
      #expect(run.end() == .exited(0), "\(file): \(run.errors)")
      let report = try run.summary()
      for stage in report.stages { #expect(stage.isBalanced, "\(file): \(stage)") }
      let written = report.stages.filter { $0.kind == "sink" }.map(\.rowsIn).reduce(0, +)
      #expect(written > 0, "\(file) shows nothing")
      #expect(ProcessTable.instances(of: folder) == [])
    }
  }

  private static func isBounded(_ text: String) -> Bool {
    let generators = text.components(separatedBy: "generate:").count - 1
    let bounds = TestFolder.lines(text).count { line in
      line.drop { $0 == " " }.hasPrefix("rows:") || line.contains("generate: { rows:")
    }
    return !text.contains("follow: true") && bounds >= generators
  }

  /// Millions of rows show nothing more than a few tens of thousands, and take longer.
  private static func shortened(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let words = line.split(separator: " ")
      guard words.count >= 2, words[0] == "rows:", let rows = Int(words[1]), rows > 50_000 else {
        return String(line)
      }
      return line.prefix { $0 == " " } + "rows: 50000"
    }.joined(separator: "\n")
  }

  private func copyInputs(into folder: TestFolder) throws {
    var waiting = [""]
    while let inner = waiting.popLast() {
      for name in TestFolder.names("\(Self.root)/topologies\(inner)") {
        let path = "\(Self.root)/topologies\(inner)/\(name)"
        if name.hasPrefix(".") || name == "out" { continue }
        var status = stat()
        guard stat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          waiting.append("\(inner)/\(name)")
        } else if !name.hasSuffix(".yaml") {
          folder.write("topologies\(inner)/\(name)", TestFolder.bytes(path))
        }
      }
    }
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
