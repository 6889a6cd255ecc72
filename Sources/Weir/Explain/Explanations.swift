import WeirTopology

/// All codes, and what is to be said about each.
enum Explanations {
  static var codes: [String] {
    DiagnosticCode.allCases.map(\.rawValue) + ErrorCatalogue.entries.map(\.code)
  }

  /// The page about a code; nil if there is no such code.
  static func text(of code: String) -> String? {
    if let explanation = DiagnosticCode.named(code)?.explanation {
      return """
        \(code.uppercased()): \(explanation.title)

        \(wrapped(explanation.text))

        Told of:

        \(indented(explanation.faulty))

        Put right:

        \(indented(explanation.remedy))

        """
    }
    guard let entry = ErrorCatalogue.entries.first(where: { $0.code == code }) else { return nil }
    return "\(code): \(entry.title)\n\n\(wrapped(entry.explanation))\n"
  }

  /// A text in lines of at most 80 columns, broken between words.
  static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + word.count < 80 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      .joined(separator: "\n")
  }
}
