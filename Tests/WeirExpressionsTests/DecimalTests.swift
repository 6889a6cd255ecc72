import Testing
import WeirColumns
import WeirExpressions

/// Decimals against 128-bit arithmetic.
@Suite struct DecimalTests {
  /// A word or none if it overflowed.
  private func fit(_ value: Int128) -> Int64? { Int64(exactly: value) }

  private func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { value, _ in value * 10 }
  }

  private func word(_ numbers: inout SeededNumbers) -> Int64 {
    let shift = Int64.random(in: 0...63, using: &numbers)
    return Int64.random(in: .min ... .max, using: &numbers) >> shift
  }

  @Test(arguments: [(0, 0), (2, 2), (2, 4), (9, 9), (3, 0), (18, 0), (0, 18), (18, 18)])
  func `sums, products and comparisons are exact or an overflow`(_ scales: (Int, Int)) throws {
    let seed = SeededNumbers.seed(11)
    var numbers = SeededNumbers(seed)
    let (left, right) = scales
    let pairs = (0..<2000).map { _ in (word(&numbers), word(&numbers)) }
    let fixture = Fixture(
      [Field("a", .decimal(scale: left)), Field("b", .decimal(scale: right))],
      pairs.map {
        [
          Constant(.decimal(scale: left), word: $0.0), Constant(.decimal(scale: right), word: $0.1),
        ]
      }
    )
    let scale = max(left, right)
    let aligned = pairs.map {
      (Int128($0.0) * power(scale - left), Int128($0.1) * power(scale - right))
    }
    func words(_ text: String) throws -> [Int64?] {
      try fixture.values(text).map { value in
        #expect(value.mark == .value || value.mark == .overflow, "seed \(seed)")
        return value.mark == .value ? value.word : nil
      }
    }
    // A side that does not fit the greater scale overflows before it is added.
    let sums = aligned.map { fit($0.0) == nil || fit($0.1) == nil ? nil : fit($0.0 + $0.1) }
    #expect(try words("a + b") == sums, "seed \(seed)")
    let differences = aligned.map { fit($0.0) == nil || fit($0.1) == nil ? nil : fit($0.0 - $0.1) }
    #expect(try words("a - b") == differences, "seed \(seed)")
    if left + right <= 18 {
      let products = pairs.map { fit(Int128($0.0) * Int128($0.1)) }
      #expect(try words("a * b") == products, "seed \(seed)")
      #expect(try check("a * b", fixture.schema).type == .decimal(scale: left + right))
    }
    #expect(try words("a = b") == aligned.map { $0.0 == $0.1 ? 1 : 0 }, "seed \(seed)")
    #expect(try words("a <> b") == aligned.map { $0.0 != $0.1 ? 1 : 0 }, "seed \(seed)")
    #expect(try words("a < b") == aligned.map { $0.0 < $0.1 ? 1 : 0 }, "seed \(seed)")
    #expect(try words("a >= b") == aligned.map { $0.0 >= $0.1 ? 1 : 0 }, "seed \(seed)")
  }

  @Test func `int and decimal constants compare exactly with columns`() throws {
    let values: [Int64] = [.min, -201, -200, -1, 0, 1, 199, 200, 201, 250, .max]
    let fixture = Fixture(
      [Field("d", .decimal(scale: 2)), Field("i", .int)],
      values.map { [Constant(.decimal(scale: 2), word: $0), Constant(.int, word: $0)] }
    )
    let constants: [(String, Int128, Int)] = [
      ("2", 2, 0), ("2.0", 20, 1), ("2.005", 2005, 3), ("-2.01", -201, 2),
      ("9223372036854775807", 9_223_372_036_854_775_807, 0),
      ("0.000000000000000001", 1, 18),
    ]
    for (text, word, scale) in constants {
      func wanted(_ own: Int) -> [Bool] {
        let common = max(own, scale)
        return values.map { Int128($0) * power(common - own) > word * power(common - scale) }
      }
      #expect(try fixture.values("d > \(text)").map { $0.word == 1 } == wanted(2), "\(text)")
      #expect(try fixture.values("i > \(text)").map { $0.word == 1 } == wanted(0), "\(text)")
      #expect(try fixture.values("\(text) < d").map { $0.word == 1 } == wanted(2), "\(text)")
    }
  }

  @Test func `rounding goes half away from zero, floor and ceil to their sides`() throws {
    let values: [Int64] = [
      -250, -249, -150, -51, -50, -49, 0, 49, 50, 51, 150, 249, 250, .max, .min,
    ]
    let fixture = Fixture(
      [Field("d", .decimal(scale: 2))],
      values.map { [Constant(.decimal(scale: 2), word: $0)] }
    )
    func model(_ body: (Int128) -> Int128) -> [Int64] { values.map { Int64(body(Int128($0))) } }
    let rounded = model { value in
      let magnitude = (value.magnitude + 50) / 100
      return value < 0 ? -Int128(magnitude) : Int128(magnitude)
    }
    #expect(try fixture.values("round(d)").map(\.word) == rounded)
    #expect(try fixture.values("cast(d as int)").map(\.word) == rounded)
    let floors = model { value in (value - (value % 100 + 100) % 100) / 100 }
    #expect(try fixture.values("floor(d)").map(\.word) == floors)
    let ceilings = model { value in (value + (100 - (value % 100 + 100) % 100) % 100) / 100 }
    #expect(try fixture.values("ceil(d)").map(\.word) == ceilings)
  }

  @Test func `text of decimals reads back, and what does not fit is refused`() throws {
    let values: [Int64] = [0, 1, -1, 10, 99, 100, -12345, .max, .min]
    for scale in [1, 2, 9, 18] {
      let type = ColumnType.decimal(scale: scale)
      let fixture = Fixture([Field("d", type)], values.map { [Constant(type, word: $0)] })
      let found = try fixture.values("cast(cast(d as string) as decimal(\(scale)))")
      #expect(found.map(\.word) == values)
      #expect(found.map(\.mark) == values.map { _ in .value })
    }
    let texts = ["1.", ".5", "1.2.3", "1e2", "", "-", "+1.5", " 1", "92233720368547758.08", "0x1"]
    let fixture = Fixture([Field("s", .string)], texts.map { [Constant(text: $0)] })
    let found = try fixture.values("try_cast(s as decimal(2))").map(\.description)
    #expect(found == texts.map { $0 == "+1.5" ? "1.50" : "null" })
  }
}
