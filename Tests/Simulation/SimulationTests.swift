import Testing
import WeirCore
import WeirTesting

/// The whole cluster under seeds: `WEIR_SEED` runs one, `WEIR_SEEDS` so many.
@Suite struct SimulationTests {
  private static func run(seed: UInt64) -> SimulatedCluster {
    var random = SeededRandom(seed: seed)
    let scenario = ScenarioMaker.make(random.fork())
    let disturbance = Disturbance(&random)
    let cluster = SimulatedCluster(scenario, disturbance, random.fork())
    cluster.run()
    cluster.checkEnd()
    return cluster
  }

  @Test func `every seed ends as it should, with the output that plain loops compute`() {
    let seeds = SeededRandom.seeds(120)
    var coverage = Coverage()
    var failures = 0
    var steps = 0
    for seed in seeds {
      let cluster = Self.run(seed: seed)
      coverage += cluster.coverage
      steps += cluster.step
      guard !cluster.violations.isEmpty else { continue }
      failures += 1
      Issue.record("WEIR_SEED=\(seed): \(cluster.violations.joined(separator: "\n"))")
      if failures == 3 { break }
    }
    print("\(seeds.count) seeds, \(steps) steps\n\(coverage.table)")
    guard !SeededRandom.isDirected, failures == 0 else { return }
    #expect(coverage.missing == [], "situations that were never met")
  }

  @Test(arguments: SeededRandom.seeds(120).prefix(5))
  func `the same seed gives the same bytes`(seed: UInt64) {
    let one = Self.run(seed: seed)
    let other = Self.run(seed: seed)
    #expect(one.trace == other.trace, "WEIR_SEED=\(seed)")
    #expect(one.step == other.step)
  }
}
