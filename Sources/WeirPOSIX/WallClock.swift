import Glibc
import WeirCore

/// The clock of event, ingestion and display times; it can be set, also backwards.
package enum WallClock {
  package static func now() -> WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}
