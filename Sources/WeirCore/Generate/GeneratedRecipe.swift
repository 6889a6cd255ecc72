import Glibc
import WeirColumns

/// How the values of a generated column are made, resolved from its kind and type.
enum GeneratedRecipe {
  /// The row's number, by a format if there is one.
  case sequence(NumberFormat?)
  /// One of so many numbers from 0, each alike.
  case uniformRank(UInt64, NumberFormat?)
  /// One of so many numbers from 0, the small ones more often.
  case tableRank(RankTable, NumberFormat?)
  /// The same of more numbers than a table should hold.
  case zipfRank(ZipfSampler, NumberFormat?)
  /// One of some texts.
  case texts(GeneratedTexts)
  /// One of some values, as the column stores them; the bounds are cumulative.
  case words([Int64], bounds: [UInt64])
  /// A whole number, or a decimal's digits, from `low`; a span of 0 is all 2^64.
  case uniformWord(low: Int64, span: UInt64)
  case uniform(low: Double, high: Double)
  case normal(mean: Double, deviation: Double)
  case lognormal(median: Double, sigma: Double)
  /// Microseconds.
  case clock(start: Int64, GeneratePlan.Clock)

  init(_ plan: GeneratePlan.ColumnPlan, startedAt: WallTime) {
    switch plan.kind {
    case .sequence(let format):
      self = .sequence(Self.format(format, plan.type))
    case .pick(let format, let count, let skew):
      precondition(count > 0, "column '\(plan.name)' picks one of \(count)")
      let format = Self.format(format, plan.type)
      if skew == 0 {
        self = .uniformRank(UInt64(count), format)
      } else if count <= RankTable.largestCount {
        self = .tableRank(RankTable(count: count, skew: skew), format)
      } else {
        self = .zipfRank(ZipfSampler(count: count, skew: skew), format)
      }
    case .weights(let weights): self = Self.weights(weights, plan)
    case .uniform(let low, let high): self = Self.uniform(low, high, plan)
    case .normal(let mean, let deviation): self = .normal(mean: mean, deviation: deviation)
    case .lognormal(let median, let sigma): self = .lognormal(median: median, sigma: sigma)
    case .clock(let clock):
      precondition(
        clock.rowsPerSecond > 0,
        "column '\(plan.name)' has \(clock.rowsPerSecond) rows a second"
      )
      self = .clock(start: clock.start ?? startedAt.microseconds, clock)
    }
  }

  /// What a decimal's digits are multiplied by; 1 for the other types.
  static func scale(_ type: ColumnType) -> Double {
    if case .decimal(let scale) = type { return pow(10, Double(scale)) }
    return 1
  }

  /// Nil for a number that is taken as it is: with digits around it, it is read from its text.
  private static func format(_ text: String, _ type: ColumnType) -> NumberFormat? {
    guard let format = NumberFormat(text) else {
      preconditionFailure("'\(text)' is not a format of one number")
    }
    guard type.layout == .variable || !format.prefix.isEmpty || !format.suffix.isEmpty else {
      return nil
    }
    return format
  }

  private static func weights(
    _ weights: [GeneratePlan.Weight],
    _ plan: GeneratePlan.ColumnPlan
  ) -> GeneratedRecipe {
    precondition(!weights.isEmpty, "column '\(plan.name)' has nothing to choose from")
    let bounds = weights.map { chanceBound($0.weight) }
    guard plan.type.layout != .variable else {
      return .texts(GeneratedTexts(weights.map(\.value), bounds: bounds))
    }
    return .words(weights.map { word($0.value, plan) }, bounds: bounds)
  }

  private static func word(_ text: String, _ plan: GeneratePlan.ColumnPlan) -> Int64 {
    let word: Int64? =
      switch plan.type {
      case .bool: text == "true" ? 1 : text == "false" ? 0 : nil
      case .int: Int64(text)
      case .float: Double(text).map { Int64(bitPattern: $0.bitPattern) }
      case .decimal: Double(text).map { Int64(($0 * scale(plan.type)).rounded()) }
      case .timestamp: try? TimestampText.parse(text)
      case .duration: DurationText.parse(text)
      case .string, .bytes, .json, .list: nil
      }
    guard let word else {
      preconditionFailure("'\(text)' in column '\(plan.name)' is not of type \(plan.type)")
    }
    return word
  }

  private static func uniform(
    _ low: Double,
    _ high: Double,
    _ plan: GeneratePlan.ColumnPlan
  ) -> GeneratedRecipe {
    switch plan.type {
    case .int, .decimal, .timestamp, .duration:
      let scale = scale(plan.type)
      let low = max(low, plan.minimum ?? low)
      let high = max(low, min(high, plan.maximum ?? high))
      let first = Int64(max((low * scale).rounded(), -9.2e18))
      let last = Int64(min((high * scale).rounded(), 9.2e18))
      return .uniformWord(low: first, span: UInt64(bitPattern: last &- first) &+ 1)
    case .bool, .float, .string, .bytes, .json, .list: return .uniform(low: low, high: high)
    }
  }
}

/// Texts to choose from, one behind the other.
struct GeneratedTexts {
  private(set) var bytes: [UInt8] = []
  /// Where each begins, and where the last ends.
  private(set) var starts = [0]
  private(set) var longest = 1
  /// Cumulative.
  let bounds: [UInt64]

  init(_ texts: [String], bounds: [UInt64]) {
    self.bounds = bounds
    for text in texts {
      bytes += text.utf8
      starts.append(bytes.count)
      longest = max(longest, text.utf8.count)
    }
    // An empty array has no address to copy from.
    bytes.append(0)
  }
}
