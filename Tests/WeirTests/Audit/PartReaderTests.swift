import Testing
import WeirColumns
import WeirCore
import WeirFormats
import WeirTesting

@testable import Weir

/// What was written is read back with the fingerprint of the rows that were sent; every change of
/// the bytes is seen.
@Suite struct PartReaderTests {
  static let csv = SinkFormat.csv(header: true, delimiter: 0x2c, nulls: "")
  static let formats: [SinkFormat] = [
    .json, csv, .csv(header: false, delimiter: 0x3b, nulls: "NULL"),
  ]

  static let schema = Schema([
    Field("flag", .bool), Field("count", .int), Field("price", .decimal(scale: 2)),
    Field("share", .float), Field("na\"me", .string), Field("at", .timestamp),
    Field("took", .duration), Field("raw", .bytes), Field("json", .json),
    Field("list", .list(.string)), Field("floats", .list(.float)), Field("_time", .timestamp),
  ])

  private static func list(_ texts: [String?]) -> Value {
    var cell = ListCellBuilder()
    for text in texts {
      if let text {
        Array(text.utf8).withUnsafeBytes { cell.append(text: $0) }
      } else {
        cell.appendNull()
      }
    }
    return .bytes(cell.bytes)
  }

  private static func floats(_ numbers: [Double]) -> Value {
    var cell = ListCellBuilder()
    for number in numbers { cell.append(double: number) }
    return .bytes(cell.bytes)
  }

  private static func json(_ text: String) -> Value { .bytes(Array(text.utf8)) }

  static let rows: [[Value]] = [
    [
      true, 0, 0, 0.1, "", 0, 0, .bytes([]), json("{}"), list([]), floats([]), 1,
    ],
    [
      false, .int(.max), .int(.max), 1.797_693_134_862_315_7e308, "NULL", 253_402_300_799_999_999,
      .int(.max), .bytes([0, 255, 10, 13, 34]), json("{\"a\":[1,null,\"x,;y\"]}"),
      list(["a", nil, "", "b\"\n,;"]), floats([0.1, -1e-300]), 2,
    ],
    [
      nil, .int(.min), .int(.min + 1), .double(.leastNonzeroMagnitude),
      "quote \" comma , semicolon ; line\nend\r\ttab",
      -62_135_596_800_000_000, -1, nil, json("[]"), nil, nil, 3,
    ],
    [nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil],
    [
      true, -1, -1, -0.0, "snow \u{2603} and \u{1F6A2} \\ / \u{1} nul", 1_767_225_600_000_001,
      3_600_000_000, .bytes([1]), json("\"null\""), list([nil]), floats([-0.0]), 4,
    ],
  ]

  /// A file with rows, as a sink writes them.
  private func write(
    _ rows: [(schema: Schema, rows: [[Value]])],
    _ format: SinkFormat,
    _ folder: TemporaryFolder
  ) throws -> String {
    let text = TextBuffer()
    for (place, part) in rows.enumerated() {
      let writer: any RecordWriter =
        switch format {
        case .json: JSONLinesWriter(part.schema)
        case .csv(let header, let delimiter, let nulls):
          CSVWriter(
            part.schema,
            format: CSVFormat(hasHeader: header, delimiter: delimiter, nulls: nulls)
          )
        }
      if place == 0 { writer.writeHeader(into: text) }
      writer.write(Batch.of(part.schema, part.rows), nil, into: text)
    }
    return try folder.write("part", String(decoding: text.bytes, as: UTF8.self))
  }

  private func total(_ rows: [[Value]], _ schema: Schema = Self.schema) -> RowTotal {
    let batch = Batch.of(schema, rows)
    let selected = SelectionBuffer(capacity: 1)
    return withExtendedLifetime(selected) {
      RowTotal(
        rows: UInt64(rows.count),
        fingerprint: OutputFingerprint(schema).of(batch, selected.all(batch.count))
      )
    }
  }

  private func visible(_ schema: Schema) -> Schema {
    Schema(schema.fields.filter { !$0.isHidden })
  }

  @Test(arguments: formats) func `every type comes back as it was sent`(_ format: SinkFormat) throws
  {
    let folder = TemporaryFolder()
    for row in Self.rows {
      let path = try write([(Self.schema, [row])], format, folder)
      let content = try PartReader([visible(Self.schema)], format: format).read(path)
      #expect(content.faults == [], "\(row)")
      #expect(content.found == [total([row])], "\(row)")
    }
    let many = (0..<700).flatMap { _ in Self.rows }
    let path = try write([(Self.schema, many)], format, folder)
    let content = try PartReader([visible(Self.schema)], format: format).read(path)
    #expect(content.faults == [])
    #expect(content.found == [total(many)])
  }

  @Test(arguments: formats) func `a file without rows holds none`(_ format: SinkFormat) throws {
    let folder = TemporaryFolder()
    let path = try write([(Self.schema, [])], format, folder)
    let content = try PartReader([visible(Self.schema)], format: format).read(path)
    #expect(content.found == [RowTotal()])
    #expect(content.faults == [])
  }

  @Test func `rows of inputs with unlike columns are told apart by their names`() throws {
    let left = Schema([Field("a", .int), Field("b", .string)])
    let right = Schema([Field("a", .int)])
    let none = Schema([])
    let folder = TemporaryFolder()
    var parts: [(schema: Schema, rows: [[Value]])] = []
    for round in 0..<40 {
      parts.append((left, (0..<round).map { [.int(Int64($0)), "}{\",\\"] }))
      parts.append((right, (0..<(40 - round)).map { [.int(Int64($0))] }))
      parts.append((none, [[]]))
    }
    let path = try write(parts, .json, folder)
    let content = try PartReader([left, right, none], format: .json).read(path)
    #expect(content.faults == [])
    for (place, schema) in [left, right, none].enumerated() {
      let rows = parts.filter { $0.schema == schema }.flatMap(\.rows)
      #expect(content.found[place] == total(rows, schema))
    }
    try folder.append("{\"b\":\"x\",\"a\":1}\n", to: "part")
    let turned = try PartReader([left, right, none], format: .json).read(path)
    #expect(turned.found == content.found)
    #expect(
      turned.faults.count == 1 && turned.faults[0].text.contains("not the columns of any input")
    )
  }

  @Test(arguments: formats) func `every byte that is changed is seen`(_ format: SinkFormat) throws {
    let folder = TemporaryFolder()
    let schema = Schema([
      Field("id", .string), Field("n", .int), Field("at", .timestamp),
      Field("x", .decimal(scale: 2)),
    ])
    let rows: [[Value]] = [
      ["a,b", 1, 1_767_225_600_000_000, 199], ["c", nil, 0, -5], [nil, 30, 1, 1],
    ]
    let path = try write([(schema, rows)], format, folder)
    let text = try #require(try folder.files()["part"])
    var whole = PartContent(shapes: 1)
    whole.found = [total(rows, schema)]
    whole.lines = text.count { $0 == "\n" }
    let reader = PartReader([schema], format: format)
    #expect(try reader.read(path) == whole)
    let bytes = Array(text.utf8)
    for place in bytes.indices {
      for other in [UInt8(ascii: "7"), UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: "}")]
      where other != bytes[place] {
        var changed = bytes
        changed[place] = other
        try folder.write("part", String(decoding: changed, as: UTF8.self))
        #expect(try reader.read(path) != whole, "\(Character(Unicode.Scalar(other))) at \(place)")
      }
      try folder.write("part", String(decoding: bytes[..<place], as: UTF8.self))
      #expect(try reader.read(path) != whole, "cut at \(place)")
    }
    for line in text.split(separator: "\n") {
      try folder.write("part", text + line + "\n")
      #expect(try reader.read(path) != whole, "\(line) twice")
    }
    try folder.write("part", text + "\n")
    #expect(try reader.read(path) != whole)
  }

  @Test func `what is said of a file names the line`() throws {
    let folder = TemporaryFolder()
    let schema = Schema([Field("n", .int)])
    let reader = PartReader([schema], format: .json)
    func faults(_ text: String) throws -> [String] {
      try reader.read(folder.write("part", text)).faults.map(\.text)
    }
    #expect(try faults("{\"n\":1}\n{\"n\": 2}\n").first?.hasPrefix("line 2 is not as weir") == true)
    #expect(try faults("{\"n\":1}\n{\"n\":\"x\"}\n").first?.hasPrefix("line 2 is no row") == true)
    #expect(try faults("{\"n\":1}\n{\"n\":2}") == ["its last line has no end: it was cut"])
    #expect(try faults("{\"n\":1,\"m\":2}\n").count == 1)
    let csv = PartReader([schema], format: Self.csv)
    let path = try folder.write("part", "m\n1\n")
    #expect(try csv.read(path).faults.map(\.text) == ["its header is not the one that was written"])
  }
}
