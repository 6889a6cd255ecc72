import Testing
import WeirColumns
import WeirExpressions

@Suite struct TruthTests {
  private static let zero = Constant(.bool, mark: .divisionByZero)
  private static let over = Constant(.bool, mark: .overflow)
  private static let values = [
    Constant(bool: false), Constant(bool: true), Constant(.bool, mark: .null), zero, over,
  ]

  private func table(_ text: String) throws -> [String] {
    let fields = [Field("a", .bool), Field("b", .bool)]
    let rows = Self.values.flatMap { left in Self.values.map { [left, $0] } }
    return try Fixture(fields, rows).values(text).map { short($0) }
  }

  private func short(_ value: Constant) -> String {
    switch value.mark {
    case .value: value.word == 0 ? "f" : "t"
    case .null: "n"
    case .divisionByZero: "z"
    default: "o"
    }
  }

  @Test func `and: false wins, then the greater error, then null`() throws {
    let wanted = [
      "f f f f f",
      "f t n z o",
      "f n n z o",
      "f z z z o",
      "f o o o o",
    ]
    #expect(try table("a and b").joined(separator: " ") == wanted.joined(separator: " "))
  }

  @Test func `or: true wins, then the greater error, then null`() throws {
    let wanted = [
      "f t n z o",
      "t t t t t",
      "n t n z o",
      "z t z z o",
      "o t o o o",
    ]
    #expect(try table("a or b").joined(separator: " ") == wanted.joined(separator: " "))
  }

  @Test func `not, is null and comparison of every kind of value`() throws {
    func column(_ text: String) throws -> String {
      let rows = Self.values.map { [$0, Constant(bool: true)] }
      let fixture = Fixture([Field("a", .bool), Field("b", .bool)], rows)
      return try fixture.values(text).map { short($0) }.joined()
    }
    #expect(try column("not a") == "tfnzo")
    #expect(try column("a is null") == "fftzo")
    #expect(try column("a is not null") == "ttfzo")
    #expect(try column("a = b") == "ftnzo")
    #expect(try column("if(a, b, not b)") == "ftfzo")
    #expect(try column("case when a then not b when b then b end") == "tftzo")
    #expect(try column("coalesce(a, b)") == "fttzo")
    #expect(try column("nullif(a, b)") == "fnnzo")
  }

  @Test func `what lies under a mark is never seen`() throws {
    // The values under the marks are the opposite of what they are elsewhere.
    let fixture = Fixture(
      [Field("a", .bool), Field("b", .bool)],
      [
        [Constant(.bool, mark: .null), Constant(bool: false)],
        [Constant(.bool, mark: .null), Constant(bool: true)],
        [Constant(bool: false), Constant(.bool, mark: .null)],
      ]
    )
    fixture.batch.columns[0].flags[0] = 255
    fixture.batch.columns[0].flags[1] = 255
    fixture.batch.columns[1].flags[2] = 255
    #expect(try fixture.values("a and b").map { short($0) } == ["f", "n", "f"])
    #expect(try fixture.values("a or b").map { short($0) } == ["n", "t", "n"])
    #expect(try fixture.values("not a or b").map { short($0) } == ["n", "t", "t"])
  }

  @Test func `a branch that is not taken has no errors`() throws {
    let fixture = Fixture(
      [Field("x", .int)],
      [[Constant(.int, word: 0)], [Constant(.int, word: 4)], [Constant(.int, mark: .null)]]
    )
    let guarded = try fixture.values("case when x <> 0 then div(8, x) else -1 end")
    #expect(guarded.map(\.description) == ["-1", "2", "-1"])
    let short = try fixture.values("x <> 0 and 8 / x > 1")
    #expect(short.map(\.description) == ["false", "true", "null"])
    let swapped = try fixture.values("8 / x > 1 and x <> 0")
    #expect(swapped.map(\.description) == ["false", "true", "null"])
    let chosen = try fixture.values("coalesce(x, div(1, x))")
    #expect(chosen.map(\.description) == ["0", "4", "null"])
  }
}
