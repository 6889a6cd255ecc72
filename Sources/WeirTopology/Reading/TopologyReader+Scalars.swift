import WeirColumns
import WeirCore
import WeirExpressions

/// Single values: taken by their text and read as the type that their place wants.
extension TopologyReader {
  /// A scalar with `${…}` put in; reported if there is none.
  mutating func scalar(_ node: DocumentNode, of key: DocumentScalar) -> DocumentScalar? {
    switch node.content {
    case .scalar(let scalar) where scalar.isAbsent:
      report(
        .wrongForm,
        key.location,
        "'\(key.text)' has no value",
        hint: "write one, or remove the key"
      )
      return nil
    case .scalar(var scalar):
      guard scalar.text.contains("${") else { return scalar }
      var substitution = Substitution(scalar.text)
      let text = substitution.result(context.environment)
      for secret in substitution.secrets { diagnostics.hide(secret) }
      for fault in substitution.faults {
        var place = scalar.location
        if scalar.isVerbatim {
          place = SourceLocation(
            line: place.line,
            column: place.column + fault.offset,
            length: fault.length
          )
        }
        report(fault.code, place, fault.message, hint: fault.hint)
      }
      guard let text else { return nil }
      scalar.text = text
      scalar.isVerbatim = false
      scalar.isPlain = false
      return scalar
    case .list, .map:
      report(
        .wrongForm,
        node.location,
        "'\(key.text)' is \(node.kind), not a single value",
        hint: "a text that begins with '[' or '{' needs double quotes"
      )
      return nil
    }
  }

  /// A text; the words that YAML elsewhere reads as something else must be in quotes.
  mutating func text(_ entry: DocumentEntry) -> Located<String>? {
    text(entry.value, of: entry.key)
  }

  mutating func text(_ node: DocumentNode, of key: DocumentScalar) -> Located<String>? {
    guard let scalar = scalar(node, of: key) else { return nil }
    return isBareWord(scalar) ? nil : Located(scalar.text, at: scalar.location)
  }

  /// Reports a bare `no`, `on`, `null` where text is meant.
  mutating func isBareWord(_ scalar: DocumentScalar) -> Bool {
    guard scalar.isPlain, Self.bareWords.contains(scalar.text.lowercased()) else { return false }
    report(
      .bareWord,
      scalar.location,
      "a bare '\(scalar.text)' where text is meant",
      hint: "YAML reads this word as something else: write \"\(scalar.text)\""
    )
    return true
  }

  private static let bareWords = ["yes", "no", "on", "off", "null", "~"]

  mutating func boolean(_ key: String, _ map: MapReading) -> Bool? {
    guard let entry = map[key], let scalar = scalar(entry.value, of: entry.key) else { return nil }
    switch scalar.text {
    case "true": return true
    case "false": return false
    default:
      report(
        .unknownWord,
        scalar.location,
        "'\(key)' is '\(scalar.text)'",
        hint: "write true or false"
      )
      return nil
    }
  }

  /// One of the words of the catalogue.
  mutating func word(_ key: String, _ map: MapReading) -> Located<String>? {
    guard case .word(let words) = map.form(key) else {
      preconditionFailure("'\(key)' is no word")
    }
    guard let entry = map[key], let scalar = scalar(entry.value, of: entry.key) else { return nil }
    if words.contains(scalar.text) { return Located(scalar.text, at: scalar.location) }
    let nearest = NearestName.find(scalar.text, among: words)
    report(
      .unknownWord,
      scalar.location,
      "'\(key)' is '\(scalar.text)'",
      hint: nearest.map { "did you mean '\($0)'?" } ?? "write \(words.alternatives)"
    )
    return nil
  }

  mutating func integer(_ key: String, _ map: MapReading) -> Located<Int>? {
    guard case .integer(let range) = map.form(key) else {
      preconditionFailure("'\(key)' is no integer")
    }
    guard let entry = map[key], let scalar = scalar(entry.value, of: entry.key) else { return nil }
    guard let number = Int(scalar.text), scalar.text.first != "+" else {
      report(
        .badNumber,
        scalar.location,
        "'\(key)' is '\(scalar.text)', not a whole number",
        hint: "write digits only, such as \(map.shape.entry(key)?.example ?? "1")"
      )
      return nil
    }
    guard range.contains(number) else {
      report(
        .outOfRange,
        scalar.location,
        "'\(key)' is \(number)",
        hint: "it is from \(range.lowerBound) to \(range.upperBound)"
      )
      return nil
    }
    return Located(number, at: scalar.location)
  }

  mutating func number(_ key: String, _ map: MapReading) -> Located<Double>? {
    guard case .number(let range) = map.form(key) else {
      preconditionFailure("'\(key)' is no number")
    }
    guard let entry = map[key], let number = number(entry.value, of: entry.key) else { return nil }
    guard range.contains(number.value) else {
      let least = range.isAbove ? "above \(Self.text(range.least))" : "\(Self.text(range.least))"
      report(
        .outOfRange,
        number.location,
        "'\(key)' is \(Self.text(number.value))",
        hint: "it is \(least) to \(Self.text(range.greatest))"
      )
      return nil
    }
    return number
  }

  mutating func number(_ node: DocumentNode, of key: DocumentScalar) -> Located<Double>? {
    guard let scalar = scalar(node, of: key) else { return nil }
    // Swift also reads `nan`, `inf` and hexadecimal, which are no numbers of the language.
    let isDecimal = scalar.text.utf8.allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0)
    }
    guard isDecimal, let number = Double(scalar.text), number.isFinite else {
      report(
        .badNumber,
        scalar.location,
        "'\(key.text)' is '\(scalar.text)', not a number",
        hint: "write digits, such as 0.25"
      )
      return nil
    }
    return Located(number, at: scalar.location)
  }

  /// A number without a needless `.0`.
  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }

  /// Microseconds.
  mutating func duration(_ key: String, _ map: MapReading) -> Located<Int64>? {
    guard case .duration(let least) = map.form(key) else {
      preconditionFailure("'\(key)' is no duration")
    }
    guard let entry = map[key], let duration = duration(entry.value, of: entry.key) else {
      return nil
    }
    guard duration.value >= least else {
      report(
        .outOfRange,
        duration.location,
        "'\(key)' is \(DurationText.text(duration.value))",
        hint: "it is at least \(DurationText.text(least))"
      )
      return nil
    }
    return duration
  }

  mutating func duration(_ node: DocumentNode, of key: DocumentScalar) -> Located<Int64>? {
    guard let scalar = scalar(node, of: key) else { return nil }
    guard let microseconds = DurationText.parse(scalar.text) else {
      if Double(scalar.text) != nil {
        report(
          .missingUnit,
          scalar.location,
          "'\(key.text)' is '\(scalar.text)', without a unit",
          hint:
            "write '\(scalar.text)ms', '\(scalar.text)s' or another of d, h, m, s, ms and us"
        )
      } else {
        report(
          .badDuration,
          scalar.location,
          "'\(key.text)' is '\(scalar.text)', not a duration",
          hint: "write whole numbers with units, the greatest first: 500us, 250ms, 45s, 1h30m, 1d"
        )
      }
      return nil
    }
    guard microseconds.magnitude <= TopologyLimits.longestDuration.magnitude else {
      report(
        .outOfRange,
        scalar.location,
        "'\(key.text)' is \(scalar.text)",
        hint: "it is at most \(DurationText.text(TopologyLimits.longestDuration))"
      )
      return nil
    }
    return Located(microseconds, at: scalar.location)
  }

  /// Microseconds since 1970.
  mutating func time(_ key: String, _ map: MapReading) -> Int64? {
    guard let entry = map[key], let scalar = scalar(entry.value, of: entry.key) else { return nil }
    do {
      return try TimestampText.parse(scalar.text)
    } catch {
      let what =
        switch error {
        case .malformed: "not a time"
        case .missingOffset: "without an offset"
        case .outOfRange: "outside the years 0001 to 9999"
        }
      report(
        .badTime,
        scalar.location,
        "'\(key)' is '\(scalar.text)', \(what)",
        hint: "write RFC 3339, such as 2026-01-01T00:00:00Z"
      )
      return nil
    }
  }

  /// An absolute path; relative ones are relative to the folder of the file.
  mutating func path(_ key: String, _ map: MapReading) -> String? {
    guard let entry = map[key], let path = text(entry) else { return nil }
    guard !path.value.isEmpty, !path.value.utf8.contains(0) else {
      report(.wrongForm, path.location, "'\(key)' is no path")
      return nil
    }
    guard !path.value.hasPrefix("s3:") else {
      reportLater("a '\(key)' in s3", path.location)
      return nil
    }
    return absolute(path.value)
  }

  func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    var relative = path[...]
    while relative.hasPrefix("./") { relative = relative.dropFirst(2).drop { $0 == "/" } }
    if relative == "." { relative = "" }
    return context.base.hasSuffix("/") ? context.base + relative : "\(context.base)/\(relative)"
  }
}
