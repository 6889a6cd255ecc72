import Yams

/// Reads YAML into nodes with their places; the only code that knows the YAML library.
struct DocumentComposer {
  let source: SourceText
  var diagnostics: Diagnostics
  private var nodeCount = 0
  private var isTooLarge = false

  private init(_ source: SourceText, _ diagnostics: Diagnostics) {
    self.source = source
    self.diagnostics = diagnostics
  }

  /// The root of the only document; nil, and a diagnostic, if the text is no such thing.
  static func compose(_ source: SourceText, _ diagnostics: inout Diagnostics) -> DocumentNode? {
    var composer = DocumentComposer(source, diagnostics)
    defer { diagnostics = composer.diagnostics }
    guard !composer.reportTabs() else { return nil }
    do {
      guard let root = try Yams.compose(yaml: source.text, .basic, .default, .utf8) else {
        composer.diagnostics.report(.missingKey, at: .start, "the file is empty")
        return nil
      }
      let node = composer.node(root, depth: 0)
      return composer.isTooLarge ? nil : node
    } catch let error as YamlError {
      composer.report(error)
    } catch {
      composer.diagnostics.report(.yamlSyntax, at: .start, "the file cannot be read as YAML")
    }
    return nil
  }

  /// Reports tabs that indent a line; they alone, for the YAML parser stumbles over them.
  private mutating func reportTabs() -> Bool {
    var found = false
    for number in 1...source.lineCount {
      let line = source.line(number)
      let blank = line.prefix { $0 == " " || $0 == "\t" }
      guard blank.count < line.count, let tab = blank.firstIndex(of: "\t") else { continue }
      found = true
      diagnostics.report(
        .tab,
        at: SourceLocation(line: number, column: tab + 1, length: blank.count - tab),
        "the line is indented with a tab",
        hint: "indent with spaces"
      )
    }
    return found
  }
}

// MARK: Nodes

extension DocumentComposer {
  private mutating func node(_ node: Node, depth: Int) -> DocumentNode? {
    guard !isTooLarge else { return nil }
    nodeCount += 1
    let mark = node.mark.map { SourceLocation($0) } ?? .start
    guard nodeCount <= TopologyLimits.nodes, depth <= TopologyLimits.depth else {
      if !isTooLarge {
        let what =
          depth > TopologyLimits.depth
          ? "lists and maps lie more than \(TopologyLimits.depth) deep in one another"
          : "the file holds more than \(TopologyLimits.nodes) values"
        diagnostics.report(.tooLarge, at: mark, what)
      }
      isTooLarge = true
      return nil
    }
    let start = content(from: mark)
    switch node {
    case .scalar(let scalar):
      let read = self.scalar(scalar, at: start)
      return DocumentNode(content: .scalar(read), location: read.location)
    case .sequence(let sequence):
      var items: [DocumentNode] = []
      for item in sequence {
        if let item = self.node(item, depth: depth + 1) { items.append(item) }
      }
      if begins(start, with: "[") { joinCutItems(&items) }
      return DocumentNode(content: .list(items), location: start)
    case .mapping(let mapping):
      return map(mapping, at: start, depth: depth)
    case .alias:
      diagnostics.report(.yamlSyntax, at: start, "an alias stands for nothing")
      return nil
    }
  }

  private mutating func map(
    _ mapping: Node.Mapping,
    at mark: SourceLocation,
    depth: Int
  ) -> DocumentNode? {
    var entries: [DocumentEntry] = []
    for (key, value) in mapping {
      let keyMark = content(from: key.mark.map { SourceLocation($0) } ?? mark)
      guard case .scalar(let name) = key else {
        diagnostics.report(.wrongForm, at: keyMark, "a key is a list or a map")
        continue
      }
      let read = scalar(name, at: keyMark)
      if entries.contains(where: { $0.key.text == read.text }) {
        reportRepeated(read)
        continue
      }
      guard let value = node(value, depth: depth + 1) else { continue }
      entries.append(DocumentEntry(key: read, value: value))
    }
    if begins(mark, with: "{") { joinCutEntries(&entries) }
    return DocumentNode(content: .map(entries), location: mark)
  }

  /// Whether a list or map is written in brackets; the parser does not tell.
  private func begins(_ mark: SourceLocation, with bracket: Unicode.Scalar) -> Bool {
    source.rest(line: mark.line, column: mark.column).first == bracket
  }

  mutating func reportRepeated(_ key: DocumentScalar) {
    diagnostics.report(
      .duplicateKey,
      at: key.location,
      "the key '\(key.text)' stands here a second time",
      hint: "a map holds each key once: rename or remove one of the two"
    )
  }

  /// Where a value begins behind its anchor and its tag; a tag is refused: it names a type.
  private mutating func content(from mark: SourceLocation) -> SourceLocation {
    var column = mark.column
    while true {
      let rest = source.rest(line: mark.line, column: column)
      guard let first = rest.first, first == "&" || first == "!" else { break }
      let word = rest.prefix { $0 != " " }
      if first == "!" {
        diagnostics.report(
          .yamlSyntax,
          at: SourceLocation(line: mark.line, column: column, length: word.count),
          "'\(Self.text(word))' is a YAML tag, and the language has none",
          hint: "put a text that begins with '!' in double quotes"
        )
      }
      column += word.count
      column += source.rest(line: mark.line, column: column).prefix { $0 == " " }.count
    }
    return SourceLocation(line: mark.line, column: column)
  }

  private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

// MARK: Scalars

extension DocumentComposer {
  private func scalar(_ scalar: Node.Scalar, at mark: SourceLocation) -> DocumentScalar {
    let text = Array(scalar.string.unicodeScalars)
    let rest = source.rest(line: mark.line, column: mark.column)
    switch scalar.style {
    case .plain, .any:
      let isVerbatim = rest.starts(with: text)
      let length = isVerbatim ? text.count : Self.withoutTrailingBlanks(rest).count
      let behind = rest.dropFirst(length)
      return DocumentScalar(
        text: scalar.string,
        location: SourceLocation(line: mark.line, column: mark.column, length: length),
        isPlain: true,
        isVerbatim: isVerbatim,
        isBeforeComment: behind.first == " " && behind.first { $0 != " " } == "#"
      )
    case .singleQuoted, .doubleQuoted:
      let inside = rest.dropFirst()
      let isVerbatim =
        inside.starts(with: text) && inside.dropFirst(text.count).first == rest.first
      return DocumentScalar(
        text: scalar.string,
        location: SourceLocation(
          line: mark.line,
          column: isVerbatim ? mark.column + 1 : mark.column,
          length: isVerbatim ? text.count : Self.quotedLength(rest)
        ),
        isPlain: false,
        isVerbatim: isVerbatim
      )
    case .literal, .folded:
      return block(scalar.string, at: mark)
    }
  }

  /// A block scalar, whose text begins on a line below its mark.
  private func block(_ raw: String, at mark: SourceLocation) -> DocumentScalar {
    // The last line break belongs to the form of the block, not to what the user meant.
    var scalars = Array(raw.unicodeScalars)
    while scalars.last == "\n" { scalars.removeLast() }
    var number = mark.line + 1
    while number < source.lineCount, source.line(number).allSatisfy({ $0 == " " }) { number += 1 }
    let line = source.line(number)
    let indent = line.prefix { $0 == " " }.count
    let shown = line.dropFirst(indent)
    return DocumentScalar(
      text: Self.text(scalars),
      location: SourceLocation(line: number, column: indent + 1, length: shown.count),
      isPlain: false,
      isVerbatim: shown.elementsEqual(scalars)
    )
  }

  /// How many scalars a quoted text takes on its first line, quotes included.
  private static func quotedLength(_ rest: ArraySlice<Unicode.Scalar>) -> Int {
    guard let quote = rest.first else { return 1 }
    var length = 1
    var isEscaped = false
    for scalar in rest.dropFirst() {
      length += 1
      if isEscaped {
        isEscaped = false
      } else if scalar == "\\", quote == "\"" {
        isEscaped = true
      } else if scalar == quote {
        return length
      }
    }
    return length
  }

  private static func withoutTrailingBlanks(
    _ rest: ArraySlice<Unicode.Scalar>
  ) -> ArraySlice<Unicode.Scalar> {
    var rest = rest
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}

// MARK: Values cut by a comma

extension DocumentComposer {
  /// Joins what a comma inside `{ }` cut apart, and says so: `{ total: coalesce(a, 0) }`.
  ///
  /// YAML reads two entries there, `total: coalesce(a` and a key `0)` without a value.
  private mutating func joinCutEntries(_ entries: inout [DocumentEntry]) {
    var joined: [DocumentEntry] = []
    for entry in entries {
      if let last = joined.last, entry.value.isAbsent,
        case .scalar(var scalar) = last.value.content, scalar.isPlain,
        !QuoteBalance.isBalanced(scalar.text)
      {
        join(&scalar, with: entry.key)
        joined[joined.count - 1].value = DocumentNode(
          content: .scalar(scalar),
          location: scalar.location
        )
      } else {
        joined.append(entry)
      }
    }
    entries = joined
  }

  /// The same inside `[ ]`.
  private mutating func joinCutItems(_ items: inout [DocumentNode]) {
    var joined: [DocumentNode] = []
    for item in items {
      if let last = joined.last, case .scalar(let next) = item.content, next.isPlain,
        case .scalar(var scalar) = last.content, scalar.isPlain,
        !QuoteBalance.isBalanced(scalar.text)
      {
        join(&scalar, with: next)
        joined[joined.count - 1] = DocumentNode(
          content: .scalar(scalar),
          location: scalar.location
        )
      } else {
        joined.append(item)
      }
    }
    items = joined
  }

  /// Appends what stands behind the comma; reported once, where the value is cut first.
  private mutating func join(_ scalar: inout DocumentScalar, with next: DocumentScalar) {
    let comma = SourceLocation(
      line: scalar.location.line,
      column: scalar.location.column + scalar.location.length
    )
    if scalar.isPlain, !scalar.text.contains(",") {
      diagnostics.report(
        .cutShort,
        at: comma,
        "the value ends at this comma: '\(scalar.text)'",
        hint: QuoteBalance.remedy
      )
    }
    let isOneLine = scalar.location.line == next.location.line && scalar.isVerbatim
    guard isOneLine, next.isVerbatim else {
      scalar.text += ", " + next.text
      scalar.isVerbatim = false
      return
    }
    let end = next.location.column + next.location.length
    let rest = source.rest(line: scalar.location.line, column: scalar.location.column)
    scalar.location.length = end - scalar.location.column
    scalar.text = Self.text(rest.prefix(scalar.location.length))
  }
}

extension SourceLocation {
  /// The place of a mark of the YAML parser, which counts in the same way.
  init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
