import Testing
import WeirColumns
import WeirFormats

@Suite struct JSONLinesReaderTests {
  private let schema = RecordSchema([
    RecordField("name", .string), RecordField("count", .int),
    RecordField("id", .string, path: ["merchant", "id"]),
  ])

  private func read(_ text: String) -> ReadResult { read(Array(text.utf8)) }

  private func read(_ input: [UInt8]) -> ReadResult {
    let result = ReadResult(JSONLinesReader(schema), input)
    let plain = JSONLinesReader(schema)
    plain.usesShapes = false
    #expect(result == ReadResult(plain, input))
    var size = 0
    let cut = ReadResult(JSONLinesReader(schema), input, maximumRows: 1) {
      size = size % 7 + 1
      return size
    }
    #expect(result == cut)
    return result
  }

  @Test func `an empty input has no rows`() {
    #expect(read("") == read("\n\r\n  \n"))
    #expect(read("").rows == [])
  }

  @Test func `members may come in any order, be absent, unknown or null`() {
    let result = read(
      """
      {"name":"a","count":1,"merchant":{"id":"m"}}
       { "count" : 2 , "x" : [ 1 , { } , "é" ] , "name" : "b" }\u{20}
      {}
      {"merchant":null,"name":null}
      {"merchant":{"other":1.5e3},"count":3}
      {"merchant":{"id":"n","more":{"deep":[]}},"count":4}
      """
    )
    #expect(result.rejected == [])
    #expect(
      result.rows == [
        ["a", "1", "m"], ["b", "2", "null"], ["null", "null", "null"], ["null", "null", "null"],
        ["null", "3", "null"], ["null", "4", "n"],
      ]
    )
  }

  @Test func `the last of duplicate names wins`() {
    let result = read(
      """
      {"name":1,"name":"b","count":1,"count":2}
      {"merchant":{"id":"a"},"merchant":{}}
      {"merchant":{"id":"a"},"merchant":{"id":"b"}}
      {"n\\u0061me":"escaped"}
      {"name":"b","name":1}
      """
    )
    #expect(
      result.rows == [
        ["b", "2", "null"], ["null", "null", "null"], ["null", "null", "b"],
        ["escaped", "null", "null"],
      ]
    )
    #expect(
      result.rejected.map { $0.drop { $0 != " " } } == [
        " field 'name': expected string, found a number"
      ]
    )
  }

  @Test func `a path through a scalar is refused`() {
    #expect(
      read("{\"merchant\":7}\n{\"merchant\":\"x\"}\n{\"merchant\":[]}").rejected == [
        "0+14 field 'id': expected an object on the path 'merchant.id', found a number",
        "15+16 field 'id': expected an object on the path 'merchant.id', found text",
        "32+15 field 'id': expected an object on the path 'merchant.id', found an array",
      ]
    )
  }

  @Test func `line ends may be CRLF and a byte order mark may come first`() {
    let result = read("\u{feff}{\"count\":1}\r\n\r\n{\"count\":2}\r\n{\"count\":3}")
    #expect(result.rejected == [])
    #expect(result.rows.map { $0[1] } == ["1", "2", "3"])
    #expect(
      read("{\"count\":1}\n\u{feff}{\"count\":2}\n").rejected == [
        "12+14 invalid JSON at byte 0: expected an object"
      ]
    )
  }

  @Test(arguments: [
    ("[]", "invalid JSON at byte 0: expected an object"),
    ("7", "invalid JSON at byte 0: expected an object"),
    ("{", "the record ends early, at byte 1: expected a name in double quotes"),
    ("{\"name\"", "the record ends early, at byte 7: expected ':' after a name"),
    ("{\"name\":", "the record ends early, at byte 8: expected a value"),
    ("{\"name\":\"a", "the record ends early, at byte 10: a control byte in a text"),
    ("{\"count\":1", "the record ends early, at byte 10: expected ',' or '}'"),
    ("{\"count\":1,}", "invalid JSON at byte 11: expected a name in double quotes"),
    ("{\"count\":1}}", "invalid JSON at byte 11: more than one value"),
    ("{\"count\":1} {}", "invalid JSON at byte 12: more than one value"),
    ("{\"count\" 1}", "invalid JSON at byte 9: expected ':' after a name"),
    ("{count:1}", "invalid JSON at byte 1: expected a name in double quotes"),
    ("{\"count\":01}", "invalid JSON at byte 9: a number is malformed"),
    ("{\"count\":1.}", "invalid JSON at byte 9: a number is malformed"),
    ("{\"count\":.5}", "invalid JSON at byte 9: expected a value"),
    ("{\"count\":+1}", "invalid JSON at byte 9: expected a value"),
    ("{\"count\":-}", "invalid JSON at byte 9: a number is malformed"),
    ("{\"count\":1e}", "invalid JSON at byte 9: a number is malformed"),
    ("{\"count\":nul}", "invalid JSON at byte 9: expected a value"),
    ("{\"count\":NaN}", "invalid JSON at byte 9: expected a value"),
    ("{\"x\":[1,]}", "invalid JSON at byte 8: expected a value"),
    ("{\"x\":[1 2]}", "invalid JSON at byte 8: expected ',' or ']'"),
    ("{\"x\":\"\t\"}", "invalid JSON at byte 6: a control byte in a text"),
    ("{\"x\":\"\\x\"}", "invalid JSON at byte 7: an escape is malformed"),
    ("{\"x\":\"\\u12g4\"}", "invalid JSON at byte 7: an escape is malformed"),
    ("{\"name\":\"\\ud800\"}", "invalid JSON at byte 15: half of a surrogate pair"),
    ("{\"name\":\"\\ud800\\u0041\"}", "invalid JSON at byte 15: half of a surrogate pair"),
    ("{\"name\":\"\\udc00\"}", "invalid JSON at byte 15: half of a surrogate pair"),
    ("{\"count\":1,\u{c}\"x\":1}", "invalid JSON at byte 11: expected a name in double quotes"),
  ])
  func `a line that is no object is refused`(line: String, reason: String) {
    let good = "{\"name\":\"a\",\"count\":1}\n"
    let result = read(good + line + "\n" + good)
    #expect(result.rows.count == 2)
    #expect(result.rejected == ["23+\(line.utf8.count) \(reason)"])
    #expect(read(line).rejected == ["0+\(line.utf8.count) \(reason)"])
  }

  @Test func `nesting has a limit`() {
    let limit = FormatLimits.maximumDepth
    func nested(_ depth: Int) -> String {
      let opening = String(repeating: "[", count: depth - 1)
      return "{\"x\":\(opening)\(String(repeating: "]", count: depth - 1))}"
    }
    #expect(read(nested(limit)).rejected == [])
    let position = limit + 4
    #expect(
      read(nested(limit + 1)).rejected.map { String($0.drop { $0 != " " }) } == [
        " invalid JSON at byte \(position): more than \(limit) levels deep"
      ]
    )
    let deep = "{\"x\":" + String(repeating: "[", count: 1_000_000)
    #expect(ReadResult(JSONLinesReader(schema), Array(deep.utf8)).rejected.count == 1)
  }

  @Test func `text of a megabyte is read`() {
    let long = String(repeating: "0123456789abcdeé", count: 1 << 16)
    let line = "{\"name\":\"\(long)\",\"count\":1}\n"
    let result = ReadResult(JSONLinesReader(schema), Array((line + line + line).utf8))
    #expect(result.rows == [[String]](repeating: [long, "1", "null"], count: 3))
  }

  @Test func `a record over the limit is passed over`() {
    let limit = 100
    let good = "{\"count\":1}\n"
    let head = "{\"count\":2,\"x\":\""
    func line(_ length: Int) -> String {
      head + String(repeating: "y", count: length - head.utf8.count - 2) + "\"}\n"
    }
    let input = Array((good + line(limit) + line(limit + 1) + good).utf8)
    for size in [1 << 30, 1, limit / 2 + 2, limit + 1, limit + 2] {
      let reader = JSONLinesReader(schema, maximumRecordBytes: limit)
      let result = ReadResult(reader, input, nextSize: { size })
      #expect(result.rows.map { $0[1] } == ["1", "2", "1"])
      #expect(
        result.rejected == [
          "\(13 + limit)+\(limit) the record is longer than \(limit) bytes"
        ]
      )
    }
  }

  @Test(
    arguments: [
      [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe0, 0x9f, 0xbf],
      [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0x98],
      [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff],
    ] as [[UInt8]]
  )
  func `a record of invalid UTF-8 is refused wherever it is`(bytes: [UInt8]) {
    let good = Array("{\"name\":\"a\",\"count\":1}\n".utf8)
    let places = [
      ("{\"name\":\"long enough text ", "\",\"count\":1}"), ("{\"na", "\":\"b\"}"),
      ("{\"name\":\"", "\",\"count\":1}"),
    ]
    for (before, after) in places {
      let line = Array(before.utf8) + bytes + Array(after.utf8)
      let result = read(good + line + [0x0a] + good)
      #expect(result.rows.count == 2)
      #expect(result.rejected == ["23+\(line.count) invalid UTF-8"])
    }
  }

  @Test func `marks are kept only if a row is null`() {
    let reader = JSONLinesReader(RecordSchema([RecordField("a", .int), RecordField("b", .int)]))
    let input = Array("{\"a\":1,\"b\":1}\n{\"a\":null,\"b\":1.5}\n{\"a\":2,\"b\":2}\n".utf8)
    let batch = Batch(Schema(reader.schema.columns), capacity: 8)
    var rejected = RejectedRecords()
    let block = input + [UInt8](repeating: 0, count: 64)
    for _ in 0..<2 {
      reader.place = .start
      batch.removeAll()
      let consumed = block.withUnsafeBytes {
        reader.read(
          UnsafeRawBufferPointer(rebasing: $0[0..<input.count]),
          into: batch,
          maximumRows: 8,
          rejected: &rejected,
          isLast: true
        )
      }
      #expect(consumed == input.count)
      #expect(batch.count == 2)
      #expect(batch.columns.map(\.hasMarks) == [false, false])
    }
    #expect(rejected.records.count == 2)
  }
}
