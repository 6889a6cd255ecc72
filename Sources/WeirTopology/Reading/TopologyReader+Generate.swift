import WeirColumns
import WeirCore

/// The connector `generate`.
extension TopologyReader {
  /// What `generate` says.
  struct Generator {
    var rows: Int?
    var rate: Double?
    var seed: UInt64
    var columns: [Located<GeneratePlan.ColumnPlan>]
  }

  mutating func generator(_ entry: DocumentEntry, _ source: MapReading) -> Generator? {
    let subject = "'generate' of \(source.subject)"
    guard let map = mapReading(entry, .generate, subject: subject) else { return nil }
    var generator = Generator(rows: integer("rows", map)?.value, seed: 0, columns: [])
    generator.rate = number("rate", map)?.value
    generator.seed = UInt64(integer("seed", map)?.value ?? 0)
    guard let columns = map["columns"],
      let entries = entriesOfMap(columns.value, of: columns.key)
    else {
      lacksNames = true
      return nil
    }
    if entries.isEmpty {
      report(.missingKey, columns.key.location, "\(subject) has no columns")
    }
    for column in entries {
      guard let name = newColumn(column.key),
        let plan = generatedColumn(name, column, rate: generator.rate)
      else {
        lacksNames = true
        continue
      }
      generator.columns.append(Located(plan, at: name.location))
    }
    return generator
  }

  private mutating func generatedColumn(
    _ name: Located<String>,
    _ entry: DocumentEntry,
    rate: Double?
  ) -> GeneratePlan.ColumnPlan? {
    let subject = "column '\(name.value)'"
    guard let map = mapReading(entry.value, .generatedColumn, subject: subject, at: name.location)
    else { return nil }
    guard let kind = kindName(map), let made = self.kind(kind, map, rate: rate) else { return nil }
    reportStrayOptions(kind, map)
    guard let type = generatedType(kind, made, map) else { return nil }
    var plan = GeneratePlan.ColumnPlan(name: name.value, type: type, kind: made)
    plan.nulls = number("nulls", map)?.value ?? 0
    plan.minimum = number("min", map)?.value
    let greatest = number("max", map)
    plan.maximum = greatest?.value
    if let least = plan.minimum, let greatest, least > greatest.value {
      report(.badGenerator, greatest.location, "'max' of \(subject) is less than its 'min'")
    }
    return plan
  }

  private static let kinds = [
    "sequence", "pick", "weights", "uniform", "normal", "lognormal", "clock",
  ]

  /// Which options go with which kinds.
  private static let options: [(key: String, kinds: [String])] = [
    ("count", ["pick"]), ("skew", ["pick"]), ("disorder", ["clock"]), ("late", ["clock"]),
    ("min", ["uniform", "normal", "lognormal"]), ("max", ["uniform", "normal", "lognormal"]),
  ]

  private mutating func kindName(_ map: MapReading) -> String? {
    let written = Self.kinds.filter { map.has($0) }
    if written.count == 1 { return written[0] }
    let place = written.count > 1 ? map[written[1]]?.key.location ?? map.location : map.location
    report(
      .badGenerator,
      place,
      written.isEmpty
        ? "\(map.subject) does not say what it is made of"
        : "\(map.subject) is made in several ways: \(written.list)",
      hint: "give it one of \(Self.kinds.list)"
    )
    return nil
  }

  private mutating func reportStrayOptions(_ kind: String, _ map: MapReading) {
    for option in Self.options where !option.kinds.contains(kind) {
      guard let entry = map[option.key] else { continue }
      report(
        .badGenerator,
        entry.key.location,
        "'\(option.key)' does not go with '\(kind)'",
        hint: "it is an option of \(option.kinds.list)"
      )
    }
  }

  private mutating func kind(
    _ kind: String,
    _ map: MapReading,
    rate: Double?
  ) -> GeneratePlan.Kind? {
    guard let entry = map[kind] else { return nil }
    switch kind {
    case "sequence": return pattern(entry).map { .sequence($0) }
    case "pick": return pick(entry, map)
    case "weights": return weights(entry).map { .weights($0) }
    case "uniform": return interval(entry).map { .uniform(low: $0.0, high: $0.1) }
    case "normal":
      guard let normal = mapReading(entry, .normal, subject: "'normal'") else { return nil }
      let mean = number("mean", normal)?.value
      guard let deviation = number("deviation", normal)?.value, let mean else { return nil }
      return .normal(mean: mean, deviation: deviation)
    case "lognormal":
      guard let lognormal = mapReading(entry, .lognormal, subject: "'lognormal'") else {
        return nil
      }
      let median = number("median", lognormal)?.value
      guard let sigma = number("sigma", lognormal)?.value, let median else { return nil }
      return .lognormal(median: median, sigma: sigma)
    case "clock": return clock(entry, map, rate: rate).map { .clock($0) }
    default: preconditionFailure("'\(kind)' is no kind of column")
    }
  }

  /// A pattern with exactly one integer conversion: `%d`, `%6d` or `%06d`.
  private mutating func pattern(_ entry: DocumentEntry) -> String? {
    guard let text = text(entry) else { return nil }
    if NumberPattern.isPattern(text.value) { return text.value }
    report(
      .badPattern,
      text.location,
      "'\(text.value)' is no pattern of one number",
      hint: "write one '%d' or '%09d' for the number, and '%%' for a percent sign"
    )
    return nil
  }

  private mutating func pick(_ entry: DocumentEntry, _ map: MapReading) -> GeneratePlan.Kind? {
    let format = pattern(entry)
    let skew = number("skew", map)?.value ?? 0
    guard map.has("count") else {
      report(
        .missingKey,
        entry.key.location,
        "'pick' has no 'count'",
        hint: "say how many there are to pick from, such as 'count: 1000'"
      )
      return nil
    }
    guard let count = integer("count", map), let format else { return nil }
    return .pick(format: format, count: count.value, skew: skew)
  }

  /// Texts with their cumulative probabilities, the last of which is 1.
  private mutating func weights(_ entry: DocumentEntry) -> [GeneratePlan.Weight]? {
    guard let entries = entriesOfMap(entry.value, of: entry.key) else { return nil }
    var weights: [GeneratePlan.Weight] = []
    var sum = 0.0
    for choice in entries {
      guard !isBareWord(choice.key), let weight = number(choice.value, of: choice.key) else {
        return nil
      }
      guard weight.value >= 0, weight.value <= 1e12 else {
        report(
          .outOfRange,
          weight.location,
          "a weight is \(Self.text(weight.value))",
          hint: "it is at least 0"
        )
        return nil
      }
      sum += weight.value
      weights.append(GeneratePlan.Weight(value: choice.key.text, weight: sum))
    }
    guard sum > 0 else {
      report(
        .badGenerator,
        entry.key.location,
        "the weights add up to nothing",
        hint: "write texts with weights above 0, such as { APPROVED: 0.8, DECLINED: 0.2 }"
      )
      return nil
    }
    for index in weights.indices { weights[index].weight /= sum }
    return weights
  }

  private mutating func interval(_ entry: DocumentEntry) -> (Double, Double)? {
    guard case .list(let items) = entry.value.content, items.count == 2 else {
      report(
        .wrongForm,
        entry.value.location,
        "'uniform' is not a list of two numbers",
        hint: "write the least and the greatest, such as [0, 100]"
      )
      return nil
    }
    let low = number(items[0], of: entry.key)
    guard let high = number(items[1], of: entry.key), let low else { return nil }
    guard low.value <= high.value, high.value - low.value <= 1e15 else {
      report(
        .badGenerator,
        low.location,
        "'uniform' goes from \(Self.text(low.value)) to \(Self.text(high.value))",
        hint: "write the lower number first"
      )
      return nil
    }
    return (low.value, high.value)
  }

  private mutating func clock(
    _ entry: DocumentEntry,
    _ map: MapReading,
    rate: Double?
  ) -> GeneratePlan.Clock? {
    guard let shape = mapReading(entry, .clock, subject: "'clock'") else { return nil }
    let start = time("start", shape)
    let rowsPerSecond = number("rows_per_second", shape)?.value
    var clock = GeneratePlan.Clock(start: start, rowsPerSecond: rowsPerSecond ?? rate ?? 1)
    if rowsPerSecond == nil, rate == nil, !shape.has("rows_per_second") {
      report(
        .missingKey,
        entry.key.location,
        "'clock' has no 'rows_per_second'",
        hint: "add it, or give 'generate' a 'rate'"
      )
      return nil
    }
    clock.disorder = duration("disorder", map)?.value ?? 0
    if let entry = map["late"], let late = mapReading(entry, .late, subject: "'late'") {
      clock.lateFraction = number("fraction", late)?.value ?? 0
      if let by = late["by"], let range = durations(by) {
        clock.lateLow = range.0
        clock.lateHigh = range.1
      }
    }
    return clock
  }

  private mutating func durations(_ entry: DocumentEntry) -> (Int64, Int64)? {
    guard case .list(let items) = entry.value.content, items.count == 2 else {
      report(
        .wrongForm,
        entry.value.location,
        "'\(entry.key.text)' is not a list of two durations",
        hint: "write the shorter and the longer, such as [3m, 60m]"
      )
      return nil
    }
    let low = duration(items[0], of: entry.key)
    guard let high = duration(items[1], of: entry.key), let low else { return nil }
    guard low.value >= 0, low.value <= high.value else {
      report(
        .badGenerator,
        low.location,
        "'\(entry.key.text)' goes from the longer to the shorter",
        hint: "write the shorter duration first"
      )
      return nil
    }
    return (low.value, high.value)
  }
}
