import Testing
import WeirColumns
import WeirCore
import WeirWire

@Suite struct RoundTripTests {
  /// Every type, once.
  static let types: [ColumnType] = [
    .bool, .int, .float, .decimal(scale: 2), .string, .timestamp, .duration, .bytes, .json,
    .list(.string), .list(.decimal(scale: 4)),
  ]

  /// Words about the edges of widths, units and signs.
  static let edges: [[Int64]] = [
    [], [5], [-1, 1], [.min, .max], [.min, 0, .max, -1, 1], [3, 3, 3, 3],
    [0, 255], [0, 256], [0, 65_535], [0, 65_536], [-5, 4_294_967_290], [-5, 4_294_967_291],
    [.min, .min + 255], [.max, .max - 65_536],
    [1_767_261_600_000_000, 1_767_261_660_000_000, 1_767_261_601_500_000],
    [1_767_261_600_000_000, 1_767_261_600_001_000, 1_767_300_000_000_000],
    [0, 1000, 2001], [10, 1_000_010, 86_400_000_010, 5_000_010],
    [.min, 0, .max, .min, 0, .max],
  ]

  private func roundTrip(_ batch: Batch, policy: CompressionPolicy = .none) throws -> [UInt8] {
    let frame = Frame.of(batch)
    let encoded = FrameEncoder(codec: .runs, policy: policy).encode(frame).array
    let decoded = try decode(encoded, batch.schema)
    #expect(decoded.header == frame.header)
    #expect(decoded.batch?.rows == batch.rows)
    return encoded
  }

  private func cell(_ type: ColumnType, _ number: UInt64) -> Cell {
    switch type.layout {
    case .byte: .flag(number % 2 == 1)
    case .word: type == .float ? .float(Double(number % 1000) / 8) : .word(Int64(number % 1000))
    case .variable: .text(String(repeating: "x", count: Int(number % 20)) + "\(number % 7)")
    }
  }

  @Test(arguments: types, [0, 1, 2, 7, 8, 9, 63, 64, 65, 1000])
  func `every type comes back, with and without nulls`(_ type: ColumnType, rows: Int) throws {
    var chance = Chance(seed: 1)
    let schema = Schema([Field("a", type)])
    let values = (0..<rows).map { _ in cell(type, chance.next()) }
    _ = try roundTrip(.of(schema, [values]))
    let gaps = values.map { chance.next() % 3 == 0 ? Cell.mark(.null) : $0 }
    _ = try roundTrip(.of(schema, [gaps]), policy: .lz4)
    _ = try roundTrip(.of(schema, [values.map { _ in .mark(.null) }]))
    let errors = values.map { chance.next() % 3 == 0 ? Cell.mark(.overflow) : $0 }
    _ = try roundTrip(.of(schema, [errors]))
  }

  @Test func `as many rows as fit come back`() throws {
    let schema = Schema([Field("a", .int), Field("b", .string), Field("c", .bool)])
    let rows = 65_536
    var chance = Chance(seed: 2)
    let columns: [[Cell]] = [
      (0..<rows).map { _ in .word(Int64(bitPattern: chance.next())) },
      (0..<rows).map { .text("card\($0 % 977)") },
      (0..<rows).map { .flag($0 % 5 == 0) },
    ]
    _ = try roundTrip(.of(schema, columns), policy: .lz4)
  }

  @Test func `texts of a megabyte come back`() throws {
    let schema = Schema([Field("a", .string)])
    let long = [UInt8](repeating: 0x61, count: 1 << 20)
    let other = [UInt8](repeating: 0x62, count: (1 << 20) + 3)
    _ = try roundTrip(.of(schema, [[.text(long), .text(""), .text(other)]]))
    _ = try roundTrip(.of(schema, [[.text(long), .text(long)]]), policy: .lz4)
  }

  @Test(arguments: edges)
  func `words at the edges come back`(_ words: [Int64]) throws {
    for type in [ColumnType.int, .timestamp, .duration] {
      _ = try roundTrip(.of(Schema([Field("a", type)]), [words.map { .word($0) }]))
    }
  }

  @Test(arguments: [1, 300, 70_000, 5_000_000_000])
  func `ordered words come back, however large the steps`(_ step: Int64) throws {
    var chance = Chance(seed: 3)
    var word: Int64 = 1_000_000_000_000
    let words = (0..<5000).map { _ in
      word += step + Int64(chance.next() % UInt64(step))
      return Cell.word(word)
    }
    _ = try roundTrip(.of(Schema([Field("a", .int)]), [words]))
    _ = try roundTrip(.of(Schema([Field("a", .int)]), [words.reversed()]))
  }

  @Test(arguments: [1, 2, 255, 256, 257, 2000])
  func `few and many distinct texts come back`(_ distinct: Int) throws {
    let schema = Schema([Field("a", .string)])
    for length in [0, 3, 12, 13, 14, 40] {
      let texts = (0..<3000).map { row in
        Cell.text("\((row * 7919) % distinct)" + String(repeating: "=", count: length))
      }
      _ = try roundTrip(.of(schema, [texts]))
      _ = try roundTrip(.of(schema, [texts.map { $0 == texts[1] ? .mark(.null) : $0 }]))
    }
  }

  @Test(arguments: [0, 1, 255, 256, 65_535, 65_536])
  func `texts of every width of length come back`(_ length: Int) throws {
    let schema = Schema([Field("a", .bytes)])
    let long = [UInt8](repeating: 7, count: length)
    _ = try roundTrip(.of(schema, [[.text(long), .text([1]), .text([])]]))
    _ = try roundTrip(.of(schema, [[.text(long)]]))
    _ = try roundTrip(.of(schema, [[.text(long), .text(long.map { $0 + 1 })]]))
  }

  @Test func `stamps travel only where there are any`() throws {
    let schema = Schema([Field("_time", .timestamp)], eventTime: 0)
    let times = (0..<100).map { Cell.word($0 * 1_000_000) }
    let some = (0..<100).map { $0 % 9 == 0 ? Int64($0) * 1_000_007 : Batch.noStamp }
    _ = try roundTrip(.of(schema, [times], stamps: some))
    _ = try roundTrip(.of(schema, [times], stamps: (0..<100).map { Int64($0) }))
    let none = [Int64](repeating: Batch.noStamp, count: 100)
    let encoder = FrameEncoder(codec: .runs, policy: .none)
    let encoded = encoder.encode(.of(.of(schema, [times], stamps: none)))
    #expect(try decode(encoded.array, schema).batch?.rows == Batch.of(schema, [times]).rows)
  }

  @Test func `equal rows give equal bytes, whatever lies under a null`() throws {
    let schema = Schema([Field("a", .int), Field("b", .bool), Field("c", .float)])
    let cells: [[Cell]] = [
      [.word(5), .mark(.null), .word(900)], [.flag(true), .mark(.null), .flag(true)],
      [.float(1.5), .mark(.null), .float(2)],
    ]
    let left = Batch.of(schema, cells)
    let right = Batch.of(schema, cells)
    right.columns[0].words[1] = 77_777
    right.columns[1].flags[1] = 1
    right.columns[2].doubles[1] = .nan
    let encoder = FrameEncoder(codec: .runs, policy: .none)
    let bytes = encoder.encode(.of(left)).array
    #expect(encoder.encode(.of(right)).array == bytes)
    let again = try #require(try decode(bytes, schema).batch)
    #expect(encoder.encode(.of(again)).array == bytes)
  }

  @Test func `a batch of many columns reuses its memory from frame to frame`() throws {
    var chance = Chance(seed: 4)
    let schema = Schema(Self.types.enumerated().map { Field("c\($0.offset)", $0.element) })
    let encoder = FrameEncoder(codec: .runs, policy: .auto)
    let decoder = FrameDecoder(codec: .runs)
    let pool = BatchPool()
    for _ in 0..<50 {
      let rows = Int(chance.next() % 400)
      let columns = Self.types.map { type in
        let nulls = chance.next() % 3
        return (0..<rows).map { _ in
          chance.next() % 4 < nulls ? Cell.mark(.null) : cell(type, chance.next())
        }
      }
      let stamps = chance.next() % 2 == 0 ? (0..<rows).map { Int64($0) } : nil
      let batch = Batch.of(schema, columns, stamps: rows == 0 ? nil : stamps)
      let bytes = encoder.encode(.of(batch)).array
      let decoded = try #require(try decode(bytes, schema, decoder: decoder, pool: pool).batch)
      #expect(decoded.rows == batch.rows)
      pool.give(decoded)
    }
  }
}
