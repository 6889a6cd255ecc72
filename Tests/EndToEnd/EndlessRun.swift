import Glibc
import Testing

/// A run whose input never ends, and what must be true of its output.
enum EndlessRun {
  /// Rows at a pace, without end unless their number is given; a hundred of them a second of event time.
  static func topology(
    _ name: String,
    checkpoints: String = "{ every: 100ms }",
    rate: Int = 5000,
    rows: Int? = nil,
    window: String = "10s"
  ) -> String {
    """
    weir: 1
    name: \(name)
    checkpoints: \(checkpoints)
    batch: { rows: 256 }
    sources:
      payments:
        generate:
          rate: \(rate)
          \(rows.map { "rows: \($0)" } ?? "")
          seed: 1
          columns:
            id: { sequence: "a%09d" }
            card: { pick: "c%04d", count: 100 }
            at: { clock: { start: 2026-01-01T00:00:00Z, rows_per_second: 100 } }
        event_time: at
        watermark: { lag: 1s }
    operators:
      totals:
        from: payments
        key: card
        window: { tumbling: \(window) }
        aggregate: { n: count() }
        processes: 2
    sinks:
      totals_out: { from: totals, file: { path: out/totals.jsonl }, format: json }
      copy_out: { from: payments, file: { path: out/copy.jsonl }, format: json }
    """
  }

  /// The rows that are visible are the first ones, each once.
  @discardableResult
  static func expectWholeCopy(_ folder: TestFolder) -> Int {
    let lines = folder.sortedLines(in: "out", prefix: "copy")
    #expect(Set(lines).count == lines.count)
    let last =
      "\"id\":\"a" + String(repeating: "0", count: 9 - "\(lines.count - 1)".count)
      + "\(lines.count - 1)\""
    #expect(lines.last?.contains(last) == true, "\(lines.count) rows, \(lines.last ?? "none")")
    return lines.count
  }
}
