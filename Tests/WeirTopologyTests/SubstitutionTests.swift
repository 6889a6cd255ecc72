import Testing
import WeirCore
import WeirTopology

/// Values from the environment.
struct SubstitutionTests {
  private func file(_ description: String, processes: String = "1") -> String {
    """
    weir: 1
    name: one
    description: "\(description)"
    sources:
      a: { file: { path: "${DATA:-data}/a.jsonl" }, schema: { id: string }, processes: "\(processes)" }
    sinks:
      c: { from: a, discard: {} }

    """
  }

  @Test(arguments: [
    ("${NAME}", "value"), ("a${NAME}b${OTHER:-}c", "avaluebc"), ("${MISSING:-x:-y}", "x:-y"),
    ("$${NAME}", "${NAME}"), ("$NAME $ {", "$NAME $ {"), ("${secret:NAME}", "value"),
    ("${EMPTY:-x}", ""), ("é${NAME}", "évalue"),
  ])
  func `values are put in`(_ text: String, _ result: String) throws {
    let reading = Reading(file(text), ["NAME": "value", "EMPTY": ""])
    #expect(reading.codes == [])
    #expect(try #require(reading.file).description == result)
  }

  @Test func `a value is read as the type that its place wants`() throws {
    let reading = Reading(file("", processes: "${N:-2}"), ["N": "4"])
    #expect(try #require(reading.file).sources[0].processes?.value == 4)
    let bad = Reading(file("", processes: "${N:-2}"), ["N": "many"])
    #expect(bad.codes == ["W020"])
  }

  @Test func `a value never changes the structure`() throws {
    let reading = Reading(file("${X}"), ["X": "a: b\nname: other # {"])
    #expect(try #require(reading.file).description == "a: b\nname: other # {")
    #expect(reading.file?.name.value == "one")
  }

  @Test(arguments: [
    ("${NAME}", "W024"), ("${secret:NAME}", "W024"), ("${file:/etc/passwd}", "W080"),
    ("${", "W025"), ("${1A}", "W025"), ("${}", "W025"), ("${A B:-x}", "W025"),
  ])
  func `what cannot be put in is told`(_ text: String, _ code: String) {
    #expect(Reading(file("ab" + text)).codes == [code])
    #expect(Reading(file("ab" + text)).places == ["3:17"])
  }

  @Test func `relative paths are relative to the base`() throws {
    let reading = Reading(file(""), ["DATA": "./in"])
    guard case .file(let plan) = try #require(reading.file).sources[0].connector.value else {
      Issue.record("no file")
      return
    }
    #expect(plan.path == "/base/in/a.jsonl")
  }

  @Test func `a secret is not shown in what is said of it`() {
    let reading = Reading(file("", processes: "${secret:KEY}"), ["KEY": "hunter2"])
    #expect(reading.diagnostics.map(\.message) == ["'processes' is '***', not a whole number"])
  }
}
