import Testing
import WeirColumns
import WeirCore

/// Sessions of several partitions: the same whatever the order in which their rows arrive.
@Suite struct SessionOrderTests {
  private static let aggregates = [
    AggregateSpec(.count, name: "rows"),
    AggregateSpec(.sum, argument: 4, argumentType: .decimal(scale: 2), name: "sum"),
  ]

  /// What is asked of the operator, and of the rows.
  struct Form: Sendable {
    var gap: Int64
    var lateness: Int64
    var lag: Int64
  }

  private static let forms = [
    Form(gap: 10, lateness: 0, lag: 5), Form(gap: 10, lateness: 0, lag: 0),
    Form(gap: 25, lateness: 0, lag: 8), Form(gap: 10, lateness: 12, lag: 5),
    Form(gap: 6, lateness: 40, lag: 3),
  ]

  @Test(arguments: 0..<12) func `rows of several partitions make the same sessions in any order`(
    seed: UInt64
  ) throws {
    for form in Self.forms {
      var random = SeededRandom(seed: seed)
      let partitions = Self.partitions(form, &random)
      let expected = Self.sessions(partitions.flatMap { $0 }, form)
      #expect(expected.count > 10)
      for _ in 0..<8 {
        let found = try Self.deliver(partitions, form, &random)
        #expect(found == expected, "seed \(seed), \(form)")
      }
    }
  }

  /// Rows of three partitions, stamped when behind the watermark of their own.
  private static func partitions(_ form: Form, _ random: inout SeededRandom) -> [[TestRow]] {
    var input = RandomInput(seed: UInt64.random(in: 0...1000, using: &random))
    return (0..<3).map { _ in
      var now: Int64 = 0
      var highest = Int64.min / 2
      return (0..<60).map { _ in
        now += random.integer(0...(random.chance(15) ? 100 : 9))
        var row = input.row(time: now - random.integer(0...(random.chance(30) ? 40 : 6)))
        row.values[0] = .text(random.chance(70) ? "a" : "b")
        if row.time < highest - form.lag { row.stamp = highest - form.lag }
        highest = max(highest, row.time)
        return row
      }
    }
  }

  /// Sessions as a single reader would see them that reads all rows in the order of their stamps.
  private static func sessions(_ rows: [TestRow], _ form: Form) -> [String: String] {
    var sessions: [[TestRow]] = []
    for row in rows.sorted(by: { $0.stamp ?? .min < $1.stamp ?? .min }) {
      let watermark = row.stamp ?? .min
      let limit = { (last: Int64) in last + form.gap + form.lateness }
      guard limit(row.time) >= watermark else { continue }
      var joined = [row]
      sessions.removeAll { session in
        let times = session.map(\.time)
        guard let start = times.min(), let last = times.max(),
          session[0].values[0] == row.values[0], limit(last) >= watermark,
          start - form.gap <= row.time, row.time <= last + form.gap
        else { return false }
        joined += session
        return true
      }
      sessions.append(joined)
    }
    var results: [String: String] = [:]
    for session in sessions {
      let times = session.map(\.time)
      guard let start = times.min(), let last = times.max() else { continue }
      let name = rendered([session[0].values[0], .word(start), .word(last + form.gap)])
      results[name] = rendered(aggregates.map { AggregateModel.result($0, session) })
    }
    return results
  }

  /// Plays the partitions against one another in batches, and returns what the results come to.
  private static func deliver(
    _ partitions: [[TestRow]],
    _ form: Form,
    _ random: inout SeededRandom
  ) throws -> [String: String] {
    let probe = OperatorProbe(
      SessionOperator(
        WindowSpec(.session(gap: form.gap), allowedLateness: form.lateness),
        aggregates,
        keyColumns: [0],
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "subject"
      )
    )
    var next = partitions.map { _ in 0 }
    // Some runs take long stretches of one partition, some a row at a time.
    let most = Int64([1, 4, 60].randomElement(using: &random) ?? 1)
    while next != partitions.map(\.count) {
      let partition = Int(random.integer(0...Int64(partitions.count - 1)))
      let rows = partitions[partition].dropFirst(next[partition]).prefix(
        Int(random.integer(1...most))
      )
      guard !rows.isEmpty else { continue }
      next[partition] += rows.count
      try probe.process(Array(rows))
      guard random.chance(70) else { continue }
      let marks = zip(partitions, next).map { rows, count in
        count == rows.count ? .max : rows.prefix(count).map { $0.time - form.lag }.max() ?? .min
      }
      try probe.advance(to: marks.min() ?? .min)
    }
    try probe.advance(to: .max)
    return settled(probe, hasMarks: form.lateness > 0)
  }

  /// The last result of each session, without those taken back.
  private static func settled(_ probe: OperatorProbe, hasMarks: Bool) -> [String: String] {
    var results: [String: String] = [:]
    for line in probe.onTime + probe.updates {
      let parts = line.split(separator: " ")
      let name = parts[..<3].joined(separator: " ")
      results[name] = parts[3..<5].joined(separator: " ")
      if hasMarks, parts[6] == "1" { results[name] = nil }
    }
    return results
  }
}
