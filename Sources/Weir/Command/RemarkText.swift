import WeirTopology

/// Faults, warnings and notes about a topology file, as people and editors read them.
enum RemarkText {
  static func text(
    _ diagnostics: [Diagnostic],
    path: String,
    text: String,
    isColored: Bool
  ) -> String {
    DiagnosticRenderer(path: path, text: text, usesColour: isColored).text(diagnostics)
  }

  static func json(_ diagnostics: [Diagnostic], path: String, text: String) -> String {
    DiagnosticRenderer(path: path, text: text).json(diagnostics)
  }
}
