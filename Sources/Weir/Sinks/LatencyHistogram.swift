import Histogram
import WeirCore
import WeirRuntime

/// Latencies at a sink in an HDR histogram of microseconds, to three digits.
final class LatencyHistogram: LatencyRecorder {
  private var histogram = Histogram<UInt64>(
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: .three
  )

  // Kept between reports: finding a percentile goes through the whole histogram.
  private var known = LatencySummary(count: 0, p50: 0, p99: 0, maximum: 0)

  func record(microseconds: Int64, rows: Int) {
    let value = UInt64(min(max(microseconds, 0), 3_600_000_000))
    histogram.record(value, count: UInt64(rows))
  }

  var summary: LatencySummary {
    let count = UInt64(histogram.totalCount)
    if count != known.count {
      known = LatencySummary(
        count: count,
        p50: Int64(histogram.valueAtPercentile(50)),
        p99: Int64(histogram.valueAtPercentile(99)),
        maximum: Int64(histogram.max)
      )
    }
    return known
  }
}
