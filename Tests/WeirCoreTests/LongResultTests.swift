import Testing
import WeirColumns
import WeirCore

/// Results with keys and values of a megabyte: few are made at a time, and none is lost.
@Suite struct LongResultTests {
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.maximum, argument: 6, argumentType: .string, name: "greatest"),
  ]
  private static let long = 40
  private static let short = 3000

  /// What `emit` may give at a time: 32 MiB of texts, and some bytes a row.
  private static let most = 32 << 20 + 8192 * 100

  /// A filter that takes nothing out, and notes how long the keys are that it is shown at a time.
  private final class Everything: RowFilter {
    let columns = [0]
    private(set) var longest = 0
    private let buffer = SelectionBuffer(capacity: 64)

    func select(_ batch: Batch) -> Selection {
      longest = max(longest, batch.columns[0].byteCount(rows: batch.count))
      return buffer.all(batch.count)
    }
  }

  private var rows: [TestRow] {
    let text = String(repeating: "x", count: 1 << 20)
    return (0..<(Self.long + Self.short)).map { row in
      let value = row < Self.long ? "\(text)\(row)" : "\(row)"
      return TestRow(values: [
        .text(value), .word(0), .word(Int64(row % 7)), .word(1), .word(1), .float(1),
        .text(value), .word(1), .word(1), .word(1),
      ])
    }
  }

  private func check(_ subject: any KeyedOperator, windows: Int = 1) throws {
    let filter = Everything()
    subject.having = filter
    try subject.process(TestSchema.batch(rows), watermark: .start, late: LateRows())
    var count = 0
    func drain() throws {
      while true {
        let results = Batch(subject.output, capacity: 1, bytesPerRow: 0)
        guard case .rows = try subject.emit(maximumRows: 8192, into: results) else { return }
        #expect(results.footprint <= Self.most, "\(results.count) rows")
        count += results.count
      }
    }
    try drain()
    subject.advance(to: .end)
    try drain()
    #expect(count == windows * (Self.long + Self.short))
    #expect(filter.longest > 0 && filter.longest <= Self.most)
  }

  private func windows(_ shape: WindowSpec.Shape) -> WindowOperator {
    WindowOperator(
      WindowSpec(shape),
      Self.aggregates,
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: 8,
      operatorName: "windows"
    )
  }

  @Test func `a tumbling window gives long results a few at a time`() throws {
    try check(windows(.tumbling(size: 10)))
  }

  @Test func `a sliding window gives long results a few at a time`() throws {
    try check(windows(.sliding(size: 20, every: 10)), windows: 2)
  }

  @Test func `sessions give long results a few at a time`() throws {
    let subject = SessionOperator(
      WindowSpec(.session(gap: 5)),
      Self.aggregates,
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: 8,
      operatorName: "sessions"
    )
    try check(subject)
  }

  @Test func `totals give long results a few at a time`() throws {
    let subject = RunningOperator(
      WindowSpec(.running),
      Self.aggregates,
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: 8,
      operatorName: "totals"
    )
    try check(subject)
  }
}
