/// Shows diagnostics to a person, under the line that is meant, or to an editor as JSON.
///
///     topologies/fleet.yaml:35:10: error[W012]: unknown column 'card_tokn' in 'key'
///        35 |     key: card_tokn
///           |          ^~~~~~~~~ did you mean 'card_token'?
package struct DiagnosticRenderer: Sendable {
  private let path: String
  private let source: SourceText
  private let usesColour: Bool

  /// `text` is the whole text of the file at `path`.
  package init(path: String, text: String, usesColour: Bool = false) {
    self.path = path
    source = SourceText(text)
    self.usesColour = usesColour
  }

  /// All diagnostics, one below the other; each line ends with a line break.
  package func text(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { text($0) }.joined()
  }

  /// One diagnostic: three lines.
  package func text(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    let colour = Self.colour(diagnostic.severity)
    let head = "\(path):\(place.line):\(place.column): "
    let kind = painted("\(diagnostic.severity.rawValue)[\(diagnostic.code)]:", colour)
    var text = painted(head, "1") + kind + painted(" \(diagnostic.message)", "1") + "\n"

    let line = source.line(place.line)
    let number = "\(place.line)"
    let margin = String(repeating: " ", count: max(5 - number.utf8.count, 0))
    text += "\(margin)\(number) | \(Self.shown(line))\n"

    // A tab under a tab keeps the mark below what it means, however wide a tab is shown.
    let before = line.prefix(place.column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    let missing = String(repeating: " ", count: max(place.column - 1 - line.count, 0))
    let room = max(line.count - (place.column - 1), 1)
    let mark = "^" + String(repeating: "~", count: min(place.length, room) - 1)
    let hint = diagnostic.hint.map { " \($0)" } ?? ""
    let gutter = String(repeating: " ", count: max(5, number.utf8.count))
    text += "\(gutter) | \(before)\(missing)\(painted(mark + hint, colour))\n"
    return text
  }

  /// An array of objects, one a line, for editors.
  package func json(_ diagnostics: [Diagnostic]) -> String {
    let objects = diagnostics.map { diagnostic in
      JSONText.object([
        ("path", .text(path)), ("line", .integer(diagnostic.location.line)),
        ("column", .integer(diagnostic.location.column)),
        ("length", .integer(diagnostic.location.length)), ("code", .text(diagnostic.code)),
        ("severity", .text(diagnostic.severity.rawValue)),
        ("message", .text(diagnostic.message)),
        ("hint", diagnostic.hint.map { .text($0) } ?? .null),
      ])
    }
    return objects.isEmpty ? "[]\n" : JSONText.list(objects).text + "\n"
  }

  private static func colour(_ severity: Diagnostic.Severity) -> String {
    switch severity {
    case .error: "1;31"
    case .warning: "1;33"
    case .note: "1;36"
    }
  }

  private func painted(_ text: String, _ colour: String) -> String {
    usesColour ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
  }

  /// A line without what would move the cursor.
  private static func shown(_ line: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    for scalar in line {
      let isControl = (scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7f
      view.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(view)
  }
}
