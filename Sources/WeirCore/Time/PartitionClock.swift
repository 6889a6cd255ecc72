import WeirColumns

/// Event time of one partition: its highest time, and which rows are behind its watermark.
package struct PartitionClock: Hashable, Sendable {
  /// Microseconds; nil before the first row.
  package private(set) var highest: Int64?
  package private(set) var hasEnded = false
  /// Left out of the source's watermark: no row for `idle_after`.
  package private(set) var isIdle = false
  /// True while the last read found nothing.
  package var isWaiting = false
  /// When the next look is due, while waiting.
  package var retryAt: Instant?
  private var lastRow: Instant?

  package init() {}

  /// Highest less lag, never below the range of times.
  package func watermark(lag: Int64) -> Watermark {
    if hasEnded { return .end }
    guard let highest else { return .start }
    return Watermark(microseconds: highest.subtractingReportingOverflow(lag).partialValue)
  }

  package mutating func end() { hasEnded = true }

  package mutating func saw(_ time: Int64, at now: Instant) {
    highest = max(highest ?? time, time)
    lastRow = now
    isIdle = false
    isWaiting = false
    retryAt = nil
  }

  /// Leaves the partition out if it has had no row for `idleAfter` microseconds.
  package mutating func rest(at now: Instant, idleAfter: Int64, startedAt: Instant) {
    let since = lastRow ?? startedAt
    if now.nanoseconds - since.nanoseconds >= idleAfter * 1000 { isIdle = true }
  }

  /// Stamps the rows that are behind this partition's watermark as it was when they were read.
  ///
  /// `rows` are positions first, first + step, … of the batch. Returns the highest time so far.
  mutating func stamp(
    _ batch: Batch,
    first: Int,
    step: Int,
    lag: Int64,
    at now: Instant
  ) {
    let times = batch.times.words
    guard first < batch.count else { return }
    var highest = highest ?? times[first]
    var bound = highest - lag
    var row = first
    while row < batch.count {
      let time = times[row]
      if time < bound {
        batch.beginStamps(rows: batch.count)
        batch.stamps.words[row] = bound
      }
      if time > highest {
        highest = time
        bound = time - lag
      }
      row += step
    }
    saw(highest, at: now)
  }
}
