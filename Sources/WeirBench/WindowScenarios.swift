import WeirColumns
import WeirCore

/// Keyed windows, with all their firings.
enum WindowScenarios {
  private static let minute: Int64 = 60_000_000
  private static let sliding = WindowSpec.Shape.sliding(size: 10 * minute, every: minute)

  static let all = [
    scenario("window-sliding-count-100k-warm", sliding, count, cards: 100_000, isWarm: true),
    scenario("window-sliding-count-1m-cold", sliding, count, cards: 1_000_000, isWarm: false),
    scenario(
      "window-tumbling-sum-100k-warm",
      .tumbling(size: 60 * minute),
      sum,
      cards: 100_000,
      isWarm: true
    ),
    scenario(
      "window-session-count-100k-warm",
      .session(gap: minute),
      count,
      cards: 100_000,
      isWarm: true
    ),
  ]

  private static let count = AggregateSpec(.count, name: "rows")
  private static let sum = AggregateSpec(
    .sum,
    argument: 4,
    argumentType: .decimal(scale: 2),
    name: "total"
  )

  private static func scenario(
    _ name: String,
    _ shape: WindowSpec.Shape,
    _ aggregate: AggregateSpec,
    cards: Int,
    isWarm: Bool
  ) -> Scenario {
    Scenario(name: name) {
      let batches = HarborRows.batches(isWarm ? 64 : 256, cards: cards)
      func make() -> any KeyedOperator {
        if case .session = shape {
          return SessionOperator(
            WindowSpec(shape),
            [aggregate],
            keyColumns: [1],
            input: HarborRows.schema,
            keyGroups: 128,
            operatorName: name
          )
        }
        return WindowOperator(
          WindowSpec(shape),
          [aggregate],
          keyColumns: [1],
          input: HarborRows.schema,
          keyGroups: 128,
          operatorName: name
        )
      }
      var state = make()
      state.having = NothingPasses()
      var watermark = Watermark.start
      return {
        if !isWarm {
          state = make()
          state.having = NothingPasses()
          watermark = .start
        }
        let rows = run(batches, state, &watermark)
        HarborRows.shift(batches, by: Int64(rows) * 100)
        return rows
      }
    }
  }

  private static func run(
    _ batches: [Batch],
    _ state: any KeyedOperator,
    _ watermark: inout Watermark
  ) -> Int {
    let late = LateRows()
    let out = Batch(state.output, capacity: HarborRows.rowsPerBatch)
    var rows = 0
    do throws(WeirError) {
      for batch in batches {
        try state.process(batch, watermark: watermark, late: late)
        let highest = batch.times.words[batch.count - 1]
        watermark = max(watermark, Watermark(microseconds: highest - 4_000_000))
        state.advance(to: watermark)
        while case .rows = try state.emit(maximumRows: HarborRows.rowsPerBatch, into: out) {
          out.removeAll()
        }
        rows += batch.count
      }
    } catch {
      preconditionFailure("\(error)")
    }
    return rows
  }
}

/// A `having` that nothing passes, so that the scan of the keys is measured and not the output.
private final class NothingPasses: RowFilter {
  let columns: [Int] = []
  private let buffer = SelectionBuffer(capacity: HarborRows.rowsPerBatch)

  func select(_ batch: Batch) -> Selection {
    Selection(indices: buffer.indices, count: 0)
  }
}
