import WeirColumns

/// Event time of one partition: its highest time, and which rows are behind its watermark.
package struct PartitionClock: Hashable, Sendable {
  /// Microseconds; nil before the first row.
  package private(set) var highest: Int64?
  package private(set) var hasEnded = false
  /// Left out of the source's watermark: no row for `idle_after`.
  package private(set) var isIdle = false
  /// When the next look is due, while the last one found nothing.
  package private(set) var retryAt: Instant?
  private var pause = Limits.shortestPollNanoseconds
  private var lastRow: Instant?

  package init() {}

  /// The clock of a partition that was read up to a checkpoint.
  package init(highest: Int64?, hasEnded: Bool) {
    self.highest = highest
    self.hasEnded = hasEnded
  }

  /// Highest less lag, never below the range of times.
  package func watermark(lag: Int64) -> Watermark {
    if hasEnded { return .end }
    guard let highest else { return .start }
    return Watermark(microseconds: Self.bound(highest, lag))
  }

  private static func bound(_ time: Int64, _ lag: Int64) -> Int64 {
    let (bound, isBelow) = time.subtractingReportingOverflow(lag)
    return isBelow ? .min : bound
  }

  package mutating func end() {
    hasEnded = true
    retryAt = nil
  }

  package mutating func saw(_ time: Int64, at now: Instant) {
    highest = max(highest ?? time, time)
    lastRow = now
    isIdle = false
    pause = Limits.shortestPollNanoseconds
  }

  /// Notes that a read has found rows, or that it may find some at once.
  package mutating func expectMore() { retryAt = nil }

  /// Notes that a read has found nothing: the next look waits, longer from time to time.
  package mutating func wait(at now: Instant) {
    retryAt = now.advanced(byNanoseconds: pause)
    pause = min(pause * 2, Limits.longestPollNanoseconds)
  }

  /// Leaves the partition out if it has had no row for `idleAfter` microseconds.
  ///
  /// To be asked when a look has found nothing: a partition that was not looked at, because the
  /// source waited for credit, may well have rows.
  package mutating func rest(at now: Instant, idleAfter: Int64, startedAt: Instant) {
    let since = lastRow ?? startedAt
    if now.nanoseconds - since.nanoseconds >= idleAfter * 1000 { isIdle = true }
  }

  /// Stamps the rows that are behind this partition's watermark as it was when they were read.
  ///
  /// `rows` are positions first, first + step, … of the batch. Returns the highest time so far.
  package mutating func stamp(
    _ batch: Batch,
    first: Int,
    step: Int,
    lag: Int64,
    at now: Instant
  ) {
    let times = batch.times.words
    guard first < batch.count else { return }
    var highest = highest ?? times[first]
    var bound = Self.bound(highest, lag)
    var row = first
    while row < batch.count {
      let time = times[row]
      if time < bound {
        batch.beginStamps(rows: batch.count)
        batch.stamps.words[row] = bound
      }
      if time > highest {
        highest = time
        bound = Self.bound(time, lag)
      }
      row += step
    }
    saw(highest, at: now)
  }
}
