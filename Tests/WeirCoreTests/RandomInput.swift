import WeirCore

/// Seeded inputs: rows in disorder, some late, and watermarks between them.
struct RandomInput {
  enum Step {
    case rows([TestRow])
    case watermark(Int64)
  }

  var random: SeededRandom
  var keys = 5
  var disorder: Int64 = 30
  var start: Int64 = -100
  /// Share of rows that carry a stamp, in percent.
  var stamps = 10

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  private mutating func key() -> TestValue? {
    // One key with most of the rows, a null, an empty text, and keys that fit no cell.
    if random.chance(50) { return .text("hot") }
    switch random.integer(0...6) {
    case 0: return nil
    case 1: return .text("")
    case 2: return .text("a key that is too long for a cell \(random.integer(0...2))")
    case 3: return .text("exactly 15 byte")
    case 4: return .text("zero\0byte\(random.integer(0...1))")
    default: return .text("k\(random.integer(0...Int64(keys)))")
    }
  }

  private mutating func optional(_ value: TestValue) -> TestValue? {
    random.chance(20) ? nil : value
  }

  mutating func row(time: Int64) -> TestRow {
    let text = ["", "b", "ä", "a text of more than fifteen bytes", "a text of more than 15 bytes!"]
    let numbers: [Int64] = [0, 1, -1, 255, 256, -256, -257, 70_000, .max, .min]
    var row = TestRow(values: [])
    row.values = [
      key(), optional(.word(numbers[Int(random.integer(0...9))])), .word(time),
      optional(.word(random.integer(-1000...1000))), optional(.word(random.integer(-99...99))),
      optional(.float(Double(random.integer(-40...40)) / 4)),
      optional(.text(text[Int(random.integer(0...4))])), optional(.word(random.integer(0...1))),
      optional(.word(random.integer(-10...10))), optional(.word(random.integer(0...1))),
    ]
    return row
  }

  /// So many steps of up to `most` rows, watermarks that follow, at times far, and the end.
  mutating func steps(_ count: Int, most: Int64 = 12) -> [Step] {
    var steps: [Step] = []
    var now = start
    for _ in 0..<count {
      var rows: [TestRow] = []
      for _ in 0..<random.integer(1...most) {
        now += random.integer(0...4)
        var row = row(time: now - random.integer(0...disorder))
        if random.chance(10) { row.values[2] = .word(now - random.integer(0...disorder * 4)) }
        if random.chance(3) { row.values[2] = .word(now + random.integer(0...disorder * 8)) }
        if random.chance(stamps) { row.stamp = now - random.integer(-10...disorder * 2) }
        rows.append(row)
      }
      steps.append(.rows(rows))
      if random.chance(60) { steps.append(.watermark(now - random.integer(0...disorder))) }
      if random.chance(3) {
        now += 100_000
        steps.append(.watermark(now))
      }
    }
    steps.append(.watermark(.max))
    return steps
  }
}
