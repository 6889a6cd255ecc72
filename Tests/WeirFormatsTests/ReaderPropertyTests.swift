import Testing
import WeirColumns
import WeirFormats

/// Random records, cut into random blocks: the learned way and the full parser must agree.
@Suite struct ReaderPropertyTests {
  private static let types: [ColumnType] = [
    .string, .string, .int, .decimal(scale: 2), .float, .timestamp, .bool, .duration, .bytes,
    .json, .list(.int),
  ]

  @Test(arguments: UInt64(1)...200)
  func `what is read does not depend on blocks or on what was learned`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var fields: [RecordField] = []
    for index in 0..<Int.random(in: 1...6, using: &random) {
      let type = Self.types.randomElement(using: &random) ?? .int
      let isNested = Int.random(in: 0..<4, using: &random) == 0
      fields.append(
        RecordField(
          "field\(index)",
          type,
          path: isNested ? ["outer", "f\(index)"] : ["f\(index)"],
          isNeeded: Int.random(in: 0..<4, using: &random) > 0
        )
      )
    }
    let schema = RecordSchema(fields)
    var records = RandomRecords(fields: fields, random: random)
    let input = records.input()
    let plain = JSONLinesReader(schema)
    plain.usesShapes = false
    let expected = ReadResult(plain, input)
    let reader = JSONLinesReader(schema)
    for most in [1, 3, 1000] {
      let result = ReadResult(reader, input, maximumRows: most) {
        Int.random(in: 0...400, using: &random)
      }
      #expect(result == expected, "seed \(seed)")
    }
  }
}

/// Lines that are mostly alike, sometimes of another shape, and sometimes damaged.
private struct RandomRecords {
  let fields: [RecordField]
  var random: SeededRandom

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  mutating func input() -> [UInt8] {
    var bytes: [UInt8] = []
    var styles = (0..<Int.random(in: 1...6, using: &random)).map { _ in random.next() }
    for _ in 0..<Int.random(in: 0...120, using: &random) {
      if chance(40) { styles[0] = random.next() }
      let style = styles.randomElement(using: &random) ?? 0
      var line = Array(line(style: chance(20) ? random.next() : style).utf8)
      if chance(25), !line.isEmpty {
        let place = Int.random(in: 0..<line.count, using: &random)
        line[place] = UInt8.random(in: 0...255, using: &random)
      }
      if chance(40) { line = Array(line.prefix(Int.random(in: 0...line.count, using: &random))) }
      bytes += line + (style % 5 == 0 ? [0x0d, 0x0a] : [0x0a])
    }
    if chance(2), !bytes.isEmpty { bytes.removeLast() }
    return bytes
  }

  private mutating func line(style: UInt64) -> String {
    var choice = SeededRandom(seed: style)
    let space = Int.random(in: 0..<3, using: &choice) == 0 ? " " : ""
    var outer: [String] = []
    var members: [String] = []
    for field in fields.shuffled(using: &choice) where Int.random(in: 0..<5, using: &choice) > 0 {
      let name = field.path[field.path.count - 1]
      let member = "\"\(name)\":\(space)\(value(field.type))"
      if field.path.count > 1 { outer.append(member) } else { members.append(member) }
      if Int.random(in: 0..<6, using: &choice) == 0 {
        let unknown = Self.anything.randomElement(using: &random) ?? "1"
        members.append("\"a member that no field has, with a long name\":\(unknown)")
      }
    }
    if !outer.isEmpty { members.append("\"outer\":{\(outer.joined(separator: ","))}") }
    return "{" + members.joined(separator: ",\(space)") + "}"
  }

  private static let anything = [
    "1", "-1.5e3", "true", "null", "\"x\"", "\"ä\\n\"", "[]", "[1,[2]]", "{\"f0\":1}", "{}",
  ]

  private mutating func value(_ type: ColumnType) -> String {
    if chance(12) { return "null" }
    if chance(15) { return Self.anything.randomElement(using: &random) ?? "0" }
    switch type {
    case .string:
      let letters = ["a", "b", " ", "ä", "€", "😀", "\\n", "\\u00e4", "\\\"", "0", "}"]
      let plain = chance(3) ? letters.count : 2
      let count = Int.random(in: 0...20, using: &random)
      return "\""
        + (0..<count).map { _ in letters[Int.random(in: 0..<plain, using: &random)] }
        .joined() + "\""
    case .int: return number(fraction: 0)
    case .decimal: return number(fraction: 3)
    case .float:
      let bits = Double(bitPattern: random.next())
      return chance(2) || !bits.isFinite ? number(fraction: 18) : bits.description
    case .timestamp:
      let time = Int64.random(in: TimestampText.least...TimestampText.greatest, using: &random)
      return chance(2) ? "\(time / 1000)" : "\"\(TimestampText.text(time))\""
    case .bool: return chance(2) ? "true" : "false"
    case .duration: return "\"\(DurationText.text(Int64(bitPattern: random.next())))\""
    case .bytes: return chance(2) ? "\"AAEC\"" : "\"AA==\""
    case .json: return Self.anything.randomElement(using: &random) ?? "{}"
    case .list: return chance(2) ? "[1, 2]" : "[]"
    }
  }

  private mutating func number(fraction: Int) -> String {
    var text = chance(4) ? "-" : ""
    text += "\(random.next() >> UInt64.random(in: 0...63, using: &random))"
    let digits = Int.random(in: 0...fraction, using: &random)
    if digits > 0 { text += "." + (0..<digits).map { _ in chance(2) ? "0" : "7" }.joined() }
    return text
  }
}
