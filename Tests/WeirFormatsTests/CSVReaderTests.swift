import Testing
import WeirColumns
import WeirFormats

@Suite struct CSVReaderTests {
  private static let schema = RecordSchema([
    RecordField("name", .string), RecordField("count", .int), RecordField("at", .timestamp),
  ])

  private func read(
    _ text: String,
    _ schema: RecordSchema = schema,
    _ format: CSVFormat = CSVFormat()
  ) -> ReadResult {
    let input = Array(text.utf8)
    let result = ReadResult(CSVReader(schema, format: format), input)
    var size = 0
    let cut = ReadResult(CSVReader(schema, format: format), input, maximumRows: 1) {
      size = size % 7 + 1
      return size
    }
    #expect(result == cut)
    return result
  }

  @Test func `columns are found by the names of the header`() {
    let result = read("at,other,name,count\n1,x,a,7\r\n,\"\",,\r\n\r\n2,\"y\",\"\",-1")
    #expect(result.rejected == [])
    #expect(
      result.rows == [["a", "7", "1000"], ["null", "null", "null"], ["", "-1", "2000"]]
    )
  }

  @Test func `without a header columns come in the order of the schema`() {
    let format = CSVFormat(hasHeader: false, delimiter: UInt8(ascii: ";"), nulls: "NULL")
    let result = read(
      "a,b;1;2026-01-01T00:00:00Z\nNULL;NULL;NULL\n\"NULL\";2;NULL\n;3;0\n",
      Self.schema,
      format
    )
    #expect(result.rejected == [])
    #expect(
      result.rows == [
        ["a,b", "1", "1767225600000000"], ["null", "null", "null"], ["NULL", "2", "null"],
        ["", "3", "0"],
      ]
    )
  }

  @Test func `quotes hold delimiters, line ends and doubled quotes`() {
    let result = read("name,count,at\n\"a,\"\"b\"\"\r\nc\",\"1\",\"2\"\r\n\"\"\"\",1,\"\"\"\"\n")
    #expect(result.rows == [["a,\"b\"\r\nc", "1", "2000"]])
    #expect(
      result.rejected == ["36+11 field 'at': expected timestamp, found text that is none"]
    )
  }

  @Test(arguments: [
    ("a,1", "expected 3 values, found 2"), ("a,1,2,3", "expected 3 values, found 4"),
    ("a,x,2", "field 'count': expected int, found text that is none"),
    ("a,1.5,2", "field 'count': expected int, found a number with a fraction"),
    ("a,\"\",2", "field 'count': expected int, found text that is none"),
    ("a, 1,2", "field 'count': expected int, found text that is none"),
    (
      "a,1,2026-01-01T00:00:00",
      "field 'at': expected timestamp, found a time without an offset such as 'Z'"
    ),
    ("a\"b,1,2", "invalid CSV: a quote inside a value without quotes"),
    ("\"a\"b,1,2", "invalid CSV: text after the closing quote of a value"),
    ("\"a\"\"b\" ,1,2", "invalid CSV: text after the closing quote of a value"),
  ])
  func `a record that does not fit is refused`(record: String, reason: String) {
    let result = read("name,count,at\ngood,1,2\n\(record)\ngood,1,2\n")
    #expect(result.rows == [["good", "1", "2000"], ["good", "1", "2000"]])
    #expect(result.rejected == ["23+\(record.utf8.count) \(reason)"])
  }

  @Test func `a quote that is not closed takes the rest`() {
    let result = read("name,count,at\n\"a,1,2\nb,1,2\n")
    #expect(result.rows == [])
    #expect(result.rejected == ["14+13 invalid CSV: a value whose quote is not closed"])
  }

  @Test func `a header without a column of the schema is refused and the column is null`() {
    let result = read("\u{feff}name,at\na,1\n")
    #expect(result.rows == [["a", "null", "1000"]])
    #expect(result.rejected == ["3+7 the header has no column 'count'"])
  }

  @Test func `an empty file has no rows`() {
    #expect(read("") == read("name,count,at\n"))
    #expect(read("") == read("\r\n\nname,count,at"))
  }

  @Test func `invalid UTF-8 is refused`() {
    let input =
      Array("name,count,at\nä,1,2\n".utf8) + [0x61, 0xe2, 0x82, 0x2c, 0x31, 0x2c, 0x32, 0x0a]
    let result = ReadResult(CSVReader(Self.schema), input)
    #expect(result.rows == [["ä", "1", "2000"]])
    #expect(result.rejected == ["21+7 invalid UTF-8"])
  }

  @Test func `a record over the limit is passed over`() {
    let good = "good,1,2\n"
    let long = "\(String(repeating: "x", count: 97)),1,2\n"
    let open = "\"a,1,2\n" + String(repeating: "y\n", count: 80)
    let input = Array("name,count,at\n\(good)\(long)\(good)\(open)\(good)".utf8)
    for size in [1 << 30, 1, 50, 101, 102] {
      let reader = CSVReader(Self.schema, maximumRecordBytes: 100)
      let result = ReadResult(reader, input, nextSize: { size })
      #expect(result.rows.prefix(2).map { $0[0] } == ["good", "good"])
      #expect(
        Array(result.rejected.prefix(2)) == [
          "23+100 the record is longer than 100 bytes",
          "134+100 the record is longer than 100 bytes",
        ]
      )
    }
  }

  @Test func `a wide header makes room for its columns`() {
    let names = (0..<500).map { "c\($0)" }
    let values = (0..<500).map { "\($0)" }
    let schema = RecordSchema([RecordField("c499", .int), RecordField("c3", .int)])
    let text = names.joined(separator: ",") + "\n" + values.joined(separator: ",") + "\n"
    #expect(read(text, schema).rows == [["499", "3"]])
  }

  @Test func `a reader goes on from a place`() {
    let text = Array("count,name,at\n1,a,2\n3,b,4\n".utf8)
    let reader = CSVReader(Self.schema)
    #expect(ReadResult(reader, text).rows.count == 2)
    let place = reader.place
    #expect(place.header == ["count", "name", "at"])
    let other = CSVReader(Self.schema)
    other.place = place
    let batch = Batch(Schema(Self.schema.columns), capacity: 4)
    var rejected = RejectedRecords()
    let rest = Array(text[20...]) + [UInt8](repeating: 0, count: 64)
    let consumed = rest.withUnsafeBytes {
      other.read(
        UnsafeRawBufferPointer(rebasing: $0[0..<6]),
        into: batch,
        maximumRows: 4,
        rejected: &rejected,
        isLast: true
      )
    }
    #expect(consumed == 6)
    #expect(batch.columns[0].text(at: 0) == "b")
  }

  static let fields = [
    RecordField("flag", .bool), RecordField("whole", .int), RecordField("real", .float),
    RecordField("money", .decimal(scale: 2)), RecordField("a, text", .string),
    RecordField("at", .timestamp), RecordField("took", .duration), RecordField("raw", .bytes),
    RecordField("any", .json), RecordField("list", .list(.string)),
  ]

  @Test func `what is written is read back, type by type`() {
    let text = #"""
      flag,whole,real,money,"a, text",at,took,raw,any,list
      true,-9223372036854775808,-0.0,-0.05,"a ""b""
      c",2026-01-01T00:00:00.250Z,1h30m,AAEC/w==,"{""x"": [1]}","[""a"",null]"
      false,0,5e-324,7.00,"",0001-01-01T00:00:00Z,0s,AA==,"""t""",[]
      ,,,,,,,,,

      """#
    let schema = RecordSchema(Self.fields)
    let reader = CSVReader(schema)
    let batch = Batch(Schema(schema.columns), capacity: 4)
    var rejected = RejectedRecords()
    let bytes = Array(text.utf8)
    _ = (bytes + [UInt8](repeating: 0, count: 64)).withUnsafeBytes {
      reader.read(
        UnsafeRawBufferPointer(rebasing: $0[0..<bytes.count]),
        into: batch,
        maximumRows: 10,
        rejected: &rejected,
        isLast: true
      )
    }
    #expect(rejected.records == [])
    let writer = CSVWriter(batch.schema)
    let buffer = TextBuffer(capacity: 1)
    writer.writeHeader(into: buffer)
    writer.write(batch, nil, into: buffer)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
  }

  @Test func `json is one line wherever it comes from`() {
    let text =
      "any,list\n\"{\r\n \"\"a\"\": [1,\n\t2],\r\"\"b\"\":\"\"\\n\"\"}\r\n\",\" [1,\n2] \"\n"
    let schema = RecordSchema([RecordField("any", .json), RecordField("list", .list(.int))])
    #expect(read(text, schema).rows == [["{   \"a\": [1, \t2], \"b\":\"\\n\"}", "[1|2]"]])
    #expect(
      read(
        "any\n\" \n\"\n\"\"\"a\nb\"\"\"\n\" null \"\n",
        RecordSchema([RecordField("any", .json)])
      )
      .rows == [["null"]]
    )
    let line = Array("{\"any\":{\"a\":\r1,\t\"b\":2}}\n".utf8)
    let reader = JSONLinesReader(RecordSchema([RecordField("any", .json)]))
    #expect(ReadResult(reader, line).rows == [["{\"a\": 1,\t\"b\":2}"]])
  }

  @Test(arguments: UInt64(1)...100)
  func `random texts survive writing and reading in any blocks`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let letters = ["a", ",", "\"", "\n", "\r", "ä", ";", " ", "12345678"]
    let fields = [RecordField("n", .int), RecordField("s", .string), RecordField("t", .string)]
    let batch = Batch(Schema(RecordSchema(fields).columns), capacity: 4)
    var expected: [[String]] = []
    for row in 0..<Int.random(in: 0...40, using: &random) {
      var values = ["\(row)"]
      batch.columns[0].append(word: Int64(row), at: row)
      for column in 1...2 {
        let count = Int.random(in: 0...6, using: &random)
        let text = (0..<count).map { _ in letters.randomElement(using: &random) ?? "" }.joined()
        if Int.random(in: 0..<8, using: &random) == 0 {
          batch.columns[column].appendNull(at: row)
          values.append("null")
        } else {
          batch.columns[column].append(text: text, at: row)
          values.append(text)
        }
      }
      expected.append(values)
    }
    batch.count = expected.count
    let writer = CSVWriter(batch.schema)
    let buffer = TextBuffer()
    writer.writeHeader(into: buffer)
    writer.write(batch, nil, into: buffer)
    let input = Array(buffer.bytes)
    let result = ReadResult(CSVReader(RecordSchema(fields)), input, maximumRows: 3) {
      Int.random(in: 0...40, using: &random)
    }
    #expect(result.rejected == [], "seed \(seed)")
    #expect(result.rows == expected, "seed \(seed)")
  }
}
