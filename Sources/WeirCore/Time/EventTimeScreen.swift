import WeirColumns

/// Finds rows whose event time cannot be used: missing, or too far ahead of everything.
///
/// A time that is further ahead of all times before it in its partition, and of the clock, than
/// `max_ahead` would carry the watermark past all that is still to come.
package struct EventTimeScreen: Hashable, Sendable {
  /// Why a row is no row.
  package enum Fault: Hashable, Sendable {
    case missing
    /// Microseconds that the time is ahead.
    case ahead(Int64)
  }

  /// A row with a fault.
  package struct Finding: Hashable, Sendable {
    package var row: Int
    package var fault: Fault
  }

  /// The highest time that was let pass while there was a bound, in microseconds.
  package private(set) var highest: Int64?
  private let maximumAhead: Int64?

  /// A screen for a partition; nil as the bound lets any time pass, nil as `highest` means no row.
  package init(maximumAhead: Int64?, highest: Int64? = nil) {
    self.maximumAhead = maximumAhead
    self.highest = highest
  }

  /// The rows of a range whose times cannot be used, ascending; O(rows) only if there is a bound or
  /// a null.
  package mutating func findings(
    in times: Column,
    rows: Range<Int>,
    wall: WallTime
  ) -> [Finding] {
    guard maximumAhead != nil || times.hasMarks else { return [] }
    var findings: [Finding] = []
    for row in rows {
      guard times.mark(at: row) == .value else {
        findings.append(Finding(row: row, fault: .missing))
        continue
      }
      let time = times.words[row]
      if let maximumAhead {
        let known = max(highest ?? wall.microseconds, wall.microseconds)
        let (ahead, overflow) = time.subtractingReportingOverflow(known)
        if overflow ? time > known : ahead > maximumAhead {
          findings.append(Finding(row: row, fault: .ahead(overflow ? .max : ahead)))
          continue
        }
      }
      highest = max(highest ?? time, time)
    }
    return findings
  }
}
