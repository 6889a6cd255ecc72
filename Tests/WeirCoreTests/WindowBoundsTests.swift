import Testing
import WeirColumns
import WeirCore

@Suite struct WindowBoundsTests {
  private static let count = AggregateSpec(.count, name: "rows")
  private static let sum = AggregateSpec(.sum, argument: 3, argumentType: .int, name: "sum")

  private func probe(
    _ shape: WindowSpec.Shape,
    lateness: Int64 = 0,
    early: Bool = false,
    _ aggregates: [AggregateSpec] = [WindowBoundsTests.count]
  ) -> OperatorProbe {
    OperatorProbe(
      WindowOperator(
        WindowSpec(shape, allowedLateness: lateness, early: early),
        aggregates,
        keyColumns: [0],
        input: TestSchema.fields,
        keyGroups: 8,
        operatorName: "subject"
      )
    )
  }

  private func row(
    _ time: Int64,
    key: String = "k",
    stamp: Int64? = nil,
    x: Int64 = 1
  ) -> TestRow {
    let values: [TestValue?] = [
      .text(key), .word(1), .word(time), .word(x), nil, nil, nil, nil, nil, nil,
    ]
    return TestRow(values: values, stamp: stamp)
  }

  @Test func `a row is late when its window ends exactly at its stamp, not before`() throws {
    let probe = probe(.tumbling(size: 10))
    try probe.process([row(5, stamp: 9), row(5, stamp: 10), row(5, stamp: 11)])
    #expect(probe.late == ["5 5", "5 6"])
    let lenient = self.probe(.tumbling(size: 10), lateness: 3)
    try lenient.process([row(5, stamp: 12), row(5, stamp: 13)])
    #expect(lenient.late == ["5 8"])
  }

  @Test func `a row counts only in the sliding windows that its stamp leaves open`() throws {
    let probe = probe(.sliding(size: 30, every: 10))
    try probe.process([row(5, stamp: 20), row(5)])
    try probe.advance(to: .max)
    #expect(probe.onTime == ["'k' -20 10 1 9", "'k' -10 20 1 19", "'k' 0 30 2 29"])
    #expect(probe.late.isEmpty)
  }

  @Test func `a window fires when the watermark reaches its end`() throws {
    let probe = probe(.tumbling(size: 10))
    try probe.process([row(9), row(10)])
    try probe.advance(to: 9)
    #expect(probe.onTime.isEmpty)
    try probe.advance(to: 10)
    #expect(probe.onTime == ["'k' 0 10 1 9"])
  }

  @Test func `times before 1970 fall into the window that begins before them`() throws {
    let probe = probe(.tumbling(size: 10, offset: 3))
    try probe.process([row(-8), row(-7), row(-1), row(2), row(3)])
    try probe.advance(to: .max)
    #expect(
      probe.onTime == ["'k' -17 -7 1 -8", "'k' -7 3 3 2", "'k' 3 13 1 12"]
    )
  }

  @Test func `a watermark that jumps by a century fires what there is and no more`() throws {
    let century: Int64 = 100 * 365 * 86_400_000_000
    let probe = probe(.sliding(size: 60_000_000, every: 1_000_000))
    for step in 0..<4 {
      try probe.process([row(Int64(step) * century)])
      try probe.advance(to: Int64(step) * century + century / 2)
    }
    #expect(probe.onTime.count == 4 * 60)
    #expect(probe.subject.keyCount <= 1)
  }

  @Test func `the extremes of time do not overflow`() throws {
    let probe = probe(.sliding(size: 30, every: 10))
    try probe.process([row(.min), row(.max), row(0, stamp: .max)])
    try probe.advance(to: .max)
    #expect(probe.onTime.count == 6)
    #expect(probe.late == ["0 9223372036854775807"])
    #expect(probe.subject.keyCount == 0)
  }

  @Test func `a sum that does not fit is an error that names where, never a wrong number`() throws {
    let probe = probe(.tumbling(size: 10), [Self.sum])
    try probe.process([row(1, x: .max), row(2, x: 1)])
    let error = #expect(throws: WeirError.self) { try probe.advance(to: 10) }
    #expect(error?.code == "E511")
    #expect(error?.message == "cannot compute column 'sum' of operator 'subject'")
    #expect(error?.detail?.contains("key group") == true)
  }

  @Test func `a total that exceeds 64 bits only between windows is no error`() throws {
    let probe = probe(.sliding(size: 20, every: 10), [Self.sum])
    try probe.process([row(1, x: .max), row(2, x: 5), row(3, x: -5)])
    try probe.process([row(11, x: -9), row(12, x: 9), row(21, x: .max)])
    try probe.advance(to: .max)
    let sums = probe.onTime.map { $0.split(separator: " ")[3] }
    #expect(sums.allSatisfy { $0 == "9223372036854775807" } && sums.count == 4)
  }

  @Test func `memory does not grow though keys never come again`() throws {
    let probe = probe(.sliding(size: 20, every: 10), [Self.count, Self.longText])
    var sizes: [Int] = []
    for window in 0..<2_000 {
      let start = Int64(window) * 10
      try probe.process(
        (0..<20).map { row(start, key: "a key of window \(window), number \($0)") }
      )
      try probe.advance(to: start)
      probe.onTime.removeAll()
      if window % 400 == 399 { sizes.append(probe.subject.stateBytes) }
    }
    // The first windows find out how many keys of a group there are at most at a time.
    #expect(sizes[1...].allSatisfy { $0 == sizes[1] }, "\(sizes)")
    #expect(sizes[1] < 1 << 20)
    #expect(probe.subject.keyCount <= 100)
  }

  private static let longText = AggregateSpec(
    .maximum,
    argument: 0,
    argumentType: .string,
    name: "greatest"
  )

  @Test func `too many panes far ahead are refused`() throws {
    let probe = probe(.tumbling(size: 10))
    let error = #expect(throws: WeirError.self) {
      for start in stride(from: 0, to: WindowLimits.livePanes + 1, by: 1000) {
        try probe.process((start..<start + 1000).map { row(Int64($0) * 10) })
      }
    }
    #expect(error?.code == "E512")
  }

  @Test func `early results come of keys that changed, in open windows, once`() throws {
    let probe = probe(.sliding(size: 20, every: 10), early: true)
    try probe.process([row(5, key: "a"), row(5, key: "b"), row(15, key: "b")])
    try probe.requestEarly()
    #expect(
      probe.early == [
        "'a' -10 10 1 1 9", "'b' -10 10 1 1 9", "'a' 0 20 1 1 19", "'b' 0 20 2 1 19",
        "'b' 10 30 1 1 29",
      ]
    )
    probe.early.removeAll()
    try probe.requestEarly()
    #expect(probe.early.isEmpty)
    try probe.process([row(15, key: "a")])
    try probe.advance(to: 10)
    try probe.requestEarly()
    #expect(probe.early == ["'a' 0 20 2 1 19", "'a' 10 30 1 1 29"])
    #expect(probe.onTime == ["'a' -10 10 1 0 9", "'b' -10 10 1 0 9"])
  }

  @Test func `a small state over 128 key groups stays small`() throws {
    let subject = WindowOperator(
      WindowSpec(.sliding(size: 600, every: 60)),
      [Self.count],
      keyColumns: [0],
      input: TestSchema.fields,
      keyGroups: 128,
      operatorName: "subject"
    )
    let probe = OperatorProbe(subject)
    for pane in 0..<10 {
      try probe.process((0..<300).map { row(Int64(pane * 60), key: "key \($0)") })
    }
    #expect(subject.keyCount == 300)
    #expect(subject.stateBytes < 6 << 20)
  }
}
