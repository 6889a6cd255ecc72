import WeirCore
import WeirPOSIX

/// How busy the machine is, from looks at it now and then; time is an argument.
struct MachineMeter {
  private var looks: [(at: Instant, use: ProcessorUse)] = []

  private static let keptLooks = 7
  private static let pauseNanoseconds: Int64 = 450_000_000

  /// True when it is time to look again.
  func isDue(at now: Instant) -> Bool {
    looks.last.map { now.nanoseconds - $0.at.nanoseconds >= Self.pauseNanoseconds } ?? true
  }

  /// Takes what was seen.
  mutating func note(_ use: ProcessorUse, at now: Instant) {
    looks.append((now, use))
    if looks.count > Self.keptLooks { looks.removeFirst() }
  }

  /// The machine as it was lately; nil if nobody looked.
  var machine: JobStatus.Machine? {
    guard let first = looks.first, let last = looks.last else { return nil }
    let seconds = Double(last.at.nanoseconds - first.at.nanoseconds) / 1e9
    return JobStatus.Machine(
      cores: last.use.cores,
      idleCores: seconds > 0 ? last.use.idleCores(since: first.use, seconds: seconds) : nil
    )
  }
}
