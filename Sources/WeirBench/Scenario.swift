import CAllocations
import Glibc

/// One thing that is measured: rows through a part of the data plane, on one core.
struct Scenario: Sendable {
  let name: String
  /// Prepares what is measured and returns it: called once, it handles `rows` rows and returns how
  /// many.
  let prepare: @Sendable () -> () -> Int

  /// How often it is run; the median counts.
  static let runs = 7

  /// Prints one JSON line: rows a second of CPU time of this thread, and allocations a row.
  func measure() {
    let body = prepare()
    _ = body()
    var rates: [Double] = []
    var allocations: [Double] = []
    var rows = 0
    for _ in 0..<Self.runs {
      let before = weir_allocations()
      let start = Self.seconds()
      rows = body()
      let elapsed = Self.seconds() - start
      rates.append(Double(rows) / elapsed)
      allocations.append(Double(weir_allocations() - before) / Double(max(rows, 1)))
    }
    let rate = rates.sorted()[Self.runs / 2]
    let perRow = allocations.sorted()[Self.runs / 2]
    print(
      "{\"scenario\":\"\(name)\",\"rows\":\(rows),\"rows_per_second\":\(Int(rate)),"
        + "\"allocations_per_row\":\(Self.digits(perRow))}"
    )
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Five digits behind the point.
  private static func digits(_ value: Double) -> String {
    "\((value * 100_000).rounded() / 100_000)"
  }
}

/// Numbers that are the same in every run (SplitMix64: Steele, Lea, Flood 2014).
struct BenchRandom {
  private var state: UInt64 = 7

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
