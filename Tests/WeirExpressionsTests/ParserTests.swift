import Testing
import WeirColumns
import WeirExpressions

@Suite struct ParserTests {
  private func canonical(_ text: String) -> String {
    var faults: [ExpressionFault] = []
    let tree = Parser.parse(text, faults: &faults)
    #expect(faults.isEmpty, "\(text): \(faults)")
    return tree.description
  }

  @Test func `operators bind as in SQL`() {
    let pairs = [
      ("a or b and c", "a or b and c"),
      ("(a or b) and c", "(a or b) and c"),
      ("not a and b", "not a and b"),
      ("not (a and b)", "not (a and b)"),
      ("not a = b", "not a = b"),
      ("(not a) = b", "(not a) = b"),
      ("1+2*3", "1 + 2 * 3"),
      ("(1+2)*3", "(1 + 2) * 3"),
      ("1-2-3", "1 - 2 - 3"),
      ("1-(2-3)", "1 - (2 - 3)"),
      ("a || b = c", "a || b = c"),
      ("-a * b", "-a * b"),
      ("-(a * b)", "-(a * b)"),
      ("- - 3", "3"),
      ("+5", "5"),
      ("a between 1 and 2 and b", "a between 1 and 2 and b"),
      ("a between (b and c) and d", "a between (b and c) and d"),
      ("x NOT IN (1,2) OR y IS NOT NULL", "x not in (1, 2) or y is not null"),
      ("x + 1 is null", "x + 1 is null"),
      ("a <> b and a != b", "a <> b and a <> b"),
      ("s like 'a%' escape '!'", "s like 'a%' escape '!'"),
      ("CASE WHEN a THEN 1 ELSE 2 END", "case when a then 1 else 2 end"),
      ("case a+1 when 1 then 2 end", "case a + 1 when 1 then 2 end"),
      ("Cast(a AS Decimal(2))", "cast(a as decimal(2))"),
      ("Sum(a) FILTER (WHERE b = 1) / Count(*)", "sum(a) filter (where b = 1) / count()"),
      ("EXTRACT(Hour FROM t)", "extract(hour from t)"),
    ]
    for (text, wanted) in pairs { #expect(canonical(text) == wanted) }
  }

  @Test func `literals keep their kind and their value`() {
    let pairs = [
      ("'it''s'", "'it''s'"), ("0.90", "0.90"), ("007", "7"), ("1e3", "1000.0e0"),
      ("1.5E-3", "0.0015e0"), ("1e300", "1e+300"), ("TRUE", "true"), ("Null", "null"),
      ("10m", "interval '10m'"), ("1h30m", "interval '1h30m'"), ("90s", "interval '1m30s'"),
      ("interval '10 minutes'", "interval '10m'"), ("interval '2' days", "interval '2d'"),
      ("interval '-1 hour 30 min'", "interval '-1h30m'"),
      ("-9223372036854775808", "-9223372036854775808"),
      ("timestamp '2026-01-01T02:00:00+02:00'", "timestamp '2026-01-01T00:00:00Z'"),
      ("\"order id\"", "\"order id\""), ("\"plain\"", "plain"), ("\"end\"", "\"end\""),
      ("\"a\"\"b\"", "\"a\"\"b\""), ("timestamp", "timestamp"), ("interval", "interval"),
    ]
    for (text, wanted) in pairs { #expect(canonical(text) == wanted) }
  }

  @Test func `canonical text parses to itself`() {
    for entry in FunctionCatalogue.entries {
      for example in entry.examples + entry.edges {
        let once = canonical(example.expression)
        #expect(canonical(once) == once, "\(example.expression)")
      }
    }
  }

  @Test func `no cut of any example crashes the parser or the checker`() {
    for entry in FunctionCatalogue.entries {
      for example in entry.examples + entry.edges {
        let bytes = Array(example.expression.utf8)
        for end in 0..<bytes.count {
          let text = String(decoding: bytes[..<end], as: UTF8.self)
          _ = faults(text)
          let hole = bytes[..<end] + bytes[min(end + 3, bytes.count)...]
          _ = faults(String(decoding: hole, as: UTF8.self))
        }
      }
    }
  }

  @Test func `random tokens are answered with faults, never with a crash`() {
    let words = [
      "(", ")", ",", "+", "-", "*", "=", "<", "||", "and", "or", "not", "is", "null", "in", "like",
      "between", "case", "when", "then", "else", "end", "cast", "as", "int", "count", "filter",
      "where", "x", "1", "'a'", "1.5", "10m", "extract", "hour", "from", "if", "#", "'", "\"",
      "interval", "timestamp", "escape", "round", "date_trunc",
    ]
    let seed = SeededNumbers.seed(7)
    var numbers = SeededNumbers(seed)
    let schema = Schema([Field("x", .int)])
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...12, using: &numbers)
      let text = (0..<count).compactMap { _ in words.randomElement(using: &numbers) }
        .joined(separator: " ")
      for fault in faults(text, schema) {
        let isInside = fault.range.upperBound <= text.utf8.count
        #expect(isInside, "seed \(seed): \(text): \(fault)")
      }
    }
  }

  @Test func `deep nesting and long chains are refused, long lists are not`() {
    let deep = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
    #expect(faults(deep).map(\.code) == [.tooLarge])
    let chain = "1" + String(repeating: " + 1", count: 5000)
    #expect(faults(chain).map(\.code) == [.tooLarge])
    let minuses = String(repeating: "- ", count: 5000) + "x"
    #expect(faults(minuses).map(\.code) == [.tooLarge])
    let nots = String(repeating: "not ", count: 5000) + "x"
    #expect(faults(nots).map(\.code) == [.tooLarge])
    let pluses = String(repeating: "+ ", count: 5000) + "* * * 1"
    #expect(faults(pluses).map(\.code) == [.tooLarge])
    let list = (0..<5000).map(String.init).joined(separator: ", ")
    #expect(faults("1 in (\(list))").isEmpty)
    let branches = (0..<300).map { "when x = \($0) then '\($0)'" }.joined(separator: " ")
    #expect(faults("case \(branches) end", Schema([Field("x", .int)])).isEmpty)
    #expect(faults(String(repeating: "a", count: 70_000)).map(\.code) == [.tooLarge])
  }

  @Test func `forms that use their arguments twice cannot grow without bound`() throws {
    let schema = Schema([Field("x", .int)])
    let once = (0..<12).reduce("x") { text, number in "coalesce(\(text), x + \(number))" }
    #expect(faults(once, schema).isEmpty)
    let often = (0..<100).reduce("x") { text, number in "coalesce(\(text), x + \(number))" }
    #expect(faults("\(often) = \(often)", schema).map(\.code) == [.tooLarge, .tooLarge])
    // A list is as long as it is, and no larger.
    let list = (0..<20_000).map { "\($0)" }.joined(separator: ",")
    #expect(faults("x in (\(list.prefix(60_000))0)", schema).isEmpty)
  }
}
