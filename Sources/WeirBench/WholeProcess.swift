import CAllocations
import Glibc
import Weir

/// A process of a run that this executable stands in for: the coordinator or an instance.
enum WholeProcess {
  case coordinator
  case instance(String)

  /// Nil if the command line asks for scenarios.
  init?(_ arguments: [String]) {
    if let instance = InstanceArguments(arguments) {
      self = .instance("\(instance.instance)")
    } else if arguments.count > 1, arguments[1] == "run" {
      self = .coordinator
    } else {
      return nil
    }
  }

  /// Where instances write how much they have allocated.
  private static let variable = "WEIR_BENCH_ALLOCATIONS"

  /// Has an instance's allocations written down when it exits.
  func countAllocations() {
    guard case .instance(let name) = self, let path = getenv(Self.variable) else { return }
    weir_report_allocations_at_exit(path, name)
  }
}
