import Glibc
import WeirCore
import WeirPOSIX

/// Looking again and again for what must come, until a time has passed.
struct DrillPatience {
  private let end: Instant

  init(nanoseconds: Int64) { end = MonotonicClock.now().advanced(byNanoseconds: nanoseconds) }

  /// The first answer that is one; nil when the time is over.
  func first<Answer>(
    _ look: () throws(WeirError) -> Answer?
  ) throws(WeirError) -> Answer? {
    while true {
      if let answer = try look() { return answer }
      guard MonotonicClock.now() < end else { return nil }
      usleep(useconds_t(DrillLimits.look / 1000))
    }
  }
}
