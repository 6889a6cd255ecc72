import Yams

/// What the YAML parser says, in words of the language and with a remedy.
extension DocumentComposer {
  mutating func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      reportSyntax(problem, context, SourceLocation(mark))
    case .composer(_, let problem, let mark, _):
      reportComposition(problem, SourceLocation(mark))
    case .reader(let problem, let offset, _, _):
      reportUnreadable(problem, offset)
    case .duplicatedKeysInMapping(let keys, let context):
      reportDuplicates(keys, SourceLocation(context.mark))
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      report(.yamlSyntax, .start, "the file cannot be read as YAML", nil)
    }
  }

  private mutating func reportSyntax(
    _ problem: String,
    _ context: YamlError.Context?,
    _ mark: SourceLocation
  ) {
    if let place = bareSubstitution(mark)
      ?? context.flatMap({ bareSubstitution(SourceLocation($0.mark)) })
    {
      report(
        .cutShort,
        place,
        "a '${' inside { } or [ ] is read as the beginning of a map",
        "put the value in double quotes"
      )
      return
    }
    let doing = context?.text ?? ""
    if doing.contains("quoted scalar"), let start = context.map({ SourceLocation($0.mark) }) {
      report(.yamlSyntax, start, "the quote that begins here is not closed", nil)
    } else if doing.contains("flow"), let start = context.map({ SourceLocation($0.mark) }),
      start.line < mark.line
    {
      report(
        .yamlSyntax,
        start,
        "the bracket that begins here is not closed",
        "close it, or put a text that holds brackets in double quotes"
      )
    } else if doing.contains("simple key"), let start = context.map({ SourceLocation($0.mark) }) {
      report(
        .yamlSyntax,
        start,
        "a line that is no 'key: value'",
        "is a ':' missing, or the indentation of a longer value?"
      )
    } else if problem.contains("mapping values are not allowed") {
      reportColon(mark)
    } else if problem.contains("cannot start any token") {
      let first = source.rest(line: mark.line, column: mark.column).first.map(String.init) ?? ""
      report(
        .yamlSyntax,
        mark,
        "a value cannot begin with '\(first)'",
        "put it in double quotes"
      )
    } else if doing.contains("alias") {
      report(
        .yamlSyntax,
        context.map { SourceLocation($0.mark) } ?? mark,
        "a value that begins with '*' is read as an alias",
        "put it in double quotes"
      )
    } else if doing.contains("directive") || problem.contains("<document start>") {
      report(
        .yamlSyntax,
        mark,
        "a line that begins with '%' or a second document is not expected here",
        nil
      )
    } else {
      report(.yamlSyntax, mark, sentence(problem, doing), remedy(mark))
    }
  }

  /// A colon where no value may begin: it cuts an expression, or the line is indented wrongly.
  private mutating func reportColon(_ mark: SourceLocation) {
    let before = source.line(mark.line).prefix(mark.column - 1)
    let isInValue = zip(before, before.dropFirst()).contains { $0 == ":" && $1 == " " }
    if isInValue {
      report(.cutShort, mark, "the value ends at this ': '", QuoteBalance.remedy)
    } else {
      report(
        .yamlSyntax,
        mark,
        "a key stands where none can be",
        "indent it like the keys beside it; the line above may lack its ':'"
      )
    }
  }

  private mutating func reportComposition(_ problem: String, _ mark: SourceLocation) {
    if problem.contains("another document") {
      report(
        .severalDocuments,
        mark,
        "a second document begins here",
        "a file holds one topology: remove the '---'"
      )
    } else {
      report(
        .yamlSyntax,
        mark,
        "a value that begins with '*' is read as an alias, which is not defined",
        "put it in double quotes"
      )
    }
  }

  private mutating func reportUnreadable(_ problem: String, _ offset: Int?) {
    var line = 1
    var column = 1
    for scalar in source.text.unicodeScalars.prefix(offset ?? 0) {
      column = scalar == "\n" ? 1 : column + 1
      line += scalar == "\n" ? 1 : 0
    }
    report(.yamlSyntax, SourceLocation(line: line, column: column), problem, nil)
  }

  /// Where an unquoted `${` stands on a line inside `{ }` or `[ ]`.
  private func bareSubstitution(_ mark: SourceLocation) -> SourceLocation? {
    let line = source.line(mark.line)
    var depth = 0
    var quote: Unicode.Scalar?
    for (index, scalar) in line.enumerated() {
      if let open = quote {
        if scalar == open { quote = nil }
        continue
      }
      switch scalar {
      case "'", "\"": quote = scalar
      case "#" where index == 0 || line[index - 1] == " ": return nil
      case "{" where depth > 0 && index > 0 && line[index - 1] == "$":
        return SourceLocation(line: mark.line, column: index)
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      default: break
      }
    }
    return nil
  }

  private func sentence(_ problem: String, _ doing: String) -> String {
    doing.isEmpty ? problem : "\(problem), \(doing)"
  }

  /// What is likely wrong on the line where the parser gave up.
  private func remedy(_ mark: SourceLocation) -> String {
    let line = source.line(mark.line)
    if let colon = line.firstIndex(of: ":") {
      let value = line[colon...].dropFirst().drop { $0 == " " }
      if let first = value.first, first == "'" || first == "\"" {
        return "a value that begins with a quote ends at its second one: "
          + "put the whole expression in double quotes"
      }
      if let first = value.first, first == "{" || first == "[" {
        return "is a bracket, a comma or a quote missing?"
      }
    }
    return "check the indentation and the quotes of this line and the one above"
  }

  mutating func report(
    _ code: DiagnosticCode,
    _ mark: SourceLocation,
    _ message: String,
    _ hint: String?
  ) {
    // The parser marks the line behind the last one if the text ends too early.
    var place = mark
    while place.line > 1, source.rest(line: place.line, column: 1).allSatisfy({ $0 == " " }) {
      place.line -= 1
      place.column = source.line(place.line).count + 1
    }
    diagnostics.report(code, at: place, message, hint: hint)
  }
}

/// Duplicate keys.
extension DocumentComposer {
  /// Reports every repeated key at its repetition.
  ///
  /// The parser stops at the first map with repeated keys and tells where one of them stands first.
  /// That one is given another name in the text, and the text read again, until all is read; then
  /// the maps that hold a renamed key tell where its repetitions are. So one parser reads YAML.
  private mutating func reportDuplicates(_ keys: [String], _ mark: SourceLocation) {
    var first = mark
    var renamed: [(mark: SourceLocation, key: String)] = []
    var text = Array(source.text.unicodeScalars)
    var key = keys.min() ?? ""
    while renamed.count < 64, let position = offset(of: first, in: text) {
      let isQuoted = text[position] == "\"" || text[position] == "'"
      let changed = isQuoted ? position + 1 : position
      guard changed < text.count,
        let stand = Unicode.Scalar(UInt32(0xE000 + renamed.count))
      else { break }
      text[changed] = stand
      renamed.append((first, key))
      var view = String.UnicodeScalarView()
      view.append(contentsOf: text)
      do {
        guard let root = try Yams.compose(yaml: String(view), .basic, .default, .utf8) else {
          break
        }
        let before = diagnostics.all.count
        reportRepetitions(in: root, renamed)
        if diagnostics.all.count > before { return }
        break
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        first = SourceLocation(context.mark)
        key = keys.min() ?? ""
      } catch {
        break
      }
    }
    report(.duplicateKey, mark, "the key '\(keys.min() ?? "")' stands twice in this map", nil)
  }

  /// Reports every key that its map held before, under the names that stand in the file.
  private mutating func reportRepetitions(
    in node: Node,
    _ renamed: [(mark: SourceLocation, key: String)]
  ) {
    switch node {
    case .scalar, .alias: break
    case .sequence(let sequence):
      for item in sequence { reportRepetitions(in: item, renamed) }
    case .mapping(let mapping):
      var seen: [String] = []
      for (name, value) in mapping {
        if case .scalar(let scalar) = name, let mark = scalar.mark.map({ SourceLocation($0) }) {
          let key =
            renamed.first { $0.mark == mark }?.key
            ?? scalar.string
          if seen.contains(key) {
            let place = SourceLocation(
              line: mark.line,
              column: mark.column,
              length: key.unicodeScalars.count
            )
            reportRepeated(
              DocumentScalar(text: key, location: place, isPlain: true, isVerbatim: true)
            )
          }
          seen.append(key)
        }
        reportRepetitions(in: value, renamed)
      }
    }
  }

  /// The offset of a mark in a text whose lines are those of `source`.
  private func offset(of mark: SourceLocation, in text: [Unicode.Scalar]) -> Int? {
    var before = mark.column - 1
    for number in 1..<max(mark.line, 1) { before += source.line(number).count + 1 }
    return before < text.count ? before : nil
  }
}
