/// A promise: no more events with an event time before this one, except late ones.
///
/// `start` promises nothing; `end` comes only when bounded input has ended, and fires every window.
package struct Watermark: Hashable, Comparable, Sendable, Codable {
  /// Microseconds since 1970-01-01T00:00:00Z.
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static let start = Watermark(microseconds: .min)
  /// The least that is not `start`: what is said of time where `start` says that nothing is said.
  package static let leastSaid = Watermark(microseconds: .min + 1)
  package static let end = Watermark(microseconds: .max)

  /// The watermark so much earlier; `start` and `end` stay what they are.
  package func lowered(by microseconds: Int64) -> Watermark {
    if self == .end { return self }
    let (lowered, isBelow) = self.microseconds.subtractingReportingOverflow(microseconds)
    return isBelow ? .start : Watermark(microseconds: lowered)
  }

  package static func < (left: Watermark, right: Watermark) -> Bool {
    left.microseconds < right.microseconds
  }
}

/// A point of the monotonic clock, in nanoseconds; only differences mean anything.
package struct Instant: Hashable, Comparable, Sendable, Codable {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  package func advanced(byNanoseconds nanoseconds: Int64) -> Instant {
    Instant(nanoseconds: self.nanoseconds + nanoseconds)
  }

  /// Whole microseconds from this point to a later one.
  func microseconds(to later: Instant) -> Int64 { (later.nanoseconds - nanoseconds) / 1000 }
}

/// A point of the wall clock, in microseconds since 1970-01-01T00:00:00Z.
package struct WallTime: Hashable, Comparable, Sendable, Codable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: WallTime, right: WallTime) -> Bool {
    left.microseconds < right.microseconds
  }
}
