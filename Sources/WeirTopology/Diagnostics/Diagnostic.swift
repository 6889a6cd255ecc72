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
  /// Values that came in as `${secret:NAME}`: shown as `***` in every message.
  private var secrets: [String] = []

  package init() {}

  package var hasErrors: Bool { all.contains { $0.severity == .error } }

  package mutating func report(
    _ code: DiagnosticCode,
    at location: SourceLocation,
    _ message: String,
    hint: String? = nil
  ) {
    all.append(Diagnostic(code, at: location, veiled(message), hint: hint.map { veiled($0) }))
  }

  /// Keeps a value out of all messages to come.
  package mutating func hide(_ secret: String) {
    if !secret.isEmpty { secrets.append(secret) }
  }

  private func veiled(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing($1, with: "***") }
  }

  /// Reports a name that is Weir's own: those that begin with `_` or `weir_`.
  package mutating func checkIsFree(_ name: Located<String>) {
    guard name.value.hasPrefix("_") || name.value.hasPrefix("weir_") else { return }
    report(
      .hiddenName,
      at: name.location,
      "the name '\(name.value)' is not free",
      hint: "names that begin with '_' or 'weir_' are Weir's own: choose another one"
    )
  }

  /// In the order of the file, and as they were found in one place; each once.
  ///
  /// What an alias stands for is read at each of its uses, and its faults are found as often.
  package var sorted: [Diagnostic] {
    let ordered = all.enumerated().sorted {
      ($0.element.location.line, $0.element.location.column, $0.element.code, $0.offset)
        < ($1.element.location.line, $1.element.location.column, $1.element.code, $1.offset)
    }
    var once: [Diagnostic] = []
    for (_, diagnostic) in ordered where once.last != diagnostic { once.append(diagnostic) }
    return once
  }
}
