import Testing
import WeirTopology

/// Files that were cut, torn or mistyped: something is said, in a place that exists.
struct DamagedFileTests {
  private func check(_ text: String) {
    let reading = Reading(text)
    if reading.file == nil { #expect(reading.diagnostics.contains { $0.severity == .error }) }
    let source = SourceText(text)
    for diagnostic in reading.diagnostics {
      let place = diagnostic.location
      // The end of the text is a place too.
      #expect(place.line >= 1 && place.line <= source.lineCount, "\(diagnostic)")
      #expect(place.column >= 1 && place.column <= source.line(place.line).count + 1)
      #expect(!diagnostic.message.isEmpty && !diagnostic.message.hasSuffix("."))
    }
    _ = DiagnosticRenderer(path: "a.yaml", text: text).text(reading.diagnostics)
  }

  @Test(arguments: ["fleet", "generate", "tables"])
  func `a file that is cut anywhere is answered`(_ name: String) throws {
    let text = try TestFiles.text("Examples/\(name).yaml")
    for count in stride(from: 0, to: text.count, by: 7) { check(String(text.prefix(count))) }
  }

  @Test(arguments: ["fleet", "generate", "tables"])
  func `a file that lacks a line is answered`(_ name: String) throws {
    let lines = try TestFiles.text("Examples/\(name).yaml")
      .split(separator: "\n", omittingEmptySubsequences: false)
    for index in lines.indices {
      var rest = lines
      rest.remove(at: index)
      check(rest.joined(separator: "\n"))
      rest.insert("  " + lines[index], at: index)
      check(rest.joined(separator: "\n"))
    }
  }

  @Test func `a file with a mistyped character is answered`() throws {
    let text = Array(try TestFiles.text("Examples/fleet.yaml").unicodeScalars)
    let typed: [Unicode.Scalar] = [
      "{", "}", "[", "]", ":", ",", "#", "'", "\"", "&", "*", "!", "|", ">", "%", "@", "\t", "\n",
      "$", "-", "?", "é", "\u{2028}", "\0",
    ]
    for (number, index) in stride(from: 0, to: text.count, by: 11).enumerated() {
      var changed = text
      changed[index] = typed[number % typed.count]
      var view = String.UnicodeScalarView()
      view.append(contentsOf: changed)
      check(String(view))
    }
  }

  @Test func `aliases of aliases do not take all memory`() {
    var text = "x-a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "x-\(level): &a\(level) [\(names)]\n"
    }
    #expect(Reading(text).codes == ["W031"])
  }

  @Test func `a file that is too large is refused before it is parsed`() {
    #expect(Reading(String(repeating: "# comment\n", count: 200_000)).codes == ["W031"])
  }

  @Test(arguments: ["", "\n", "# nothing\n", "---\n", "~", "just text", "- a\n- b", "{}"])
  func `a text that is no topology is answered`(_ text: String) {
    check(text)
    #expect(Reading(text).file == nil)
  }

  @Test func `an alias stands for what its anchor holds`() throws {
    let reading = Reading(
      """
      weir: 1
      name: one
      x-schema: &schema { id: string }
      sources:
        a: { file: { path: a }, schema: *schema }
        b: { file: { path: b }, schema: *schema }
      sinks:
        c: { from: [a, b], discard: {} }

      """
    )
    #expect(reading.codes == [])
    #expect(try #require(reading.file).sources[1].fields.map(\.value.name) == ["id"])
  }

  @Test func `a key twice is told at its repetition, whatever its quotes`() {
    let reading = Reading("weir: 1\nname: a\n\"name\": b\nx-é: { a: 1, 'a': 2 }\n")
    #expect(reading.codes == ["W002", "W002"])
    #expect(reading.places == ["3:1", "4:14"])
  }

  @Test func `a fault behind an anchor is told once`() {
    let reading = Reading(
      """
      weir: 1
      name: one
      sources:
        a: { file: { path: a }, schema: &schema { id: text } }
        b: { file: { path: b }, schema: *schema }
      sinks:
        c: { from: [a, b], discard: {} }

      """
    )
    #expect(reading.codes == ["W023"])
  }
}
