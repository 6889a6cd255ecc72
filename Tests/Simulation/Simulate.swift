import Glibc

/// The command `weir-simulate [SEEDS] [FIRST]`: runs seeds, prints what they have met.
///
/// With `WEIR_SEED=n` one seed is run and everything that happens is printed. The exit code is 1 when
/// a seed fails or a cell of the table is empty.
package enum Simulate {
  package static func main(_ arguments: [String]) {
    if let seed = getenv("WEIR_SEED").flatMap({ UInt64(String(cString: $0)) }) {
      exit(show(seed) ? 0 : 1)
    }
    let numbers = arguments.dropFirst().compactMap { UInt64($0) }
    let count = numbers.first ?? 2000
    let first = numbers.dropFirst().first ?? 0
    exit(run(first..<first + count) ? 0 : 1)
  }

  /// Runs one seed and prints a line for each event.
  private static func show(_ seed: UInt64) -> Bool {
    let cluster = SimulatedCluster.run(seed: seed, keepsLines: true)
    for line in cluster.lines { print(line) }
    for violation in cluster.violations { print("VIOLATION \(violation)") }
    return cluster.violations.isEmpty
  }

  private static func run(_ seeds: Range<UInt64>) -> Bool {
    var coverage = Coverage()
    var failures = 0
    var steps = 0
    for seed in seeds {
      let cluster = SimulatedCluster.run(seed: seed)
      coverage += cluster.coverage
      steps += cluster.step
      guard let violation = cluster.violations.first else { continue }
      failures += 1
      print("WEIR_SEED=\(seed): \(violation)")
      if failures == 10 { break }
    }
    print("\(coverage.table)\n\(seeds.count) seeds, \(steps) steps, \(failures) failures")
    guard failures == 0 else { return false }
    for missing in coverage.missing { print("never met: \(missing)") }
    return coverage.missing.isEmpty
  }
}
