import Testing
import WeirCore

@Suite struct RowSamplingTests {
  private func drawn(_ batches: [Int], every: Int) -> [Int] {
    var sampling = RowSampling(every: every)
    var drawn: [Int] = []
    var start = 0
    for count in batches {
      while let position = sampling.next(of: count) { drawn.append(start + position) }
      start += count
    }
    return drawn
  }

  @Test(arguments: [1, 2, 32, 100]) func `one of so many rows is drawn`(_ every: Int) {
    let rows = drawn([100_000], every: every)
    let expected = 100_000 / every
    #expect(abs(rows.count - expected) <= expected / 20)
    let gaps = zip(rows, rows.dropFirst()).map { $1 - $0 }
    #expect(gaps.min() == 1)
    #expect(gaps.max() == 2 * every - 1)
  }

  @Test func `which rows are drawn does not depend on how they are cut into batches`() {
    let whole = drawn([10_000], every: 32)
    #expect(drawn(Array(repeating: 1, count: 10_000), every: 32) == whole)
    #expect(drawn([0, 1, 31, 32, 33, 4000, 0, 5903], every: 32) == whole)
  }

  @Test(arguments: [2, 31, 32, 64, 96]) func `keys that come in turn are drawn alike`(_ keys: Int) {
    var counts = [Int](repeating: 0, count: keys)
    let rows = drawn([1_000_000], every: 32)
    for row in rows { counts[row % keys] += 1 }
    let expected = rows.count / keys
    // Five standard deviations.
    let most = 5 * Int(Double(expected).squareRoot())
    #expect(counts.allSatisfy { abs($0 - expected) <= most }, "\(counts)")
  }
}
