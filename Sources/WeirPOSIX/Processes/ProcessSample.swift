import Glibc
import WeirCore

/// What the system says of any process at one moment.
package struct ProcessSample: Hashable, Sendable {
  /// When it began, in clock ticks since the machine started.
  package var startTicks: UInt64
  /// All processor time that it has taken.
  package var processorSeconds: Double
  /// The memory that it has now.
  package var residentBytes: Int64

  package init(startTicks: UInt64, processorSeconds: Double, residentBytes: Int64) {
    self.startTicks = startTicks
    self.processorSeconds = processorSeconds
    self.residentBytes = residentBytes
  }

  /// Looks at a process; nil if there is none of that number, or it has ended and waits to be
  /// collected.
  package init?(_ process: pid_t) {
    guard let text = ProcText.read("/proc/\(process)/stat"),
      // The name of the program may hold anything, brackets too.
      let bracket = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: bracket)...].split(separator: " ")
    guard fields.count > 21, fields[0] != "Z", fields[0] != "X",
      let user = UInt64(fields[11]), let system = UInt64(fields[12]),
      let start = UInt64(fields[19]), let pages = Int64(fields[21])
    else { return nil }
    startTicks = start
    processorSeconds = Double(user + system) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    residentBytes = pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Looks at this process; throws E125.
  package static func current() throws(WeirError) -> ProcessSample {
    guard let sample = ProcessSample(getpid()) else { throw PosixErrors.process(ENOENT) }
    return sample
  }
}
