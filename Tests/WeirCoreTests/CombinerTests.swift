import Testing
import WeirColumns
import WeirCore
import WeirExpressions

/// Rows that are added up before they come to an operator, and what it makes of them.
@Suite struct CombinerTests {
  /// Every function over every type of which partial aggregates say the same as the rows.
  private static let all: [AggregateSpec] = {
    var specs = [
      AggregateSpec(.count, name: "rows"), AggregateSpec(.count, filter: 9, name: "filtered"),
    ]
    for function in AggregateFunction.allCases {
      for column in [1] + Array(3...8) {
        let type = TestSchema.fields.fields[column].type
        guard function.resultType(type) != nil else { continue }
        // The sums of the largest numbers there are do not fit.
        if column == 1, function == .sum || function == .average { continue }
        let spec = AggregateSpec(
          function,
          argument: column,
          argumentType: type,
          filter: column % 3 == 0 ? 9 : nil,
          name: "\(function.rawValue)_\(column)"
        )
        if spec.isIndependentOfGrouping { specs.append(spec) }
      }
    }
    return specs
  }()

  /// An operator twice: one takes rows, the other what a combiner makes of them.
  private struct Pair {
    let plain: OperatorProbe
    let other: OperatorProbe
    let combiner: Combiner
    /// Rows that were added up, and what they became.
    var (rows, partials) = (0, 0)

    init(
      _ window: WindowSpec,
      _ aggregates: [AggregateSpec] = CombinerTests.all,
      keys: [Int] = [0],
      mode: CombineMode = .always
    ) throws {
      let form = try #require(
        CombinedForm(window, aggregates, keyColumns: keys, input: TestSchema.fields)
      )
      func makeOperator(_ form: CombinedForm?) -> OperatorProbe {
        OperatorProbe(
          WindowOperator(
            window,
            aggregates,
            keyColumns: keys,
            input: TestSchema.fields,
            keyGroups: 8,
            operatorName: "subject",
            combined: form
          )
        )
      }
      plain = makeOperator(nil)
      other = makeOperator(form)
      combiner = Combiner(form, mode, window, aggregates, keyColumns: keys)
    }

    mutating func process(_ rows: [TestRow]) throws {
      try plain.process(rows)
      let batch = TestSchema.batch(rows)
      let buffer = SelectionBuffer(capacity: rows.count)
      let left = withExtendedLifetime(buffer) {
        combiner.combine(batch, buffer.all(rows.count), reach: other.watermark)
      }
      guard let left else {
        try other.process(rows)
        return
      }
      let rest = (0..<left.count).map { rows[Int(left.indices[$0])] }
      self.rows += rows.count - rest.count
      partials += combiner.partials.count
      try other.merge(combiner.partials)
      if !rest.isEmpty { try other.process(rest) }
    }

    mutating func take(_ steps: [RandomInput.Step]) throws {
      for step in steps {
        switch step {
        case .rows(let rows): try process(rows)
        case .watermark(let time):
          try plain.advance(to: time)
          try other.advance(to: time)
        }
      }
    }

    func compare(_ what: String) {
      #expect(plain.onTime == other.onTime, "\(what)")
      #expect(plain.updates == other.updates, "\(what)")
      #expect(plain.early == other.early, "\(what)")
      #expect(plain.late.sorted() == other.late.sorted(), "\(what)")
      #expect(rows > partials && partials > 0, "\(what): \(rows) rows became \(partials)")
    }
  }

  @Test(arguments: 0..<6)
  func `what was added up before says the same as the rows, for every aggregate`(
    seed: UInt64
  ) throws {
    let windows = [
      WindowSpec(.tumbling(size: 20)), WindowSpec(.tumbling(size: 20, offset: -7)),
      WindowSpec(.sliding(size: 50, every: 10)), WindowSpec(.sliding(size: 9, every: 1)),
      WindowSpec(.tumbling(size: 20), allowedLateness: 30),
      WindowSpec(.sliding(size: 50, every: 10), allowedLateness: 25),
    ]
    for (number, window) in windows.enumerated() {
      var input = RandomInput(seed: seed * 100 + UInt64(number))
      var pair = try Pair(window)
      try pair.take(input.steps(30, most: 60))
      pair.compare("\(window), seed \(seed)")
      #expect(!pair.plain.onTime.isEmpty && !pair.plain.late.isEmpty)
    }
  }

  @Test(arguments: [[], [1], [7], [5], [0, 1], [1, 0, 7], [5, 8], [0, 6]] as [[Int]])
  func `keys of every kind are told apart as the operator does`(keys: [Int]) throws {
    for seed: UInt64 in 0..<3 {
      var input = RandomInput(seed: seed)
      var pair = try Pair(
        WindowSpec(.sliding(size: 30, every: 10)),
        Array(Self.all.prefix(4)),
        keys: keys
      )
      try pair.take(input.steps(25, most: 200))
      pair.compare("keys \(keys), seed \(seed)")
    }
  }

  @Test func `a preliminary result knows of what was added up`() throws {
    var input = RandomInput(seed: 11)
    var pair = try Pair(WindowSpec(.tumbling(size: 50), early: true), Array(Self.all.prefix(5)))
    for step in input.steps(30, most: 40) {
      try pair.take([step])
      try pair.plain.requestEarly()
      try pair.other.requestEarly()
    }
    pair.compare("early")
    #expect(!pair.plain.early.isEmpty)
  }

  @Test func `a row that is late for one of its windows is left as it is`() throws {
    let pair = try Pair(WindowSpec(.sliding(size: 20, every: 10), allowedLateness: 5))
    var input = RandomInput(seed: 1)
    var rows = [29, 30, 39, 45].map { input.row(time: $0) }
    rows[2].stamp = 40
    let batch = TestSchema.batch(rows)
    let buffer = SelectionBuffer(capacity: 4)
    let left = try #require(
      pair.combiner.combine(batch, buffer.all(4), reach: Watermark(microseconds: 30))
    )
    // 29 is behind the window that ends at 30, 39 behind the one that ends at 40, by its stamp.
    #expect((0..<left.count).map { left.indices[$0] } == [0, 2])
  }

  @Test func `sums over what 64 bits hold are those of the rows`() throws {
    let sums = [
      AggregateSpec(.average, argument: 1, argumentType: .int, name: "mean"),
      AggregateSpec(.deviation, argument: 1, argumentType: .int, name: "spread"),
    ]
    for seed: UInt64 in 0..<3 {
      var input = RandomInput(seed: seed)
      var pair = try Pair(WindowSpec(.sliding(size: 60, every: 20)), sums)
      try pair.take(input.steps(30, most: 80))
      pair.compare("seed \(seed)")
    }
  }

  @Test func `a sum that does not fit its type is the same error`() throws {
    let sum = AggregateSpec(.sum, argument: 1, argumentType: .int, name: "total")
    var pair = try Pair(WindowSpec(.tumbling(size: 20)), [sum])
    var input = RandomInput(seed: 3)
    var rows = [1, 2, 3].map { input.row(time: $0) }
    for index in rows.indices {
      rows[index].values[0] = .text("k")
      rows[index].values[1] = .word(.max)
    }
    try pair.process(rows)
    func fault(_ probe: OperatorProbe) -> String? {
      do {
        try probe.advance(to: .max)
        return nil
      } catch { return "\(error)" }
    }
    let expected = try #require(fault(pair.plain))
    #expect(fault(pair.other) == expected)
  }

  @Test func `counts go over 16 bits as rows do`() throws {
    let specs =
      Array(Self.all.prefix(2)) + [
        AggregateSpec(.sum, argument: 3, argumentType: .int, name: "total")
      ]
    var pair = try Pair(WindowSpec(.tumbling(size: 1_000_000)), specs)
    var input = RandomInput(seed: 5)
    for start in 0..<9 {
      let rows = (0..<16_000).map { _ in input.row(time: Int64(start)) }
      try pair.process(rows)
    }
    try pair.take([.watermark(.max)])
    pair.compare("counts")
  }

  @Test func `more keys than fit are sent as rows beside the others`() throws {
    var pair = try Pair(WindowSpec(.tumbling(size: 100)), Array(Self.all.prefix(3)), keys: [3])
    var input = RandomInput(seed: 7)
    let rows = (0..<6000).map { number in
      var row = input.row(time: 10)
      row.values[3] = .word(Int64(number % 3000))
      return row
    }
    try pair.process(rows)
    #expect(pair.partials == 2048 && pair.rows == 2 * 2048)
    try pair.take([.watermark(.max)])
    pair.compare("3000 keys")
    #expect(pair.plain.onTime.count == 3000)
  }

  @Test func `what a combiner has made leaves nothing for the next batch`() throws {
    let pair = try Pair(WindowSpec(.tumbling(size: 100)), mode: .always)
    var input = RandomInput(seed: 9)
    let buffer = SelectionBuffer(capacity: 50)
    let batch = TestSchema.batch((0..<50).map { _ in input.row(time: 10) })
    var made: [[[TestValue?]]] = []
    for _ in 0..<2 {
      _ = pair.combiner.combine(batch, buffer.all(50), reach: .leastSaid)
      let partials = pair.combiner.partials
      made.append((0..<partials.count).map { TestSchema.values(partials, $0) })
    }
    #expect(made[0] == made[1] && !made[0].isEmpty)
  }

  @Test func `a key with most of the rows is known, though they come as few`() throws {
    var pair = try Pair(WindowSpec(.tumbling(size: 1000)), Array(Self.all.prefix(1)))
    var input = RandomInput(seed: 13)
    for batch in 0..<20 {
      let rows = (0..<1000).map { number in
        var row = input.row(time: 10)
        row.values[0] = .text(number % 10 > 0 ? "hot" : "cold \(batch * 1000 + number)")
        return row
      }
      try pair.process(rows)
    }
    for probe in [pair.plain, pair.other] {
      let report = try #require(probe.subject.hotKeys(at: Instant(nanoseconds: 1)))
      let hottest = try #require(report.keys.first)
      #expect(hottest.key == ["hot"] && (0.85...0.95).contains(hottest.least / report.sampled))
    }
  }

  // MARK: When it pays

  /// As many rows of each key, in turn.
  private static func batch(_ rows: Int, keys: Int) -> Batch {
    var input = RandomInput(seed: 1)
    return TestSchema.batch(
      (0..<rows).map { number in
        var row = input.row(time: 10)
        row.values[3] = .word(Int64(number % keys))
        return row
      }
    )
  }

  /// Rows of one key, then others that have a key each.
  private static func batch(hot: Int, others: Int) -> Batch {
    var input = RandomInput(seed: 1)
    return TestSchema.batch(
      (0..<hot + others).map { number in
        var row = input.row(time: 10)
        row.values[3] = .word(number < hot ? -1 : Int64(number))
        return row
      }
    )
  }

  /// How many rows are left of a batch; nil: all, since it does not pay.
  private static func left(_ combiner: Combiner, _ batch: Batch) -> Int? {
    let buffer = SelectionBuffer(capacity: batch.count)
    return combiner.combine(batch, buffer.all(batch.count), reach: .leastSaid)?.count
  }

  @Test func `keys with many rows are added up, and only they`() throws {
    let pair = try Pair(
      WindowSpec(.tumbling(size: 100)),
      Array(Self.all.prefix(1)),
      keys: [3],
      mode: .auto
    )
    #expect(Self.left(pair.combiner, Self.batch(hot: 60, others: 40)) == 40)
    #expect(pair.combiner.partials.count == 1)
    #expect(TestSchema.values(pair.combiner.partials, 0)[2] == .word(60))
    #expect(Self.left(pair.combiner, Self.batch(80, keys: 10)) == 0)
    #expect(pair.combiner.partials.count == 10)
    #expect(Self.left(pair.combiner, Self.batch(79, keys: 10)) == 7)
    #expect(Self.left(pair.combiner, Self.batch(hot: 10, others: 30)) == 30)
    #expect(Self.left(pair.combiner, Self.batch(hot: 10, others: 31)) == nil)
  }

  @Test func `the rows that are left keep their order`() throws {
    var pair = try Pair(WindowSpec(.tumbling(size: 500)), Array(Self.all.prefix(2)), mode: .auto)
    var input = RandomInput(seed: 17)
    input.disorder = 5
    let steps = input.steps(60, most: 300)
    try pair.take(steps)
    pair.compare("auto")
    let batch = Self.batch(hot: 0, others: 5000)
    let combiner = try Pair(
      WindowSpec(.tumbling(size: 100)),
      Array(Self.all.prefix(1)),
      keys: [3]
    ).combiner
    let buffer = SelectionBuffer(capacity: 5000)
    let left = try #require(combiner.combine(batch, buffer.all(5000), reach: .leastSaid))
    #expect((0..<left.count).map { left.indices[$0] } == Array(2048..<5000))
  }

  @Test func `what does not pay is tried ever more seldom`() throws {
    let pair = try Pair(
      WindowSpec(.tumbling(size: 100)),
      Array(Self.all.prefix(1)),
      keys: [3],
      mode: .auto
    )
    func isCombined(_ batch: Batch) -> Bool { Self.left(pair.combiner, batch) != nil }
    let few = Self.batch(100, keys: 10)
    let many = Self.batch(100, keys: 50)
    #expect(isCombined(few) && isCombined(few))
    // One that does not pay is followed by a pause, which is longer each time.
    for pause in [1, 2, 4, 8, 16, 32, 64, 64] {
      #expect(!isCombined(many))
      for _ in 0..<pause { #expect(!isCombined(few)) }
    }
    #expect(isCombined(few) && !isCombined(many) && !isCombined(few) && isCombined(few))
    #expect(!isCombined(Self.batch(31, keys: 1)) && isCombined(Self.batch(32, keys: 1)))
  }

  @Test func `sets that are as long as their rows are not worth it`() throws {
    let distinct = AggregateSpec(
      .countDistinct,
      argument: 6,
      argumentType: .string,
      name: "values"
    )
    let rows = (0..<200).map { number in
      var row = TestRow(values: Array(repeating: nil, count: 10))
      row.values[2] = .word(10)
      row.values[6] = .text(String(repeating: "long", count: 100) + "\(number)")
      return row
    }
    let form = try #require(
      CombinedForm(
        WindowSpec(.tumbling(size: 20)),
        [distinct],
        keyColumns: [0],
        input: TestSchema.fields
      )
    )
    let batch = TestSchema.batch(rows)
    let buffer = SelectionBuffer(capacity: 200)
    for (mode, isWorth) in [(CombineMode.auto, false), (.always, true), (.never, false)] {
      let combiner = Combiner(
        form,
        mode,
        WindowSpec(.tumbling(size: 20)),
        [distinct],
        keyColumns: [0]
      )
      let left = combiner.combine(batch, buffer.all(200), reach: .leastSaid)
      #expect((left != nil) == isWorth, "\(mode)")
    }
  }

  // MARK: What arrives is not believed

  @Test func `a partial aggregate of a window that has fired is refused`() throws {
    let pair = try Pair(WindowSpec(.tumbling(size: 20)), Array(Self.all.prefix(1)))
    var input = RandomInput(seed: 2)
    let batch = TestSchema.batch([input.row(time: 5)])
    let buffer = SelectionBuffer(capacity: 1)
    _ = pair.combiner.combine(batch, buffer.all(1), reach: .leastSaid)
    try pair.other.advance(to: 20)
    let error = #expect(throws: WeirError.self) { try pair.other.merge(pair.combiner.partials) }
    #expect(error?.code == "E402")
  }

  @Test func `partial aggregates that are none are refused`() throws {
    let text = AggregateSpec(.maximum, argument: 6, argumentType: .string, name: "longest")
    let pair = try Pair(WindowSpec(.tumbling(size: 20)), [text])
    let form = pair.combiner.partials.schema
    func refused(start: Int64, rows: Int64, state: [UInt8]) -> String? {
      let batch = Batch(form, capacity: 1)
      batch.columns[0].append(text: "k", at: 0)
      batch.columns[1].append(word: start, at: 0)
      batch.columns[2].append(word: rows, at: 0)
      state.withUnsafeBytes { batch.columns[3].append(bytes: $0, at: 0) }
      batch.count = 1
      return #expect(throws: WeirError.self) { try pair.other.merge(batch) }?.code
    }
    #expect(refused(start: 3, rows: 1, state: [0]) == "E402")
    #expect(refused(start: 0, rows: 0, state: [0]) == "E402")
    #expect(refused(start: 0, rows: -1, state: [0]) == "E402")
    #expect(refused(start: 0, rows: 1 << 40, state: [0]) == "E402")
    #expect(refused(start: 0, rows: 1, state: [1, 200, 0, 0, 0, 7]) == "E513")
  }

  @Test func `what depends on the order of rows has no partial aggregates`() {
    let float = AggregateSpec(.sum, argument: 5, argumentType: .float, name: "total")
    let least = AggregateSpec(.minimum, argument: 5, argumentType: .float, name: "least")
    let tumbling = WindowSpec(.tumbling(size: 20))
    #expect(CombinedForm.obstacle(tumbling, [least]) == nil)
    #expect(CombinedForm.obstacle(tumbling, [least, float])?.contains("'sum' of floats") == true)
    #expect(CombinedForm.obstacle(WindowSpec(.session(gap: 5)), [least]) != nil)
    #expect(CombinedForm.obstacle(WindowSpec(.running), [least]) != nil)
    #expect(
      CombinedForm(tumbling, [float], keyColumns: [0], input: TestSchema.fields) == nil
    )
  }
}
