#if MUTANTS
import Glibc
import WeirCore

/// Plants each bug in turn and counts the seeds until one notices.
///
/// Each bug has a process of its own: a precondition that fails is a find, too.
enum MutantHunt {
  /// The most seconds that a planted bug may take; one that stalls everything is found by that.
  private static let seconds: UInt32 = 200

  static func run(_ arguments: [String]) -> Bool {
    let seeds = arguments.compactMap { UInt64($0) }.first ?? 2000
    var survivors = 0
    let named = arguments.compactMap { Mutant(rawValue: $0) }
    let mutants = named.isEmpty ? Mutant.allCases : named
    for mutant in mutants {
      fflush(nil)
      let child = fork()
      if child == 0 {
        Mutant.chosen = mutant
        // What a failed precondition prints is not wanted.
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO)
        alarm(Self.seconds)
        hunt(mutant, seeds)
      }
      var status: Int32 = 0
      waitpid(child, &status, 0)
      let signal = status & 0x7f
      switch (signal, (status >> 8) & 0xff) {
      case (0, 0):
        survivors += 1
        print("\(mutant.rawValue): NOT FOUND in \(seeds) seeds")
      case (0, _): break
      case (SIGALRM, _):
        survivors += 1
        print("\(mutant.rawValue): NOT FOUND in \(Self.seconds) s")
      default: print("\(mutant.rawValue): found, a precondition failed (signal \(signal))")
      }
    }
    print("\(mutants.count) planted bugs, \(survivors) not found")
    return survivors == 0
  }

  private static func hunt(_ mutant: Mutant, _ seeds: UInt64) -> Never {
    for seed in 0..<seeds {
      let cluster = SimulatedCluster.run(seed: seed)
      guard let violation = cluster.violations.first else { continue }
      let first = violation.prefix { $0 != "\n" }.prefix(110)
      print("\(mutant.rawValue): found by seed \(seed): \(first)")
      fflush(nil)
      _exit(1)
    }
    _exit(0)
  }
}
#endif
