/// Puts values from outside into a scalar: `${NAME}`, `${NAME:-default}`, `${secret:NAME}`.
///
/// `$${` is a literal `${`.
struct Substitution {
  /// Why a value cannot be put in; offset and length are in Unicode scalars of the text.
  struct Fault {
    var code: DiagnosticCode
    var offset: Int
    var length: Int
    var message: String
    var hint: String?
  }

  private let text: [Unicode.Scalar]
  private(set) var faults: [Fault] = []
  /// The values that were put in as secrets.
  private(set) var secrets: [String] = []

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  /// The text with all values put in; nil if there are faults.
  mutating func result(_ environment: [String: String]) -> String? {
    var result = String.UnicodeScalarView()
    var at = 0
    while at < text.count {
      if text[at...].starts(with: "$${".unicodeScalars) {
        result.append(contentsOf: "${".unicodeScalars)
        at += 3
      } else if text[at...].starts(with: "${".unicodeScalars) {
        guard let end = text[at...].firstIndex(of: "}") else {
          fault(
            .badSubstitution,
            at,
            text.count,
            "a '${' is not closed",
            "write '$${' for a plain '${'"
          )
          break
        }
        if let value = value(at, end, environment) {
          result.append(contentsOf: value.unicodeScalars)
        }
        at = end + 1
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return faults.isEmpty ? String(result) : nil
  }

  /// The value of what stands from the `$` at `start` to the `}` at `end`.
  private mutating func value(
    _ start: Int,
    _ end: Int,
    _ environment: [String: String]
  ) -> String? {
    let inside = string(text[(start + 2)..<end])
    if inside.hasPrefix("file:") {
      fault(
        .notYet,
        start,
        end + 1,
        "'${file:…}' is not there yet",
        "give the value as a variable of the environment"
      )
      return nil
    }
    let (rest, isSecret) = Self.openness(inside)
    let (name, standard) = Self.split(rest)
    guard Self.isName(name) else {
      fault(
        .badSubstitution,
        start,
        end + 1,
        "'\(name)' is no name of a variable",
        "write '${NAME}' or '${NAME:-default}', and '$${' for a plain '${'"
      )
      return nil
    }
    if let value = environment[name] ?? standard {
      if isSecret { secrets.append(value) }
      return value
    }
    fault(
      .missingVariable,
      start,
      end + 1,
      "the environment has no '\(name)'",
      isSecret
        ? "set the variable '\(name)'" : "set it, or give a default: '${\(name):-default}'"
    )
    return nil
  }

  /// The name in what stands between the brackets, and whether it is that of a secret.
  static func name(_ scalars: ArraySlice<Unicode.Scalar>) -> (name: String, isSecret: Bool) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    let (rest, isSecret) = openness(String(view))
    return (split(rest).name, isSecret)
  }

  private static func openness(_ inside: String) -> (rest: String, isSecret: Bool) {
    let isSecret = inside.hasPrefix("secret:")
    return (isSecret ? String(inside.dropFirst(7)) : inside, isSecret)
  }

  private static func split(_ text: String) -> (name: String, standard: String?) {
    let scalars = Array(text.unicodeScalars)
    for index in scalars.indices.dropLast() where scalars[index] == ":" && scalars[index + 1] == "-"
    {
      var standard = String.UnicodeScalarView()
      standard.append(contentsOf: scalars[(index + 2)...])
      var name = String.UnicodeScalarView()
      name.append(contentsOf: scalars[..<index])
      return (String(name), String(standard))
    }
    return (text, nil)
  }

  /// True if a variable can have that name.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first < 0x30 || first > 0x39 else { return false }
    return text.utf8.allSatisfy {
      ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f
    }
  }

  private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private mutating func fault(
    _ code: DiagnosticCode,
    _ start: Int,
    _ end: Int,
    _ message: String,
    _ hint: String?
  ) {
    faults.append(
      Fault(code: code, offset: start, length: end - start, message: message, hint: hint)
    )
  }
}
