import Testing
import WeirTopology

/// Which variables a text is filled in with.
@Suite struct VariableNamesTests {
  @Test(arguments: [
    ("", [], []), ("a: b $c {d} $ {e}", [], []), ("${A}", ["A"], []),
    ("${B} and ${A:-x:-y}, ${B:-}", ["B", "A"], []),
    ("${secret:S}", [], ["S"]), ("${secret:S:-x} ${P}", ["P"], ["S"]),
    // What is a secret anywhere is one everywhere.
    ("${S} ${secret:S} ${S}", [], ["S"]), ("${secret:S} ${secret:S}", [], ["S"]),
    ("$${A} $$${B}", [], []), ("$${A}${B}", ["B"], []),
    ("${A", [], []), ("${ A } ${1A} ${file:/x} ${} ${Ä}", [], []), ("${A${B}", [], []),
    ("# a comment\n# of ${A}\n", ["A"], []),
  ])
  func `names are found as they are filled in`(
    _ text: String,
    _ plain: [String],
    _ secret: [String]
  ) {
    let names = VariableNames(text)
    #expect(names.plain == plain)
    #expect(names.secret == secret)
  }
}
