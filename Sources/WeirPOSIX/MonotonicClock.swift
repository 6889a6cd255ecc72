import Glibc
import WeirCore

/// The clock of deadlines: never set, never back, standing still while the machine sleeps.
///
/// The same for all processes of a machine, and meaningless across machines.
package enum MonotonicClock {
  package static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
