import WeirColumns
import WeirCore
import WeirTesting

/// A topology, what its sources hold, and what its sinks should hold in the end.
struct Scenario {
  /// What is compared at one edge that ends in a sink.
  struct Expectation {
    var edge: EdgeIndex
    var rows: [[Value]]
    /// Only so many columns are compared; nil: all.
    var columns: Int?
    /// True: rows of one partition arrive in the order in which it holds them.
    var isOrdered = false
  }

  /// Windows or sessions that fire again: the last of all results of each counts, unless it was
  /// taken back.
  struct Settlement {
    var edges: [EdgeIndex]
    var rows: [[Value]]
  }

  /// Totals that come again and again: the last of each key counts.
  struct Totals {
    var edge: EdgeIndex
    var rows: [[Value]]
  }

  /// What kills whoever works on it in the name of a stage.
  struct Poison {
    enum Victim {
      /// The row with that number in its column `n`.
      case row(Int64)
      /// The record of that name, such as `1:17`.
      case record(String)
      /// The result of that key in the window that begins then.
      case result(key: Value, start: Value)
    }

    /// What whoever dies of it has in hand.
    var work: WorkKind {
      switch victim {
      case .row: .row
      case .record: .record
      case .result: .firing
      }
    }

    var stage: StageIndex
    var victim: Victim
    /// Whether that is who does the pushed-up work, or the operator's own process.
    var kind: NodeKind
  }

  var job: JobPlan
  /// What each stage reads.
  var links: [AuditLink] = []
  var poison: Poison?
  /// The partitions of each source, by stage.
  var partitions: [StageIndex: [[SimulatedRecord]]] = [:]
  var expectations: [Expectation] = []
  var settlement: Settlement?
  var totals: Totals?
  var situations: [Coverage.Situation] = []
}

/// Makes scenarios from a seed.
struct ScenarioMaker {
  var random: SeededRandom
  var builder: PlanBuilder
  var scenario: Scenario
  let lag: Int64
  private var delivery = Delivery.exactlyOnce
  private var isQuiet = false
  /// The fewest processes of an operator without state.
  private var leastStateless = 0
  /// How many times as many records as usual files have: a change of layout takes its time.
  private var length = 1

  private static let events = Schema(
    [Field("k", .string), Field("n", .int), Field("t", .timestamp)],
    eventTime: 2
  )
  static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.sum, argument: 1, argumentType: .int, name: "total"),
    AggregateSpec(.maximum, argument: 1, argumentType: .int, name: "largest"),
  ]
  static let shapes: [PlainModel.Windows] = [
    .init(size: 10, every: 10), .init(size: 40, every: 10), .init(size: 21, every: 7),
  ]

  private init(_ random: SeededRandom) {
    self.random = random
    lag = self.random.element(of: [0, 5, 20])
    var settings = BatchSettings()
    settings.rows = self.random.element(of: [1, 2, 5, 16, 64])
    builder = PlanBuilder(keyGroups: 8, batch: settings)
    scenario = Scenario(job: builder.plan())
  }

  /// The scenario of a seed.
  static func make(_ random: SeededRandom, _ disturbance: Disturbance) -> Scenario {
    var maker = ScenarioMaker(random)
    maker.delivery = disturbance.delivery
    maker.isQuiet = disturbance.isQuiet
    maker.leastStateless = disturbance.needsStateless ? 1 : 0
    if !disturbance.scales.isEmpty { maker.length = disturbance.kindsToScale.isEmpty ? 2 : 6 }
    if disturbance.hasPoison, !disturbance.needsStateless {
      maker.poisonedWindows()
      return maker.finished()
    }
    switch disturbance.needsStateless ? 3 : maker.random.integer(0...12) {
    case 0: maker.windows()
    case 1: maker.union()
    case 2: maker.stateless()
    case 3: maker.statelessThenWindows()
    case 4: maker.chainedWindows()
    case 5: maker.latenessAllowed()
    case 6: maker.idlePartition()
    case 7: maker.severalRegions()
    case 8: maker.sessions()
    case 9: maker.sessionsAgain()
    case 10: maker.runningTotals()
    case 11: maker.generated()
    default: maker.fanOut()
    }
    return maker.finished()
  }

  private func finished() -> Scenario {
    var scenario = scenario
    scenario.job = builder.plan()
    // A copy: which scenario a seed makes does not depend on it.
    var random = random
    for stage in scenario.job.stages.indices {
      guard case .keyed(var plan) = scenario.job.stages[stage].role else { continue }
      plan.combine = random.element(of: [.always, .always, .always, .auto, .never])
      // Who adds up a row that kills its operator dies of it, and only the operator is planted with it.
      if case .row? = scenario.poison?.victim, scenario.poison?.kind == .keyed {
        plan.combine = .never
      }
      scenario.job.stages[stage].role = .keyed(plan)
    }
    scenario.links = builder.links
    return scenario
  }

  // MARK: Topologies

  private mutating func windows() {
    let input = source("events")
    let shape = random.element(of: Self.shapes)
    let rows = rows(of: input).filter { PlainModel.word($0.values[1]) % 3 != 1 }
    let windows = window("windows", [input], shape, where: "n % 3 <> 1")
    let late = builder.late(windows)
    sink("out", windows, PlainModel.results(rows, shape))
    sink("late", late, PlainModel.late(rows, shape))
  }

  /// Windows over rows of which one kills them, and is kept from them in the end.
  private mutating func poisonedWindows() {
    let input = source("events")
    let shape = random.element(of: Self.shapes)
    var rows = rows(of: input).filter(Self.isNotOne)
    var poisonsResult = false
    let windows = window("windows", [input], shape, where: "n % 3 <> 1", onError: .skip)
    var results = PlainModel.results(rows, shape)
    switch random.integer(0...3) {
    case 0: if let record = poisonRecord(of: input) { rows = record.filter(Self.isNotOne) }
    case 1:
      guard !results.isEmpty else { break }
      let result = random.element(of: results)
      let victim = Scenario.Poison.Victim.result(key: result[0], start: result[1])
      scenario.poison = Scenario.Poison(stage: windows.stage, victim: victim, kind: .keyed)
      results.removeAll { $0[0] == result[0] && $0[1] == result[1] }
      poisonsResult = true
    default:
      guard !rows.isEmpty else { break }
      let number = PlainModel.word(random.element(of: rows).values[1])
      let kind = random.element(of: [NodeKind.source, .keyed])
      scenario.poison = Scenario.Poison(stage: windows.stage, victim: .row(number), kind: kind)
      rows.removeAll { PlainModel.word($0.values[1]) == number }
    }
    let late = builder.late(windows)
    sink("out", windows, poisonsResult ? results : PlainModel.results(rows, shape))
    sink("late", late, PlainModel.late(rows, shape))
  }

  private static func isNotOne(_ row: PlainModel.Row) -> Bool {
    PlainModel.word(row.values[1]) % 3 != 1
  }

  /// Makes some record of a source one that kills its parser; the rows that are left then, nil if it has
  /// no record.
  private mutating func poisonRecord(of stream: PlanBuilder.Stream) -> [PlainModel.Row]? {
    var partitions = scenario.partitions[stream.stage] ?? []
    let places = partitions.indices.flatMap { partition in
      partitions[partition].indices.map { (partition, $0) }
    }
    guard !places.isEmpty else { return nil }
    let (partition, position) = random.element(of: places)
    scenario.poison = Scenario.Poison(
      stage: stream.stage,
      victim: .record("\(partition):\(position)"),
      kind: .source
    )
    partitions[partition].remove(at: position)
    return partitions.flatMap { PlainModel.rows(of: $0, lag: lag) }
  }

  private mutating func union() {
    let inputs = (0..<random.integer(2...3)).map { source("events\($0)") }
    let shape = random.element(of: Self.shapes)
    let rows = inputs.flatMap { self.rows(of: $0) }
    let windows = window("windows", inputs, shape)
    scenario.situations.append(.union)
    sink("out", windows, PlainModel.results(rows, shape))
  }

  private mutating func stateless() {
    let isPlain = random.chance(50)
    let processes = isPlain ? 1 : random.integer(0...3)
    let input = source("events", processes: isPlain ? 1 : random.integer(1...2), bad: 5)
    let kept = builder.stateless(
      "kept",
      from: [input],
      where: "n % 2 = 0",
      pushed: random.chance(50),
      processes: processes
    )
    let rows = rows(of: input).filter { PlainModel.word($0.values[1]) % 2 == 0 }.map(\.values)
    scenario.situations += processes == 0 ? [.operatorWithoutProcess] : []
    sink("out", kept, rows.inOrder, processes: 1, isOrdered: isPlain)
    let rejected = builder.rejected(input)
    var bad: [[Value]] = []
    for (number, records) in (scenario.partitions[input.stage] ?? []).enumerated() {
      for (position, record) in records.enumerated() {
        guard case .bad(let raw) = record else { continue }
        bad.append([.text(raw), "no row", .text("\(number):\(position)")])
      }
    }
    sink("rejected", rejected, bad.inOrder, columns: 3)
  }

  private mutating func statelessThenWindows() {
    let input = source("events")
    let processes = random.integer(leastStateless...3)
    let kept = builder.stateless(
      "kept",
      from: [input],
      where: "n % 5 <> 0",
      processes: processes
    )
    scenario.situations += processes == 0 ? [.operatorWithoutProcess] : []
    let shape = random.element(of: Self.shapes)
    let rows = rows(of: input).filter { PlainModel.word($0.values[1]) % 5 != 0 }
    let windows = window("windows", [kept], shape)
    let late = builder.late(windows)
    sink("out", windows, PlainModel.results(rows, shape))
    sink("late", late, PlainModel.late(rows, shape))
  }

  private mutating func chainedWindows() {
    let input = source("events")
    let shape = random.element(of: Self.shapes)
    let first = window("first", [input], shape)
    let results = PlainModel.results(rows(of: input), shape)
    let outer = PlainModel.Windows(size: 100, every: 50)
    let second = builder.window(
      "second",
      from: [first],
      key: ["k"],
      WindowSpec(.sliding(size: 100, every: 50)),
      [
        AggregateSpec(.count, name: "windows"),
        AggregateSpec(.sum, argument: 3, argumentType: .int, name: "all"),
        AggregateSpec(.maximum, argument: 3, argumentType: .int, name: "most"),
      ],
      processes: random.integer(1...2)
    )
    let inner = results.map { PlainModel.Row(values: [$0[0], $0[3], $0[6]]) }
    scenario.situations.append(.chainedWindows)
    sink("out", second, PlainModel.results(inner, outer))
  }

  private mutating func latenessAllowed() {
    let input = source("events")
    var shape = random.element(of: Self.shapes)
    shape.lateness = 30
    let windows = window("windows", [input], shape)
    let updates = builder.updates(windows)
    let late = builder.late(windows)
    sink("out", [windows, updates])
    let rows = rows(of: input)
    scenario.settlement = Scenario.Settlement(
      edges: [1, 2],
      rows: PlainModel.results(rows, shape)
    )
    sink("late", late, PlainModel.late(rows, shape))
  }

  /// Partitions that fall silent for a while, and then go on with times after all others.
  private mutating func idlePartition() {
    let processes = random.integer(1...2)
    let input = builder.source(
      "events",
      Self.events,
      lag: lag,
      idleAfter: 50_000,
      processes: processes
    )
    let first = records(0, from: 0, count: random.integer(10...60), bad: 0)
    let end = Self.lastTime(of: first) + 200
    var silent = records(1, from: 0, count: random.integer(0...5), bad: 0)
    silent.append(.nothingUntil(Int64(random.integer(150...600)) * 1_000_000))
    silent += records(2, from: end, count: random.integer(5...20), bad: 0)
    var other = first
    // Who fell silent must be back before the others go on, or its rows are late by right.
    if isQuiet, random.chance(50) {
      other.append(.nothingUntil(Int64(random.integer(700...900)) * 1_000_000))
      other += records(3, from: Self.lastTime(of: silent) + 200, count: 10, bad: 0)
    }
    scenario.partitions[input.stage] = [other, silent]
    let shape = random.element(of: Self.shapes)
    let rows = rows(of: input)
    let windows = window("windows", [input], shape)
    let late = builder.late(windows)
    sink("out", windows, PlainModel.results(rows, shape))
    sink("late", late, PlainModel.late(rows, shape))
  }

  /// Two topologies in one file: a failure in one is none of the other's business.
  private mutating func severalRegions() {
    let input = source("events")
    let shape = random.element(of: Self.shapes)
    let windows = window("windows", [input], shape)
    let other = source("others")
    let rows = rows(of: input)
    sink("out", windows, PlainModel.results(rows, shape))
    sink("raw", other, self.rows(of: other).map(\.values).inOrder)
  }

  private mutating func fanOut() {
    let isPaced = random.chance(50)
    scenario.situations += isPaced ? [.pacedSource] : []
    let input = source("events", rate: isPaced ? 3000 : nil)
    let shape = random.element(of: Self.shapes)
    let rows = rows(of: input)
    let even = rows.filter { PlainModel.word($0.values[1]) % 2 == 0 }
    let windows = window("windows", [input], shape)
    let other = window("others", [input], Self.shapes[0], where: "n % 2 = 0")
    sink("out", windows, PlainModel.results(rows, shape))
    sink("others_out", other, PlainModel.results(even, Self.shapes[0]))
    sink("raw", input, rows.map(\.values).inOrder)
  }

  // MARK: Parts

  mutating func source(
    _ name: String,
    processes: Int? = nil,
    bad: Int = 0,
    rate: Double? = nil,
    isGenerated: Bool = false,
    grain: Int64 = 1
  ) -> PlanBuilder.Stream {
    let processes = processes ?? random.integer(1...2)
    let stream = builder.source(
      name,
      Self.events,
      lag: lag,
      rate: rate,
      processes: processes,
      isGenerated: isGenerated
    )
    if isGenerated {
      // Row i is of partition i mod their number.
      let (count, rows) = (random.integer(processes...6), random.integer(0...150))
      scenario.partitions[stream.stage] = (0..<count).map { number in
        let own = (rows - number + count - 1) / count
        return records(number, from: random.integer64(-20...20), count: max(0, own), bad: 0)
      }
      return stream
    }
    let count = random.integer(max(processes - 1, 0)...4)
    scenario.partitions[stream.stage] = (0..<count).map { number in
      records(
        number,
        from: random.integer64(-20...20),
        count: random.integer(0...60) * length,
        bad: bad,
        grain: grain
      )
    }
    return stream
  }

  private mutating func records(
    _ partition: Int,
    from start: Int64,
    count: Int,
    bad: Int,
    grain: Int64 = 1
  ) -> [SimulatedRecord] {
    // All times are multiples of the grain: what lies just on a bound is then no rarity.
    let start = start / grain * grain
    var now = start
    return (0..<count).map { number in
      if random.chance(bad) { return .bad("bad \(number)") }
      now += grain * random.integer64(0...(grain > 1 ? 2 : 8))
      let behind =
        grain
        * (random.chance(15) ? random.integer64(0...80 / grain) : random.integer64(0...6 / grain))
      let key: Value =
        random.chance(60) ? "hot" : random.element(of: [.null, "", "a", "b", "a much longer key"])
      if key == .null { scenario.situations.append(.nullKey) }
      return .row([key, .int(Int64(partition * 10_000 + number)), .int(max(start, now - behind))])
    }
  }

  private static func lastTime(of records: [SimulatedRecord]) -> Int64 {
    var last: Int64 = 0
    for record in records {
      if case .row(let row) = record { last = max(last, PlainModel.word(row[2])) }
    }
    return last
  }

  func rows(of stream: PlanBuilder.Stream) -> [PlainModel.Row] {
    (scenario.partitions[stream.stage] ?? []).flatMap { PlainModel.rows(of: $0, lag: lag) }
  }

  mutating func window(
    _ name: String,
    _ inputs: [PlanBuilder.Stream],
    _ shape: PlainModel.Windows,
    where filter: String? = nil,
    onError: ErrorPolicy = .fail
  ) -> PlanBuilder.Stream {
    let form: WindowSpec.Shape =
      shape.size == shape.every
      ? .tumbling(size: shape.size) : .sliding(size: shape.size, every: shape.every)
    return builder.window(
      name,
      from: inputs,
      where: filter,
      key: ["k"],
      WindowSpec(form, allowedLateness: shape.lateness),
      Self.aggregates,
      onError: onError,
      processes: random.integer(1...3)
    )
  }

  /// Adds a sink of which nothing is expected by itself.
  mutating func sink(_ name: String, _ streams: [PlanBuilder.Stream], processes: Int? = nil) {
    builder.sink(
      name,
      from: streams,
      connector: .file(FileSinkPlan(path: "/\(name)/", format: .json, isSinglePart: false)),
      delivery: delivery,
      processes: processes ?? random.integer(1...2)
    )
  }

  /// Adds a sink with one input; without rows nothing is expected of it by itself.
  mutating func sink(
    _ name: String,
    _ stream: PlanBuilder.Stream,
    _ rows: [[Value]]?,
    columns: Int? = nil,
    processes: Int? = nil,
    isOrdered: Bool = false
  ) {
    sink(name, [stream], processes: processes)
    guard let rows else { return }
    scenario.expectations.append(
      Scenario.Expectation(
        edge: builder.plan().edges.count - 1,
        rows: rows,
        columns: columns,
        isOrdered: isOrdered
      )
    )
  }
}
