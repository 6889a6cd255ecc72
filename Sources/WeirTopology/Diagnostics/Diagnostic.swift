/// A fault, warning or note about a topology file, for the person who wrote it.
package struct Diagnostic: Hashable, Sendable, Codable {
  package enum Severity: String, Hashable, Sendable, Codable {
    case error
    case warning
    case note
  }

  /// Stable and never reused, such as `W012`; `weir explain` tells more.
  package var code: String
  package var severity: Severity
  package var location: SourceLocation
  /// What is wrong, on what, quoted: lower case, no full stop.
  package var message: String
  /// One sentence of remedy, such as `did you mean 'card_token'?`.
  package var hint: String?

  package init(
    _ code: DiagnosticCode,
    at location: SourceLocation,
    _ message: String,
    hint: String? = nil
  ) {
    self.code = code.rawValue
    severity = code.severity
    self.location = location
    self.message = message
    self.hint = hint
  }
}

/// The faults found so far; all of them are told in one go.
package struct Diagnostics: Sendable {
  package private(set) var all: [Diagnostic] = []

  package init() {}

  package var hasErrors: Bool { all.contains { $0.severity == .error } }

  package mutating func report(
    _ code: DiagnosticCode,
    at location: SourceLocation,
    _ message: String,
    hint: String? = nil
  ) {
    all.append(Diagnostic(code, at: location, message, hint: hint))
  }

  /// In the order of the file.
  package var sorted: [Diagnostic] {
    all.sorted {
      ($0.location.line, $0.location.column, $0.code)
        < ($1.location.line, $1.location.column, $1.code)
    }
  }
}
