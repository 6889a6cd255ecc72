import WeirCore
import WeirTesting

// Operators whose results do not belong to windows of a fixed place, and sources that interleave.

extension ScenarioMaker {
  private static let gaps: [Int64] = [3, 8, 25]

  /// Sessions, each of which fires once; rows of several partitions join them in any order.
  mutating func sessions() {
    let gap = random.element(of: Self.gaps)
    let grain = random.chance(50) ? gap : 1
    let inputs = (0..<random.integer(1...2)).map { source("events\($0)", grain: grain) }
    let rows = inputs.flatMap { self.rows(of: $0) }
    let sessions = session("sessions", inputs, gap: gap)
    let late = builder.late(sessions)
    scenario.situations.append(.sessions)
    sink("out", sessions, PlainSessions.results(rows, gap: gap, lateness: 0))
    sink("late", late, PlainSessions.late(rows, gap: gap, lateness: 0))
  }

  /// Sessions that fire again when late rows come, and are taken back when they grow.
  mutating func sessionsAgain() {
    let input = source("events")
    let (gap, lateness) = (random.element(of: Self.gaps), Int64(30))
    let sessions = session("sessions", [input], gap: gap, lateness: lateness)
    let updates = builder.updates(sessions)
    let late = builder.late(sessions)
    sink("out", [sessions, updates])
    let rows = rows(of: input)
    scenario.situations.append(.sessions)
    scenario.settlement = Scenario.Settlement(
      edges: [1, 2],
      rows: PlainSessions.results(rows, gap: gap, lateness: lateness)
    )
    sink("late", late, PlainSessions.late(rows, gap: gap, lateness: lateness))
  }

  /// Totals over all rows of a key: which come on the way depends on batches, the last does not.
  mutating func runningTotals() {
    let input = source("events", isGenerated: random.chance(50))
    let totals = builder.window(
      "totals",
      from: [input],
      key: ["k"],
      WindowSpec(.running),
      Self.aggregates,
      processes: random.integer(1...3)
    )
    sink("out", totals, nil)
    scenario.situations.append(.runningTotals)
    scenario.totals = Scenario.Totals(edge: 1, rows: PlainModel.totals(rows(of: input)))
  }

  /// Rows made from their numbers: each process goes through all of its partitions in turn.
  mutating func generated() {
    let isPaced = random.chance(50)
    scenario.situations += isPaced ? [.interleavedSource, .pacedSource] : [.interleavedSource]
    let input = source("events", rate: isPaced ? 3000 : nil, isGenerated: true)
    let shape = random.element(of: Self.shapes)
    let rows = rows(of: input)
    let windows = window("windows", [input], shape)
    let late = builder.late(windows)
    sink("out", windows, PlainModel.results(rows, shape))
    sink("late", late, PlainModel.late(rows, shape))
    sink("raw", input, rows.map(\.values).inOrder)
  }

  private mutating func session(
    _ name: String,
    _ inputs: [PlanBuilder.Stream],
    gap: Int64,
    lateness: Int64 = 0
  ) -> PlanBuilder.Stream {
    builder.window(
      name,
      from: inputs,
      key: ["k"],
      WindowSpec(.session(gap: gap), allowedLateness: lateness),
      Self.aggregates,
      processes: random.integer(1...3)
    )
  }
}
