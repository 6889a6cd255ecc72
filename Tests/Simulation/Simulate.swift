import Glibc
import WeirCore

/// The command `weir-simulate [SEEDS] [FIRST]`: runs seeds, prints what they have met.
///
/// With `WEIR_SEED=n` one seed is run and everything that happens is printed, a line for each event; so
/// is the first seed that fails. The exit code is 1 when
/// a seed fails or a cell of the table is empty. `--mutants` plants one bug after the other, each in
/// a process of its own, and fails when one is not found.
package enum Simulate {
  package static func main(_ arguments: [String]) {
    #if MUTANTS
    if arguments.contains("--mutants") { exit(MutantHunt.run(arguments) ? 0 : 1) }
    if let name = variable("WEIR_MUTANT") { Mutant.chosen = Mutant(rawValue: name) }
    #endif
    if let seed = variable("WEIR_SEED").flatMap({ UInt64($0) }) { exit(show(seed) ? 0 : 1) }
    let numbers = arguments.dropFirst().compactMap { UInt64($0) }
    let count = numbers.first ?? 2000
    let first = numbers.dropFirst().first ?? 0
    let most = Int(variable("WEIR_FAILURES") ?? "") ?? 5
    exit(run(first..<first + count, mostFailures: most) ? 0 : 1)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Runs one seed and prints a line for each event.
  private static func show(_ seed: UInt64) -> Bool {
    let cluster = SimulatedCluster.run(seed: seed, keepsLines: true)
    for line in cluster.lines { print(line) }
    for violation in cluster.violations { print("VIOLATION \(violation)") }
    return cluster.violations.isEmpty
  }

  private static func run(_ seeds: Range<UInt64>, mostFailures: Int) -> Bool {
    var coverage = Coverage()
    var failures = 0
    var steps = 0
    for seed in seeds {
      let cluster = SimulatedCluster.run(seed: seed)
      coverage += cluster.coverage
      steps += cluster.step
      guard let violation = cluster.violations.first else { continue }
      failures += 1
      if failures == 1 { _ = show(seed) }
      print("WEIR_SEED=\(seed): \(violation)")
      if failures == mostFailures { break }
    }
    print("\(coverage.table)\n\(seeds.count) seeds, \(steps) steps, \(failures) failures")
    guard failures == 0 else { return false }
    for missing in coverage.missing { print("never met: \(missing)") }
    return coverage.missing.isEmpty
  }
}
