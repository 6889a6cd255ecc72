import Testing
import WeirCore

/// The sketch against exact counts.
@Suite struct SpaceSavingTests {
  /// How keys are drawn.
  enum Draw: String, CaseIterable, Sendable {
    /// One key has nine of ten rows, the others come once each.
    case oneKey
    /// The i-th key comes half as often as the one before.
    case falling
    /// As many keys as there are counters, and one more, all alike.
    case crowded
    /// Far more keys than counters, all alike.
    case even
    /// Keys in turn, as a counter that is taken over is always the one that comes next.
    case inTurn

    func key(_ random: inout SeededRandom, _ row: Int, _ capacity: Int) -> UInt64 {
      let key =
        switch self {
        case .oneKey: random.chance(90) ? 0 : 1 + row
        case .falling: random.next().trailingZeroBitCount
        case .crowded: Int(random.integer(0...Int64(capacity)))
        case .even: Int(random.integer(0...50_000))
        case .inTurn: row % (capacity + 1)
        }
      // Hashes of keys, as the operator has them: equal low bits are as likely as any.
      return (UInt64(key) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    }
  }

  /// Exact counts, halved with those of the sketch.
  private struct Exact {
    var counts: [UInt64: Double] = [:]
    var weight = 0.0

    mutating func add(_ key: UInt64) {
      counts[key, default: 0] += 1
      weight += 1
    }

    mutating func halve() {
      counts = counts.mapValues { $0 / 2 }
      weight /= 2
    }
  }

  private func expectBounds(_ sketch: SpaceSaving, _ exact: Exact, _ note: String) {
    #expect(sketch.weight == exact.weight, "\(note)")
    let average = exact.weight / Double(sketch.capacity)
    for (key, count) in exact.counts {
      let bounds = sketch.bounds(of: key)
      let isWithin = Double(bounds.lowerBound) <= count && count <= Double(bounds.upperBound)
      #expect(isWithin, "\(note): \(count) is not in \(bounds)")
      let width = Double(bounds.upperBound - bounds.lowerBound)
      #expect(width <= average + 2, "\(note): \(bounds) of \(exact.weight)")
    }
    // Whoever has more than the error of all rows is told of, and first of all the greatest.
    let told = sketch.frequent(share: 0).map(\.hash)
    for (key, count) in exact.counts where count > average + 2 {
      #expect(told.contains(key), "\(note): \(count) of \(exact.weight) is not told")
    }
  }

  @Test(arguments: Draw.allCases, [0, 3000]) func `counts are within their bounds`(
    _ draw: Draw,
    ageing: Int
  ) {
    for seed in UInt64(0)..<20 {
      var random = SeededRandom(seed: seed)
      let sketch = SpaceSaving(capacity: [1, 2, 7, 64, 128][Int(seed) % 5])
      var exact = Exact()
      for row in 0..<10_000 {
        let key = draw.key(&random, row, sketch.capacity)
        sketch.add(key, slot: UInt32(row))
        exact.add(key)
        if ageing > 0, row % ageing == ageing - 1 {
          sketch.halve()
          exact.halve()
        }
      }
      expectBounds(sketch, exact, "\(draw), seed \(seed), \(sketch.capacity) counters")
      #expect(sketch.count <= sketch.capacity)
    }
  }

  @Test func `while there are counters for all keys, counts are exact`() {
    let sketch = SpaceSaving(capacity: 8)
    for (key, times) in [(7 as UInt64, 3), (1, 5), (9, 1)] {
      for time in 0..<times { sketch.add(key, slot: UInt32(time)) }
    }
    #expect(
      sketch.frequent(share: 0) == [
        SpaceSaving.Entry(hash: 1, slot: 4, least: 5, most: 5),
        SpaceSaving.Entry(hash: 7, slot: 2, least: 3, most: 3),
        SpaceSaving.Entry(hash: 9, slot: 0, least: 1, most: 1),
      ]
    )
    #expect(sketch.frequent(share: 0.3).map(\.hash) == [1, 7])
    #expect(sketch.bounds(of: 2) == 0...0)
  }

  @Test func `a new key takes over the least counter and knows what it may not have had`() {
    let sketch = SpaceSaving(capacity: 2)
    for key in [1, 1, 1, 2, 2, 3] as [UInt64] { sketch.add(key, slot: 0) }
    #expect(sketch.bounds(of: 3) == 1...3)
    #expect(sketch.bounds(of: 1) == 3...3)
    // 2 has none any more: it had no more than the least counter has now.
    #expect(sketch.bounds(of: 2) == 0...3)
  }

  @Test func `a key that was hot gives way to one that is`() {
    let sketch = SpaceSaving(capacity: 16)
    for _ in 0..<10_000 { sketch.add(1, slot: 0) }
    for _ in 0..<5 { sketch.halve() }
    for _ in 0..<1000 { sketch.add(2, slot: 0) }
    #expect(sketch.frequent(share: 0.5).map(\.hash) == [2])
    for _ in 0..<20 { sketch.halve() }
    #expect(sketch.weight < 1)
    #expect(sketch.frequent(share: 0.01) == [])
  }

  @Test func `keys of one bucket are told apart, also when some of them go`() {
    let sketch = SpaceSaving(capacity: 4)
    // Their low bits are the same.
    for round in 0..<50 {
      for key in 0..<4 { sketch.add(UInt64(key) << 32, slot: UInt32(round)) }
      sketch.add(UInt64(100 + round) << 32, slot: 0)
    }
    var exact = Exact()
    for round in 0..<50 {
      for key in 0..<4 { exact.add(UInt64(key) << 32) }
      exact.add(UInt64(100 + round) << 32)
    }
    expectBounds(sketch, exact, "one bucket")
  }
}
