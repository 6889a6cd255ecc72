import Testing
import WeirColumns
import WeirCore
import WeirExpressions

@Suite struct WindowOperatorTests {
  private static let count = AggregateSpec(.count, name: "rows")

  private static func spec(
    _ function: AggregateFunction,
    _ column: Int,
    filter: Int? = nil
  ) -> AggregateSpec {
    AggregateSpec(
      function,
      argument: column,
      argumentType: TestSchema.fields.fields[column].type,
      filter: filter,
      name: "\(function.rawValue)_\(column)"
    )
  }

  /// Every function over every type that it takes.
  private static var all: [AggregateSpec] {
    var specs = [count, AggregateSpec(.count, filter: 9, name: "filtered")]
    for function in AggregateFunction.allCases {
      for column in 3...8
      where function.resultType(TestSchema.fields.fields[column].type) != nil {
        specs.append(spec(function, column, filter: column % 3 == 0 ? 9 : nil))
      }
    }
    return specs
  }

  private static let some = [count, spec(.sum, 4), spec(.maximum, 3), spec(.last, 6)]

  private struct Case {
    var size: Int64
    var every: Int64
    var offset: Int64 = 0
    var lateness: Int64 = 0
    var keys = [0]
    var aggregates = WindowOperatorTests.some

    var shape: WindowSpec.Shape {
      size == every
        ? .tumbling(size: size, offset: offset)
        : .sliding(size: size, every: every, offset: offset)
    }

    func makeOperator() -> WindowOperator {
      WindowOperator(
        WindowSpec(shape, allowedLateness: lateness),
        aggregates,
        keyColumns: keys,
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "subject"
      )
    }

    func makeModel() -> WindowModel {
      WindowModel(
        size: size,
        every: every,
        offset: offset,
        lateness: lateness,
        keys: keys,
        aggregates: aggregates
      )
    }
  }

  private func compare(_ test: Case, seed: UInt64, steps: Int = 40, least: Int64? = nil) throws {
    var input = RandomInput(seed: seed)
    var model = test.makeModel()
    let probe = OperatorProbe(test.makeOperator())
    if let least {
      let filter = LeastFilter(column: test.keys.count + 2, least: least)
      probe.subject.having = filter
      model.having = { values in
        if case .word(let count)? = values[0] {
          least >= 0 ? count >= least : count < -least
        } else {
          false
        }
      }
    }
    probe.maximumRows = seed % 2 == 0 ? 3 : 8192
    for step in input.steps(steps) {
      switch step {
      case .rows(let rows):
        try probe.process(rows)
        model.process(rows)
      case .watermark(let time):
        try probe.advance(to: time)
        model.advance(to: time)
      }
    }
    #expect(probe.onTime == model.onTime, "seed \(seed)")
    #expect(probe.updates == model.updates, "seed \(seed)")
    #expect(probe.late == model.late, "seed \(seed)")
    #expect(!probe.onTime.isEmpty && !probe.late.isEmpty && probe.subject.keyCount == 0)
  }

  @Test(arguments: 0..<6) func `tumbling windows agree with the model`(seed: UInt64) throws {
    try compare(Case(size: 20, every: 20), seed: seed)
    try compare(Case(size: 20, every: 20, offset: -7), seed: seed + 100)
  }

  @Test(arguments: 0..<6) func `sliding windows agree with the model`(seed: UInt64) throws {
    try compare(Case(size: 50, every: 10), seed: seed)
    try compare(Case(size: 60, every: 20, offset: 3), seed: seed + 100)
    try compare(Case(size: 9, every: 1), seed: seed + 200, steps: 15)
  }

  @Test(arguments: 0..<3) func `every aggregate agrees with the model`(seed: UInt64) throws {
    try compare(Case(size: 25, every: 25, aggregates: Self.all), seed: seed)
    try compare(Case(size: 50, every: 10, aggregates: Self.all), seed: seed + 100)
    try compare(
      Case(size: 50, every: 10, lateness: 25, keys: [], aggregates: Self.all),
      seed: seed + 200
    )
  }

  @Test(arguments: 0..<4) func `composite, numeric and absent keys agree with the model`(
    seed: UInt64
  ) throws {
    for keys in [[], [1], [7], [5], [0, 1], [1, 0, 7], [5, 8], [0, 6]] {
      try compare(Case(size: 30, every: 10, keys: keys), seed: seed)
    }
  }

  @Test(arguments: 0..<6) func `late rows fire windows again as in the model`(
    seed: UInt64
  ) throws {
    try compare(Case(size: 20, every: 20, lateness: 30), seed: seed)
    try compare(Case(size: 50, every: 10, lateness: 25), seed: seed + 100)
    try compare(Case(size: 30, every: 10, lateness: 7), seed: seed + 200)
  }

  @Test(arguments: 0..<6) func `having filters results, updates and takes back`(
    seed: UInt64
  ) throws {
    try compare(Case(size: 50, every: 10), seed: seed, least: 3)
    try compare(Case(size: 20, every: 20, lateness: 30), seed: seed + 100, least: -4)
    try compare(Case(size: 50, every: 10, lateness: 25), seed: seed + 200, least: 3)
    try compare(Case(size: 50, every: 10, lateness: 25), seed: seed + 300, least: -4)
  }

  @Test(arguments: 0..<4) func `which rows are on time does not depend on when they come`(
    seed: UInt64
  ) throws {
    let test = Case(size: 50, every: 10, lateness: 25)
    var input = RandomInput(seed: seed)
    let (rows, lag) = Self.stamped(&input)
    let expected = try Self.onTime(test, rows, each: rows.count, lag)
    #expect(!expected.isEmpty)
    for count in [1, 3, 20] {
      #expect(try Self.onTime(test, rows, each: count, lag) == expected, "\(count) rows a batch")
    }
  }

  /// Rows of one partition, those behind its watermark with their stamps.
  private static func stamped(_ input: inout RandomInput) -> ([TestRow], lag: Int64) {
    let lag: Int64 = 5
    var rows: [TestRow] = []
    var highest = Int64.min + lag
    for number in 0..<300 {
      let behind = input.random.integer(0...(number % 7 == 0 ? 40 : 6))
      var row = input.row(time: Int64(number) - behind)
      row.stamp = row.time < highest - lag ? highest - lag : nil
      highest = max(highest, row.time)
      rows.append(row)
    }
    return (rows, lag)
  }

  /// The on-time results when so many rows are between two watermarks.
  private static func onTime(
    _ test: Case,
    _ rows: [TestRow],
    each count: Int,
    _ lag: Int64
  ) throws -> [String] {
    let probe = OperatorProbe(test.makeOperator())
    var highest = Int64.min + lag
    for start in stride(from: 0, to: rows.count, by: count) {
      let part = Array(rows[start..<min(start + count, rows.count)])
      try probe.process(part)
      highest = max(highest, part.map(\.time).max() ?? highest)
      try probe.advance(to: highest - lag)
    }
    try probe.advance(to: .max)
    return probe.onTime
  }

  @Test(arguments: 0..<4) func `how batches are cut changes neither results nor lateness`(
    seed: UInt64
  ) throws {
    let test = Case(size: 50, every: 10)
    var outputs: [[String]] = []
    var late: [[String]] = []
    for cut in [1, 2, 7, 1000] {
      var input = RandomInput(seed: seed)
      let probe = OperatorProbe(test.makeOperator())
      for step in input.steps(40) {
        switch step {
        case .rows(let rows):
          for start in stride(from: 0, to: rows.count, by: cut) {
            try probe.process(Array(rows[start..<min(start + cut, rows.count)]))
          }
        case .watermark(let time): try probe.advance(to: time)
        }
      }
      outputs.append(probe.onTime)
      late.append(probe.late)
    }
    #expect(outputs.allSatisfy { $0 == outputs[0] })
    #expect(late.allSatisfy { $0 == late[0] })
  }
}

/// Passes results of at least so many rows; with a negative number, of fewer than its opposite.
final class LeastFilter: RowFilter {
  let columns: [Int]
  private let least: Int64
  private let buffer = SelectionBuffer(capacity: 64)

  init(column: Int, least: Int64) {
    columns = [column]
    self.least = least
  }

  func select(_ batch: Batch) -> Selection {
    var rows = buffer.all(batch.count)
    var kept = 0
    for row in 0..<batch.count {
      let count = batch.columns[columns[0]].words[row]
      rows.indices[kept] = UInt16(row)
      if least >= 0 ? count >= least : count < -least { kept += 1 }
    }
    rows.count = kept
    return rows
  }
}
