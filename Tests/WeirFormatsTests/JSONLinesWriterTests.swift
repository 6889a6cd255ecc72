import Foundation
import Testing
import WeirColumns
import WeirFormats

@Suite struct JSONLinesWriterTests {
  /// A batch of one column of each type, its rows filled by JSON lines.
  private static let fields = [
    RecordField("flag", .bool), RecordField("whole", .int), RecordField("real", .float),
    RecordField("money", .decimal(scale: 2)), RecordField("text", .string),
    RecordField("at", .timestamp), RecordField("took", .duration), RecordField("raw", .bytes),
    RecordField("any", .json), RecordField("list", .list(.string)),
    RecordField("times", .list(.timestamp)), RecordField("sums", .list(.decimal(scale: 1))),
  ]

  private func batch(_ fields: [RecordField], _ lines: String) -> Batch {
    let reader = JSONLinesReader(RecordSchema(fields))
    let batch = Batch(Schema(reader.schema.columns), capacity: 4)
    var rejected = RejectedRecords()
    let bytes = Array(lines.utf8)
    let block = bytes + [UInt8](repeating: 0, count: 64)
    let consumed = block.withUnsafeBytes {
      reader.read(
        UnsafeRawBufferPointer(rebasing: $0[0..<bytes.count]),
        into: batch,
        maximumRows: 1000,
        rejected: &rejected,
        isLast: true
      )
    }
    #expect(consumed == bytes.count)
    #expect(rejected.records == [])
    return batch
  }

  private func text(_ batch: Batch, _ rows: Selection? = nil, capacity: Int = 16) -> String {
    let writer = JSONLinesWriter(batch.schema)
    let buffer = TextBuffer(capacity: capacity)
    writer.writeHeader(into: buffer)
    writer.write(batch, rows, into: buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test func `every type is written in its form`() {
    let lines = """
      {"flag":true,"whole":-9223372036854775808,"real":0.1,"money":-0.05,\
      "text":"aä\\u0001\\n\\"\\\\/","at":"2026-01-01T01:02:03.5+01:00","took":5400000,"raw":"AAEC/w==","any":{"x": [1]},\
      "list":["a\\t",null,""],"times":[0],"sums":[1.5,-0.2]}
      {"flag":false,"whole":9223372036854775807,"real":-0.0,"money":7,"text":"",\
      "at":"0001-01-01T00:00:00.000001Z","took":"-1d1us","raw":"","any":1.50,"list":[],"times":[],\
      "sums":[]}
      {}

      """
    let expected = """
      {"flag":true,"whole":-9223372036854775808,"real":0.1,"money":-0.05,\
      "text":"aä\\u0001\\n\\"\\\\/","at":"2026-01-01T00:02:03.500Z","took":"1h30m",\
      "raw":"AAEC/w==","any":{"x": [1]},"list":["a\\t",null,""],\
      "times":["1970-01-01T00:00:00Z"],"sums":[1.5,-0.2]}
      {"flag":false,"whole":9223372036854775807,"real":-0.0,"money":7.00,"text":"",\
      "at":"0001-01-01T00:00:00.000001Z","took":"-1d1us","raw":"","any":1.50,"list":[],\
      "times":[],"sums":[]}
      {"flag":null,"whole":null,"real":null,"money":null,"text":null,"at":null,"took":null,\
      "raw":null,"any":null,"list":null,"times":null,"sums":null}

      """
    let batch = batch(Self.fields, lines)
    #expect(text(batch) == expected)
    // What was written reads as what it was written from.
    #expect(text(self.batch(Self.fields, expected)) == expected)
  }

  @Test func `only selected rows and visible columns are written`() {
    let fields = [
      RecordField("_time", .timestamp, path: ["t"]), RecordField("n", .int),
      RecordField("a \"name\" that is longer than sixteen bytes", .int, path: ["m"]),
    ]
    let batch = batch(fields, (0..<5).map { "{\"n\":\($0),\"t\":\($0)}\n" }.joined())
    let buffer = SelectionBuffer(capacity: 5)
    var rows = buffer.all(5)
    rows.indices[0] = 1
    rows.indices[1] = 3
    rows.count = 2
    #expect(
      text(batch, rows) == """
        {"n":1,"a \\"name\\" that is longer than sixteen bytes":null}
        {"n":3,"a \\"name\\" that is longer than sixteen bytes":null}

        """
    )
  }

  @Test func `a row without visible columns is an empty object`() {
    let fields = [RecordField("_time", .timestamp)]
    #expect(text(batch(fields, "{}\n{\"_time\":1}\n")) == "{}\n{}\n")
  }

  @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 40])
  func `an escape is found at every place`(length: Int) {
    for place in 0...length {
      for (byte, escaped) in [("\"", "\\\""), ("\\", "\\\\"), ("\u{1f}", "\\u001f"), ("ä", "ä")] {
        let head = String(repeating: "x", count: place)
        let tail = String(repeating: "y", count: length - place)
        let batch = Batch(Schema([Field("s", .string)]), capacity: 1)
        batch.columns[0].append(text: head + byte + tail, at: 0)
        // The bytes behind a value are those of the next one, and must not matter.
        batch.columns[0].append(text: "\"\\\u{1}\"\"\"\"\"\"", at: 1)
        batch.count = 1
        #expect(text(batch) == "{\"s\":\"\(head)\(escaped)\(tail)\"}\n")
      }
    }
  }

  @Test func `repeated and changing times are written right`() {
    let batch = Batch(Schema([Field("t", .timestamp)]), capacity: 8)
    let times: [Int64] = [
      0, 0, 1, 1_000, 1_000_000, 0, TimestampText.least, TimestampText.greatest,
    ]
    for (row, time) in times.enumerated() { batch.columns[0].append(word: time, at: row) }
    batch.count = times.count
    #expect(
      text(batch) == times.map { "{\"t\":\"\(TimestampText.text($0))\"}\n" }.joined()
    )
  }

  @Test func `a buffer grows and keeps what it has`() {
    let batch = Batch(Schema([Field("s", .string)]), capacity: 3)
    let long = String(repeating: "\u{2}", count: 100_000)
    for row in 0..<3 { batch.columns[0].append(text: long, at: row) }
    batch.count = 3
    let line = "{\"s\":\"\(String(repeating: "\\u0002", count: 100_000))\"}\n"
    #expect(text(batch) == line + line + line)
  }

  @Test(arguments: UInt64(1)...50)
  func `a row is one line of JSON, whatever space and control bytes its values have`(
    seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    let tokens = ["[", "1", ",", "{", "\"a\"", ":", "\"x\\n\"", "}", ",", "\"\"", "]"]
    let spaces = ["", " ", "\n", "\r\n", "\r", "\t"]
    let controls = (0..<0x20).map { String(UnicodeScalar(UInt8($0))) } + ["\"\"", "\\", "\u{2028}"]
    func space() -> String { spaces.randomElement(using: &random) ?? "" }
    var input = "any,text\n"
    for _ in 0..<20 {
      let json = space() + tokens.map { $0 + space() }.joined()
      let text = (0..<6).map { _ in controls.randomElement(using: &random) ?? "" }.joined()
      input += "\"\(json.replacing("\"", with: "\"\""))\",\"\(text)\"\n"
    }
    let reader = CSVReader(
      RecordSchema([RecordField("any", .json), RecordField("text", .string)])
    )
    let batch = Batch(Schema(reader.schema.columns), capacity: 20)
    var rejected = RejectedRecords()
    let bytes = Array(input.utf8)
    _ = (bytes + [UInt8](repeating: 0, count: 64)).withUnsafeBytes {
      reader.read(
        UnsafeRawBufferPointer(rebasing: $0[0..<bytes.count]),
        into: batch,
        maximumRows: 100,
        rejected: &rejected,
        isLast: true
      )
    }
    #expect(rejected.records == [])
    let lines = text(batch).utf8.split(separator: 0x0a)
    #expect(lines.count == 20)
    for line in lines {
      #expect(!line.contains(0x0d))
      let value = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      #expect((value?["any"] as? [Any])?.count == 3)
    }
  }
}
