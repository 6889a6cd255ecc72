import Glibc
import Testing
import WeirColumns
import WeirCore

struct RowGeneratorTests {
  private static let start: Int64 = 1_767_225_600_000_000

  private static let harbor = GeneratePlan(
    rows: 1000,
    seed: 1,
    columns: [
      .init(name: "auth_id", type: .string, kind: .sequence("a%09d")),
      .init(
        name: "card_token",
        type: .string,
        kind: .pick(format: "c%06d", count: 1000, skew: 1.1)
      ),
      .init(
        name: "status",
        type: .string,
        kind: .weights([
          .init(value: "APPROVED", weight: 0.8), .init(value: "DECLINED", weight: 1),
        ])
      ),
      .init(
        name: "amount_usd",
        type: .decimal(scale: 2),
        kind: .lognormal(median: 24, sigma: 1.1),
        maximum: 5000
      ),
      .init(
        name: "terminal_ts",
        type: .timestamp,
        kind: .clock(
          .init(
            start: start,
            rowsPerSecond: 2000,
            disorder: 45_000_000,
            lateFraction: 0.01,
            lateLow: 180_000_000,
            lateHigh: 3_600_000_000
          )
        )
      ),
    ]
  )

  private static func schema(_ plan: GeneratePlan) -> Schema {
    Schema(plan.columns.map { Field($0.name, $0.type) })
  }

  /// The rows of a share as text, in reads of that many rows.
  private static func rows(
    _ plan: GeneratePlan,
    _ share: RowShare,
    reads: Int = 100
  ) -> [(number: Int, text: String)] {
    let generator = RowGenerator(
      plan,
      columns: Array(plan.columns.indices),
      startedAt: WallTime(microseconds: 0)
    )
    let total = share.count(below: plan.rows ?? 0)
    var result: [(Int, String)] = []
    var position = 0
    while position < total {
      let count = min(reads, total - position)
      let batch = Batch(schema(plan), capacity: 1, bytesPerRow: 0)
      generator.fill(batch, share, from: position, count: count)
      for row in 0..<count {
        result.append(
          (share.number(at: position + row), rendered(TestSchema.values(batch, row)))
        )
      }
      position += count
    }
    return result
  }

  private static func values(_ column: GeneratePlan.ColumnPlan, rows: Int) -> [TestValue?] {
    let plan = GeneratePlan(rows: rows, seed: 7, columns: [column])
    let generator = RowGenerator(plan, columns: [0], startedAt: WallTime(microseconds: start))
    let batch = Batch(schema(plan), capacity: 1, bytesPerRow: 0)
    generator.fill(batch, RowShare(index: 0, of: 1), from: 0, count: rows)
    return (0..<rows).map { TestSchema.values(batch, $0)[0] }
  }

  private static func numbers(_ values: [TestValue?]) -> [Double] {
    values.map { value in
      switch value {
      case .word(let word)?: Double(word)
      case .float(let double)?: double
      default: preconditionFailure("\(String(describing: value)) is no number")
      }
    }
  }

  @Test func `rows are the same however they are read and shared out`() {
    let whole = Self.rows(Self.harbor, RowShare(index: 0, of: 1))
    #expect(whole.map(\.number) == Array(0..<1000))
    #expect(
      Self.rows(Self.harbor, RowShare(index: 0, of: 1), reads: 7).map(\.text)
        == whole.map(\.text)
    )
    for processes in [2, 3, 64, 70] {
      var all: [(number: Int, text: String)] = []
      for index in 0..<processes {
        let rows = Self.rows(Self.harbor, RowShare(index: index, of: processes), reads: 13)
        #expect(rows.map(\.number) == rows.map(\.number).sorted())
        #expect(rows.allSatisfy { $0.number % 64 % processes == index })
        all += rows
      }
      #expect(all.sorted { $0.number < $1.number }.map(\.text) == whole.map(\.text))
    }
  }

  @Test func `the rows of a seed never change`() {
    let rows = Self.rows(Self.harbor, RowShare(index: 0, of: 1))
    #expect(
      rows[0..<3].map(\.text) == [
        "'a000000000' 'c000000' 'APPROVED' 645 1767225572622358",
        "'a000000001' 'c000000' 'APPROVED' 674 1767225593249327",
        "'a000000002' 'c000006' 'APPROVED' 2421 1767225563511358",
      ]
    )
  }

  @Test func `another seed gives other rows, another column leaves the others alone`() {
    var other = Self.harbor
    other.seed = 2
    let share = RowShare(index: 0, of: 1)
    let rows = Self.rows(Self.harbor, share)
    #expect(zip(Self.rows(other, share), rows).allSatisfy { $0.text != $1.text })
    var wider = Self.harbor
    wider.columns.append(.init(name: "n", type: .int, kind: .uniform(low: 5, high: 5)))
    #expect(Self.rows(wider, share).map(\.text) == rows.map { $0.text + " 5" })
  }

  @Test func `a share counts the rows below a bound`() {
    #expect(RowShare(index: 0, of: 1).count(below: 1000) == 1000)
    let shares = (0..<3).map { RowShare(index: $0, of: 3).count(below: 100) }
    #expect(shares == [34, 33, 33])
    #expect(RowShare(index: 65, of: 70).count(below: 100) == 0)
  }

  @Test func `formats fill up to their width and grow beyond it`() {
    #expect(NumberFormat("a%09d")?.text(17) == "a000000017")
    #expect(NumberFormat("%d%%")?.text(0) == "0%")
    #expect(NumberFormat("x%4d-")?.text(12) == "x  12-")
    #expect(NumberFormat("%02d")?.text(1234) == "1234")
    #expect(NumberFormat("%d")?.text(.max) == "9223372036854775807")
  }

  @Test(arguments: ["plain", "%d %d", "%s", "%", "%100d", "100%"])
  func `a format of no or two numbers is none`(_ text: String) {
    #expect(NumberFormat(text) == nil)
  }

  @Test(arguments: [50, 1_048_580], [0.5, 1.0, 1.1, 2.0])
  func `a skewed pick takes rank k in proportion to 1 over k to the skew`(
    _ count: Int,
    _ skew: Double
  ) {
    let ranks = Self.numbers(
      Self.values(
        .init(name: "k", type: .int, kind: .pick(format: "%d", count: count, skew: skew)),
        rows: 60_000
      )
    )
    #expect(ranks.allSatisfy { $0 >= 0 && Int($0) < count })
    let total = (1...count).reduce(0) { $0 + pow(Double($1), -skew) }
    for rank in [1, 2, 3, 10, 50] {
      let expected = pow(Double(rank), -skew) / total * 60_000
      let found = ranks.count { Int($0) == rank - 1 }
      #expect(abs(Double(found) - expected) < 5 * max(expected.squareRoot(), 1), "rank \(rank)")
    }
  }

  @Test func `a pick without skew takes all alike`() {
    let ranks = Self.numbers(
      Self.values(
        .init(name: "k", type: .int, kind: .pick(format: "%d", count: 4, skew: 0)),
        rows: 40_000
      )
    )
    for rank in 0..<4 {
      #expect(abs(ranks.count { Int($0) == rank } - 10_000) < 450)
    }
  }

  @Test func `digits around a number belong to it`() {
    let values = Self.values(.init(name: "k", type: .int, kind: .sequence("7%02d0")), rows: 3)
    #expect(values == [.word(7000), .word(7010), .word(7020)])
  }

  @Test func `whole numbers are uniform, both ends included`() {
    let dice = Self.numbers(
      Self.values(.init(name: "d", type: .int, kind: .uniform(low: 1, high: 6)), rows: 60_000)
    )
    for side in 1...6 { #expect(abs(dice.count { Int($0) == side } - 10_000) < 450) }
    let cents = Self.numbers(
      Self.values(
        .init(name: "c", type: .decimal(scale: 2), kind: .uniform(low: 0.01, high: 0.03)),
        rows: 3000
      )
    )
    #expect(Set(cents) == [1, 2, 3])
  }

  @Test func `normal numbers have their mean and deviation`() {
    let numbers = Self.numbers(
      Self.values(
        .init(name: "x", type: .float, kind: .normal(mean: 10, deviation: 2)),
        rows: 20_000
      )
    )
    let mean = numbers.reduce(0, +) / 20_000
    let square = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(mean - 10) < 0.07)
    #expect(abs(square - 4) < 0.2)
  }

  @Test func `lognormal numbers have their median and stay below their maximum`() {
    let numbers = Self.numbers(
      Self.values(
        .init(
          name: "x",
          type: .decimal(scale: 2),
          kind: .lognormal(median: 24, sigma: 1.1),
          minimum: 1,
          maximum: 100
        ),
        rows: 20_001
      )
    ).sorted()
    #expect(abs(numbers[10_000] - 2400) < 70)
    #expect(numbers.first.map { $0 >= 100 } == true)
    #expect(numbers.last == 10_000)
  }

  @Test func `weights give each value its share, in its type`() {
    let weights = [
      GeneratePlan.Weight(value: "true", weight: 0.75),
      GeneratePlan.Weight(value: "false", weight: 1),
    ]
    let values = Self.values(.init(name: "b", type: .bool, kind: .weights(weights)), rows: 40_000)
    #expect(abs(values.count { $0 == .word(1) } - 30_000) < 450)
    #expect(values.allSatisfy { $0 == .word(0) || $0 == .word(1) })
  }

  @Test func `a share of the values is null`() {
    for kind in [
      GeneratePlan.Kind.sequence("r%d"),
      .weights([.init(value: "x", weight: 1)]),
    ] {
      let values = Self.values(
        .init(name: "s", type: .string, kind: kind, nulls: 0.25),
        rows: 20_000
      )
      #expect(abs(values.count { $0 == nil } - 5000) < 320)
      #expect(values[0] == nil || values[0] == .text("r0") || values[0] == .text("x"))
    }
  }

  @Test func `times go on with the rows, behind by no more than the disorder`() {
    let plan = GeneratePlan.Clock(start: nil, rowsPerSecond: 1000, disorder: 5000)
    let times = Self.numbers(
      Self.values(.init(name: "t", type: .timestamp, kind: .clock(plan)), rows: 10_000)
    )
    var most = 0.0
    for (row, time) in times.enumerated() {
      let behind = Double(Self.start) + Double(row) * 1000 - time
      #expect(behind >= 0 && behind <= 5000)
      most = max(most, behind)
    }
    #expect(most > 4900)
  }

  @Test func `late times are behind by what was asked for`() {
    let plan = GeneratePlan.Clock(
      start: Self.start,
      rowsPerSecond: 1000,
      lateFraction: 0.1,
      lateLow: 100_000,
      lateHigh: 200_000
    )
    let times = Self.numbers(
      Self.values(.init(name: "t", type: .timestamp, kind: .clock(plan)), rows: 10_000)
    )
    var late = 0
    for (row, time) in times.enumerated() {
      let behind = Double(Self.start) + Double(row) * 1000 - time
      guard behind > 0 else { continue }
      late += 1
      #expect(behind >= 100_000 && behind <= 200_000)
    }
    #expect(abs(late - 1000) < 160)
  }
}
