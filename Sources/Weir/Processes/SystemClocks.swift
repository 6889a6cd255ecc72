import WeirCore
import WeirPOSIX
import WeirRuntime

/// The clocks of this machine.
final class SystemClocks: Clocks {
  func now() -> Moment { Moment(instant: MonotonicClock.now(), wall: WallClock.now()) }
}

/// What this process has cost so far.
final class SystemUsage: UsageGateway {
  // A machine that cannot say is no reason to stop: the report then shows zero.
  private var current: ProcessUsage? { try? ProcessUsage.current() }

  var cpuSeconds: Double { current?.processorSeconds ?? 0 }
  var peakMemoryBytes: Int64 { Int64(current?.peakBytes ?? 0) }
}
