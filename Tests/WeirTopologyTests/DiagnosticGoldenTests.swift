import Testing
import WeirTopology

/// What is said of bad files, as a person sees it, in `Golden`; `UPDATE_GOLDEN=1` writes it anew.
@Suite(.serialized) struct DiagnosticGoldenTests {
  @Test(arguments: TestFiles.badFiles())
  func `what is said of a bad file stays as it is`(_ name: String) throws {
    let text = try TestFiles.text("Golden/\(name).yaml")
    let shown = DiagnosticRenderer(path: "\(name).yaml", text: text).text(diagnostics(of: text))
    try TestFiles.compare(shown, with: "Golden/\(name).txt")
  }

  @Test func `the bad file of a code draws that code`() throws {
    for name in TestFiles.badFiles() where name.hasPrefix("W") {
      let codes = diagnostics(of: try TestFiles.text("Golden/\(name).yaml")).map(\.code)
      #expect(codes.contains(String(name.prefix(4))), "'\(name)' draws \(codes)")
    }
  }

  @Test func `every code has a bad file`() {
    let shown = TestFiles.badFiles().map { String($0.prefix(4)) }
    for code in DiagnosticCode.allCases {
      #expect(shown.contains(code.rawValue), "'\(code)' has no bad file: nothing draws it")
    }
  }

  /// Everything that `weir check` says of a file: faults, or remarks on one that can run.
  private func diagnostics(of text: String) -> [Diagnostic] {
    do throws(TopologyFaults) {
      let context = TopologyContext(path: "a.yaml", base: "/base", environment: [:])
      return try Topology.compile(text, in: context).remarks
    } catch {
      return error.diagnostics
    }
  }

  @Test func `diagnostics are told to editors as JSON`() throws {
    let text = "weir: 1\nname: \"a\\\"b\"\n"
    let reading = Reading(text)
    let json = DiagnosticRenderer(path: "a.yaml", text: text).json(reading.diagnostics)
    try TestFiles.compare(json, with: "Golden/diagnostics.json")
    #expect(DiagnosticRenderer(path: "a.yaml", text: "").json([]) == "[]\n")
  }

  @Test func `colour surrounds the mark and the kind`() {
    let text = "key: card_tokn\n"
    let diagnostic = Diagnostic(
      .unknownColumn,
      at: SourceLocation(line: 1, column: 6, length: 9),
      "unknown column",
      hint: "did you mean 'card_token'?"
    )
    let shown = DiagnosticRenderer(path: "a.yaml", text: text, usesColour: true).text(diagnostic)
    #expect(
      shown == """
        \u{1B}[1ma.yaml:1:6: \u{1B}[0m\u{1B}[1;31merror[W012]:\u{1B}[0m\u{1B}[1m unknown column\u{1B}[0m
            1 | key: card_tokn
              |      \u{1B}[1;31m^~~~~~~~~ did you mean 'card_token'?\u{1B}[0m

        """
    )
  }
}
