import ArgumentParser
import WeirColumns

/// A limit that a drill must keep, such as `recovery<200ms`.
struct DrillGoal: Hashable {
  /// As it was written.
  var text: String
  var measure: DrillMeasure
  /// What is measured must be below it.
  var limitMicroseconds: Int64

  /// Reads `MEASURE<DURATION`; nil if it is anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "<", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2,
      let measure = DrillMeasure(word: String(parts[0].trimmingSpaces)),
      let limit = DurationText.parse(String(parts[1].trimmingSpaces)), limit > 0
    else { return nil }
    self.text = text
    self.measure = measure
    limitMicroseconds = limit
  }

  /// Holds the goal against what was measured; what never came is missed.
  func verdict(_ results: [DrillResult]) -> DrillVerdict {
    let measured = results.map { $0.microseconds(measure) }
    let worst = measured.contains(nil) ? nil : measured.compactMap { $0 }.max()
    return DrillVerdict(
      goal: text,
      worstMicroseconds: worst,
      isMet: worst.map { $0 < limitMicroseconds } ?? false
    )
  }
}

extension DrillGoal: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}

/// Whether a goal was met.
struct DrillVerdict: Codable, Hashable {
  var goal: String
  /// The greatest of all drills; nil: in one of them it never came.
  var worstMicroseconds: Int64?
  var isMet: Bool
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    let from = drop { $0 == " " }
    guard let last = from.lastIndex(where: { $0 != " " }) else { return "" }
    return from[...last]
  }
}
