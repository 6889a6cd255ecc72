import WeirColumns
import WeirCore

/// The part of a harness run's outcome that must not depend on its mode.
struct HarnessResult {
  /// Rows with their stamps, by edge.
  private var rows: [[[Value]]]
  private var counters: StageCounters
  /// On-time results, where they are compared beside what is settled.
  private var onTime: [[Value]] = []

  init(
    _ outcome: OperatorHarness.Outcome,
    _ job: JobPlan,
    _ stage: StageIndex,
    _ comparison: OperatorHarness.Comparison
  ) {
    let main = job.stages[stage].port(.main)?.schema
    rows = job.edges.indices.map { edge in
      let schema = job.edges[edge].schema
      let stamps = outcome.stamps[edge] ?? []
      let all = zip(outcome.rows[edge] ?? [], stamps).map { $0 + [$1.map { .int($0) } ?? .null] }
      return all.filter { !Self.isMarked($0, "early", schema) }
    }
    counters = outcome.counters
    if let main, main.index(of: "early") != nil || comparison != .everything {
      counters.rowsOut = 0
      counters.withheld = 0
    }
    if case .amended = comparison, let main {
      let edges = job.edges.indices.filter { job.edges[$0].schema == main }
      onTime = edges.flatMap { rows[$0] }.filter { row in
        !Self.isMarked(row, "update", main) && !Self.isMarked(row, "retracted", main)
      }
    }
    if let columns = Self.settledColumns(comparison), let main {
      let edges = job.edges.indices.filter { job.edges[$0].schema == main }
      let settled = Self.settled(edges.flatMap { rows[$0] }, columns, main)
      for edge in edges { rows[edge] = [] }
      if let first = edges.first { rows[first] = settled }
    }
  }

  private static func settledColumns(_ comparison: OperatorHarness.Comparison) -> Int? {
    switch comparison {
    case .everything: nil
    case .settled(let columns), .amended(let columns): columns
    }
  }

  private static func isMarked(_ row: [Value], _ marker: String, _ schema: Schema) -> Bool {
    schema.index(of: marker).map { row[$0] == true } ?? false
  }

  /// The last row of each, without its markers.
  private static func settled(_ rows: [[Value]], _ columns: Int, _ schema: Schema) -> [[Value]] {
    let markers = Set(["update", "retracted", "early"].compactMap { schema.index(of: $0) })
    var last: [[Value]: [Value]] = [:]
    for row in rows {
      let name = Array(row.prefix(columns))
      last[name] =
        isMarked(row, "retracted", schema)
        ? nil : row.indices.filter { !markers.contains($0) }.map { row[$0] }
    }
    return Array(last.values)
  }

  /// What is not as expected, in words.
  func differences(from expected: HarnessResult) -> [String] {
    var differences: [String] = []
    for edge in rows.indices where rows[edge].inOrder != expected.rows[edge].inOrder {
      differences.append("edge \(edge): \(rows[edge]), expected were \(expected.rows[edge])")
    }
    if onTime.inOrder != expected.onTime.inOrder {
      differences.append("on time: \(onTime), expected were \(expected.onTime)")
    }
    if counters != expected.counters {
      differences.append("\(counters) where \(expected.counters) were expected")
    }
    return differences
  }
}
