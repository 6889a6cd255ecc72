import WeirCore
import WeirPOSIX
import WeirRuntime

/// The clocks of this machine.
final class SystemClocks: Clocks {
  func now() -> Moment { Moment(instant: MonotonicClock.now(), wall: WallClock.now()) }
}

/// What this process has cost so far.
final class SystemUsage: UsageGateway {
  func current() -> (cpuSeconds: Double, peakMemoryBytes: Int64) {
    // A machine that cannot say is no reason to stop: the report then shows zero.
    guard let usage = try? ProcessUsage.current() else { return (0, 0) }
    return (usage.processorSeconds, Int64(usage.peakBytes))
  }
}
