import WeirExpressions

/// Maps, and the keys that may stand in them.
extension TopologyReader {
  mutating func report(
    _ code: DiagnosticCode,
    _ location: SourceLocation,
    _ message: String,
    hint: String? = nil
  ) {
    diagnostics.report(code, at: location, message, hint: hint)
  }

  /// A map of the catalogue; unknown, later and missing keys are reported.
  mutating func mapReading(
    _ node: DocumentNode,
    _ name: MapName,
    subject: String,
    at key: SourceLocation? = nil
  ) -> MapReading? {
    let shape = LanguageCatalogue.map(name)
    let start = key ?? node.location
    var entries: [DocumentEntry] = []
    switch node.content {
    case .map(let written):
      entries = written
      for entry in written { checkKnown(entry, of: shape, subject) }
    case .scalar(let scalar) where scalar.isAbsent:
      break
    case .scalar, .list:
      report(
        .wrongForm,
        node.location,
        "\(subject) is \(node.kind), not a map",
        hint: "write one key a line below it, or { key: value }"
      )
      return nil
    }
    for entry in shape.entries where entry.isRequired {
      if !entries.contains(where: { $0.key.text == entry.key }) {
        let form = entry.example.map { ", such as '\(entry.key): \($0)'" } ?? ""
        report(
          .missingKey,
          start,
          "\(subject) has no '\(entry.key)'",
          hint: "add it\(form)"
        )
      }
    }
    return MapReading(shape: shape, subject: subject, location: start, entries: entries)
  }

  /// Reports a key that is not to be read, but for the user's own `x-…`.
  private mutating func checkKnown(
    _ entry: DocumentEntry,
    of shape: LanguageMap,
    _ subject: String
  ) {
    let key = entry.key
    guard let known = shape.entry(key.text) else {
      if !key.text.hasPrefix("x-") { reportUnknown(key, of: shape, subject) }
      return
    }
    if known.isLater {
      reportLater("'\(key.text)' in \(subject)", key.location)
      if shape.name == .operator || shape.name == .topology { lacksNames = true }
    }
  }

  private mutating func reportUnknown(
    _ key: DocumentScalar,
    of shape: LanguageMap,
    _ subject: String
  ) {
    // A misspelt clause of an operator makes columns that are used elsewhere.
    switch shape.name {
    case .operator, .topology, .source: lacksNames = true
    case .checkpoints, .batch, .restarts, .fileSource, .generate, .generatedColumn, .normal,
      .lognormal, .clock, .late, .csv, .field, .watermark, .window, .sink, .fileSink:
      break
    }
    var hint = "known here are " + shape.entries.filter { !$0.isLater }.map(\.key).list
    if key.text == "<<" {
      hint = "merge keys are not part of the language"
    } else if let home = Self.home(of: key.text) {
      hint = "'\(key.text)' is a key of \(home)"
    } else if let nearest = NearestName.find(key.text, among: shape.entries.map(\.key)) {
      hint = "did you mean '\(nearest)'?"
    }
    report(.unknownKey, key.location, "unknown key '\(key.text)' in \(subject)", hint: hint)
  }

  /// The one map in which a key would be known.
  private static func home(of key: String) -> String? {
    let homes = LanguageCatalogue.maps.filter { map in
      map.entries.contains { $0.key == key && !$0.isLater }
    }
    return homes.count == 1 ? "'\(homes[0].name.rawValue)'" : nil
  }

  mutating func reportLater(_ what: String, _ location: SourceLocation) {
    report(
      .notYet,
      location,
      "\(what) is not there yet",
      hint: "the word is reserved for a later version of Weir"
    )
  }

  /// The entries of a map whose keys are the user's; reported if it is none.
  mutating func entriesOfMap(
    _ node: DocumentNode,
    of key: DocumentScalar
  ) -> [DocumentEntry]? {
    switch node.content {
    case .map(let entries):
      return entries
    case .scalar(let scalar) where scalar.isAbsent:
      return []
    case .scalar, .list:
      report(
        .wrongForm,
        node.location,
        "'\(key.text)' is \(node.kind), not a map",
        hint: "write one 'name: …' a line below it"
      )
      return nil
    }
  }
}

extension [String] {
  /// `'a', 'b' and 'c'`.
  var list: String {
    let quoted = map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `'a', 'b' or 'c'`.
  var alternatives: String {
    let quoted = map { "'\($0)'" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
    return quoted.dropLast().joined(separator: ", ") + " or " + last
  }
}
