import Testing
import WeirColumns
import WeirFormats

/// One value of each type, read on the fast path and by the full parser: both must agree.
@Suite struct JSONValueTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    var type: ColumnType
    var json: String
    var unit = TimeUnit.milliseconds
    /// The value as text, or the reason without `field 'v': `.
    var expected: String

    var testDescription: String { "\(type) from \(json.prefix(40))" }

    init(_ type: ColumnType, _ json: String, _ expected: String, unit: TimeUnit = .milliseconds) {
      self.type = type
      self.json = json
      self.expected = expected
      self.unit = unit
    }
  }

  static let whole = [
    Sample(.int, "0", "0"), Sample(.int, "-0", "0"), Sample(.int, "7", "7"),
    Sample(.int, "12345678", "12345678"), Sample(.int, "123456789", "123456789"),
    Sample(.int, "-42", "-42"), Sample(.int, "null", "null"),
    Sample(.int, "9223372036854775807", "9223372036854775807"),
    Sample(.int, "-9223372036854775808", "-9223372036854775808"),
    Sample(.int, "9223372036854775808", "expected int, found a number out of range"),
    Sample(.int, "-9223372036854775809", "expected int, found a number out of range"),
    Sample(.int, "99999999999999999999", "expected int, found a number out of range"),
    Sample(.int, "1e18", "1000000000000000000"), Sample(.int, "1E+2", "100"),
    Sample(.int, "1e19", "expected int, found a number out of range"),
    Sample(.int, "12.0", "12"), Sample(.int, "1.2e1", "12"), Sample(.int, "120e-1", "12"),
    Sample(.int, "0e999999999999999999999", "0"),
    Sample(.int, "1e-999999999999999999999", "expected int, found a number with a fraction"),
    Sample(.int, "12.5", "expected int, found a number with a fraction"),
    Sample(.int, "\"12\"", "expected int, found text"),
    Sample(.int, "\"\"", "expected int, found text"),
    Sample(.int, "true", "expected int, found a bool"),
    Sample(.int, "{}", "expected int, found an object"),
    Sample(.int, "[1]", "expected int, found an array"),
    Sample(.decimal(scale: 2), "0", "0.00"), Sample(.decimal(scale: 2), "12.34", "12.34"),
    Sample(.decimal(scale: 2), "-0.05", "-0.05"), Sample(.decimal(scale: 2), "12.3", "12.30"),
    Sample(.decimal(scale: 2), "12.3400", "12.34"), Sample(.decimal(scale: 2), "5e-1", "0.50"),
    Sample(
      .decimal(scale: 2),
      "12.345",
      "expected decimal(2), found a number with more digits behind the point"
    ),
    Sample(.decimal(scale: 2), "92233720368547758.07", "92233720368547758.07"),
    Sample(.decimal(scale: 2), "-92233720368547758.08", "-92233720368547758.08"),
    Sample(
      .decimal(scale: 2),
      "92233720368547758.08",
      "expected decimal(2), found a number out of range"
    ),
    Sample(.decimal(scale: 18), "9.223372036854775807", "9.223372036854775807"),
    Sample(
      .decimal(scale: 18),
      "10",
      "expected decimal(18), found a number out of range"
    ),
    Sample(.decimal(scale: 0), "-7", "-7"),
  ]

  static let others = [
    Sample(.float, "0", "0.0"), Sample(.float, "-0.0", "-0.0"), Sample(.float, "1.5", "1.5"),
    Sample(.float, "0.1", "0.1"), Sample(.float, "-12.75", "-12.75"),
    Sample(.float, "3.141592653589793", "3.141592653589793"),
    Sample(.float, "0.30000000000000004", "0.30000000000000004"),
    Sample(.float, "9007199254740993", "9007199254740992.0"),
    Sample(.float, "1e23", "1e+23"), Sample(.float, "5e-324", "5e-324"),
    Sample(.float, "2.2250738585072011e-308", "2.225073858507201e-308"),
    Sample(.float, "1e-400", "0.0"),
    Sample(.float, "1.7976931348623157e308", "1.7976931348623157e+308"),
    Sample(.float, "1e400", "expected float, found a number out of range"),
    Sample(.float, "-1e400", "expected float, found a number out of range"),
    Sample(.float, String(repeating: "1", count: 80), "1.1111111111111111e+79"),
    Sample(.float, "\"NaN\"", "expected float, found text"),
    Sample(.bool, "true", "true"), Sample(.bool, "false", "false"),
    Sample(.bool, "null", "null"), Sample(.bool, "1", "expected bool, found a number"),
    Sample(.string, "\"\"", ""), Sample(.string, "\"a\"", "a"),
    Sample(
      .string,
      "\"exactly eight and more than sixteen\"",
      "exactly eight and more than sixteen"
    ),
    Sample(.string, "\"ä€😀\"", "ä€😀"),
    Sample(.string, #""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    Sample(.string, #""\u00e4\u20AC\ud83d\ude00x""#, "ä€😀x"),
    Sample(.string, #""\u0000""#, "\0"),
    Sample(.string, "1", "expected string, found a number"),
    Sample(.bytes, "\"AAEC/w==\"", "0 1 2 255"), Sample(.bytes, "\"\"", ""),
    Sample(.bytes, #""\u0041AEC\/w==""#, "0 1 2 255"),
    Sample(.bytes, "\"AAEC/w=\"", "expected bytes, found text that is none"),
    Sample(.bytes, "\"AAEC/x==\"", "expected bytes, found text that is none"),
    Sample(.bytes, "\"A*EC\"", "expected bytes, found text that is none"),
    Sample(.bytes, "7", "expected bytes, found a number"),
    Sample(.json, "{\"a\": [1, {\"b\":\"]}\\\"\"}]}", "{\"a\": [1, {\"b\":\"]}\\\"\"}]}"),
    Sample(.json, "\"text\\n\"", "\"text\\n\""), Sample(.json, "1.50", "1.50"),
    Sample(.json, "null", "null"), Sample(.json, "false", "false"),
    Sample(.list(.int), "[]", "[]"), Sample(.list(.int), "[1,null , -3 ]", "[1|null|-3]"),
    Sample(.list(.string), #"["a","b\n,]",null]"#, "[a|b\n,]|null]"),
    Sample(.list(.bool), "[true,false]", "[true|false]"),
    Sample(.list(.float), "[1,2.5e1]", "[1.0|25.0]"),
    Sample(.list(.decimal(scale: 1)), "[1.5]", "[15]"),
    Sample(.list(.timestamp), "[\"1970-01-01T00:00:01Z\",2]", "[1000000|2000]"),
    Sample(.list(.duration), "[\"1s\"]", "[1000000]"),
    Sample(.list(.int), "[1,\"2\"]", "element 1: expected int, found text"),
    Sample(.list(.int), "[[1]]", "element 0: expected int, found an array"),
    Sample(.list(.string), "[{\"a\":[\"}\"]}]", "element 0: expected string, found an object"),
    Sample(.list(.int), "7", "expected list<int>, found a number"),
  ]

  static let times = [
    Sample(.timestamp, "1767225600000", "1767225600000000"), Sample(.timestamp, "-1", "-1000"),
    Sample(.timestamp, "1767225600", "1767225600000000", unit: .seconds),
    Sample(.timestamp, "1767225600.123456", "1767225600123456", unit: .seconds),
    Sample(.timestamp, "1767225600000001", "1767225600000001", unit: .microseconds),
    Sample(.timestamp, "1767225600000000999", "1767225600000000", unit: .nanoseconds),
    Sample(.timestamp, "-1", "-1", unit: .nanoseconds),
    Sample(.timestamp, "1.00001", "1000", unit: .milliseconds),
    Sample(.timestamp, "253402300799999", "253402300799999000"),
    Sample(
      .timestamp,
      "253402300800000",
      "expected timestamp, found a time outside the years 0001 to 9999"
    ),
    Sample(.timestamp, "-62135596800000", "-62135596800000000"),
    Sample(
      .timestamp,
      "-62135596800001",
      "expected timestamp, found a time outside the years 0001 to 9999"
    ),
    Sample(
      .timestamp,
      "1e30",
      "expected timestamp, found a time outside the years 0001 to 9999"
    ),
    Sample(.timestamp, "\"2026-01-01T00:00:00Z\"", "1767225600000000"),
    Sample(.timestamp, "\"2026-01-01T00:00:00.25Z\"", "1767225600250000"),
    Sample(.timestamp, "\"2026-01-01t02:00:00.1234567+02:00\"", "1767225600123456"),
    Sample(.timestamp, "\"2025-12-31 18:30:00-05:30\"", "1767225600000000"),
    Sample(.timestamp, #""2026-01-01T00:00:00\u005a""#, "1767225600000000"),
    Sample(.timestamp, "\"0001-01-01T00:00:00Z\"", "-62135596800000000"),
    Sample(.timestamp, "\"9999-12-31T23:59:59.999999999Z\"", "253402300799999999"),
    Sample(.timestamp, "\"2024-02-29T00:00:00Z\"", "1709164800000000"),
    Sample(.timestamp, "\"2023-02-29T00:00:00Z\"", "expected timestamp, found text that is none"),
    Sample(.timestamp, "\"2023-13-01T00:00:00Z\"", "expected timestamp, found text that is none"),
    Sample(.timestamp, "\"2023-01-01T24:00:00Z\"", "expected timestamp, found text that is none"),
    Sample(.timestamp, "\"2023-01-01\"", "expected timestamp, found text that is none"),
    Sample(.timestamp, "\"\"", "expected timestamp, found text that is none"),
    Sample(
      .timestamp,
      "\"2026-01-01T00:00:00\"",
      "expected timestamp, found a time without an offset such as 'Z'"
    ),
    Sample(
      .timestamp,
      "\"0000-12-31T23:59:59Z\"",
      "expected timestamp, found a time outside the years 0001 to 9999"
    ),
    Sample(.timestamp, "true", "expected timestamp, found a bool"),
    Sample(.duration, "\"1h30m\"", "5400000000"), Sample(.duration, "1500", "1500000"),
    Sample(.duration, "1.5", "1500000", unit: .seconds), Sample(.duration, "\"-2ms\"", "-2000"),
    Sample(.duration, "\"1 h\"", "expected duration, found text that is none"),
    Sample(.duration, "\"5\"", "expected duration, found text that is none"),
    Sample(.duration, "\"m\"", "expected duration, found text that is none"),
    Sample(.duration, "\"1m1h\"", "expected duration, found text that is none"),
  ]

  @Test(arguments: whole + others + times)
  func `a value is read or refused alike on both ways`(sample: Sample) {
    for isNeeded in [true, false] {
      let schema = RecordSchema([
        RecordField("n", .int),
        RecordField("v", sample.type, unit: sample.unit, isNeeded: isNeeded),
      ])
      // The first line teaches the shape, so that the scanner meets the others.
      let lines = ["null", sample.json, sample.json].enumerated()
        .map { "{\"n\":\($0.offset),\"v\":\($0.element)}\n" }
      let input = Array(lines.joined().utf8)
      let reader = JSONLinesReader(schema)
      let learned = ReadResult(reader, input)
      let plain = JSONLinesReader(schema)
      plain.usesShapes = false
      #expect(learned == ReadResult(plain, input))
      #expect(learned == ReadResult(JSONLinesReader(schema), input, nextSize: { 1 }))
      let isRefused = sample.expected.hasPrefix("expected") || sample.expected.hasPrefix("element")
      if isRefused {
        #expect(learned.rows.count == 1)
        #expect(learned.rejected.count == 2)
        for reason in learned.rejected {
          #expect(reason.hasSuffix(" field 'v': " + sample.expected))
        }
      } else {
        #expect(learned.rejected == [])
        let value = isNeeded ? [sample.expected] : []
        #expect(learned.rows == [["0"] + (isNeeded ? ["null"] : []), ["1"] + value, ["2"] + value])
      }
    }
  }
}
