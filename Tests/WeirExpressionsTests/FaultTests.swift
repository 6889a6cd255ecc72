import Testing
import WeirColumns
import WeirExpressions

@Suite struct FaultTests {
  private let schema = Schema([
    Field("card_token", .string), Field("status", .string), Field("amount", .decimal(scale: 2)),
    Field("count_of", .int), Field("rate", .float), Field("at", .timestamp),
    Field("took", .duration), Field("is_ok", .bool), Field("body", .json),
    Field("precise", .decimal(scale: 12)),
  ])

  /// The code and the offending text of each fault.
  private func found(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return faults(text, schema).map { fault in
      "\(fault.code.rawValue) \(String(decoding: bytes[fault.range], as: UTF8.self))"
    }
  }

  @Test func `a misspelt column is named, with the nearest`() {
    let fault = ExpressionFault(
      .unknownColumn,
      0..<9,
      "unknown column 'card_tokn'",
      nearest: "card_token"
    )
    #expect(faults("card_tokn = 'x'", schema) == [fault])
    #expect(faults("statsu = 'x'", schema).first?.nearest == "status")
    #expect(faults("STATUS = 'x'", schema).first?.nearest == "status")
    #expect(faults("zebra = 'x'", schema).first?.nearest == nil)
  }

  @Test func `a misspelt or foreign function is named, with ours`() {
    #expect(faults("lenght(status)", schema).first?.nearest == "length")
    #expect(faults("substr(status, 1)", schema).first?.nearest == "substring")
    #expect(found("lenght(status)") == ["X011 lenght"])
    #expect(faults("percentile(rate, 0.5)", schema).map(\.code) == [.notYet])
  }

  @Test func `several faults in one expression are all reported, in order`() {
    #expect(
      found("colour = 1 and lower(amount) = 'x' or statsu like 3")
        == ["X010 colour", "X013 amount", "X010 statsu", "X013 3"]
    )
    #expect(found("if(a, b, c)") == ["X010 a", "X010 b", "X010 c"])
    #expect(
      found("length(status status) + (1 2) + #") == ["X005 status", "X005 2", "X001 #", "X005 "]
    )
  }

  @Test func `comparison across types asks for a cast`() throws {
    let fault = try #require(faults("status = 1", schema).first)
    #expect(fault.code == .mixedTypes)
    #expect(fault.message == "a string cannot be compared with a int")
    #expect(fault.hint == "use cast: cast(… as int) turns the text into one")
    for text in ["at > 5", "took < rate", "is_ok = 1", "body = '1'", "at = took", "status in (1)"] {
      #expect(faults(text, schema).map(\.code) == [.mixedTypes], "\(text)")
    }
    for text in ["amount = 1", "amount < rate", "count_of >= 1.5", "precise = amount"] {
      #expect(faults(text, schema).isEmpty, "\(text)")
    }
  }

  @Test func `what stands in the wrong place is reported where it stands`() {
    let cases = [
      ("", "X005 "),
      ("status =", "X005 "),
      ("status = = 'a'", "X005 ="),
      ("status 'a'", "X005 'a'"),
      ("(status", "X005 "),
      ("status)", "X005 )"),
      ("1, 2", "X005 ,"),
      ("1 < 2 < 3", "X005 <"),
      ("status is 'a'", "X005 'a'"),
      ("status in ()", "X005 )"),
      ("case end", "X005 end"),
      ("case when is_ok then 1", "X005 "),
      ("cast(status int)", "X005 int"),
      ("cast(status as)", "X005 )"),
      ("status = 'abc", "X002 'abc"),
      ("status = \"abc", "X002 \"abc"),
      ("count_of = 99999999999999999999", "X003 99999999999999999999"),
      ("count_of = 9223372036854775808", "X003 9223372036854775808"),
      ("took > 10x", "X003 10x"),
      ("took > interval '3 months'", "X004 '3 months'"),
      ("at > timestamp '2026-13-01T00:00:00Z'", "X004 '2026-13-01T00:00:00Z'"),
      ("status == 'a'", "X005 ="),
      ("is_ok && is_ok", "X001 &"),
    ]
    for (text, wanted) in cases { #expect(found(text).first == wanted, "\(text)") }
  }

  @Test func `types, counts and constants are checked`() {
    let cases = [
      ("length(1)", ["X013 1"]),
      ("length()", ["X012 length"]),
      ("substring(status, 1, 2, 3)", ["X012 substring"]),
      ("status + 1", ["X014 status + 1"]),
      ("status || amount", ["X013 amount"]),
      ("not amount", ["X022 amount"]),
      ("amount and is_ok", ["X022 amount"]),
      ("-status", ["X013 -status"]),
      ("cast(status as integer)", ["X015 integer"]),
      ("cast(status as decimal(19))", ["X017 decimal(19)"]),
      ("cast(status as decimal)", ["X017 decimal"]),
      ("cast(count_of as timestamp)", ["X016 cast(count_of as timestamp)"]),
      ("precise * precise", ["X017 precise * precise"]),
      ("regexp_like(status, '(')", ["X018 '('"]),
      ("regexp_like(status, status)", ["X019 status"]),
      ("regexp_extract(status, '(a)', 2)", ["X019 2"]),
      ("date_trunc('hours', at)", ["X020 'hours'"]),
      ("extract(century from at)", ["X020 century"]),
      ("format_timestamp(at, '%Q')", ["X018 '%Q'"]),
      ("to_timestamp(count_of, 'min')", ["X020 'min'"]),
      ("round(amount, count_of)", ["X019 count_of"]),
      ("null", ["X021 null"]),
      ("coalesce(null, null)", ["X021 coalesce(null, null)"]),
      ("case when is_ok then 1 else 'a' end", ["X014 'a'"]),
      ("status like 'a' escape 'xy'", ["X018 'xy'"]),
      ("status like 'a!' escape '!'", ["X018 'a!'"]),
      ("sum(amount)", ["X030 sum"]),
      ("length(status) filter (where is_ok)", ["X032 length"]),
      ("status between 1 and 2", ["X014 status between 1 and 2"]),
    ]
    for (text, wanted) in cases { #expect(found(text) == wanted, "\(text)") }
  }

  @Test func `a condition must be a bool`() {
    var faults: [ExpressionFault] = []
    let checker = Checker(ColumnScope(schema))
    #expect(checker.checkCondition("amount", faults: &faults) == nil)
    #expect(faults.map(\.code) == [.notCondition])
    faults = []
    #expect(checker.checkCondition("null", faults: &faults)?.type == .bool)
    #expect(checker.checkCondition("amount > 1", faults: &faults)?.columnsUsed == [2])
    #expect(faults.isEmpty)
  }

  @Test func `codes are stable and each its own`() {
    let codes = FaultCode.allCases.map(\.rawValue)
    #expect(Set(codes).count == codes.count)
    #expect(codes.allSatisfy { $0.count == 4 && $0.hasPrefix("X") })
  }

  @Test func `the nearest name counts exchanged letters as one step`() {
    #expect(NearestName.editDistance(Array("statsu".utf8), Array("status".utf8)) == 1)
    #expect(NearestName.editDistance([], Array("abc".utf8)) == 3)
    #expect(NearestName.find("ab", among: ["xyz", "abc"]) == "abc")
    #expect(NearestName.find("entirely", among: ["other"]) == nil)
  }
}
