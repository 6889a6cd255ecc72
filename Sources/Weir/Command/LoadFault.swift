import WeirCore
import WeirPOSIX
import WeirTopology

/// Why a topology cannot be had.
enum LoadFault: Error {
  /// The file cannot be read.
  case unreadable(WeirError)
  /// It has faults.
  case faulty([Diagnostic], path: String, text: String)

  /// Says so on standard error (JSON: the faults on standard output).
  func tell(format: OutputFormat, color: ColorChoice) {
    let isColored = color.isColored(.error, environment: ProcessIdentity.environment)
    switch self {
    case .unreadable(let error): Console.write(error, isColored: isColored)
    case .faulty(let diagnostics, let path, let text):
      switch format {
      case .text:
        let rendered = RemarkText.text(diagnostics, path: path, text: text, isColored: isColored)
        Console.write(rendered + FaultCount.line(diagnostics) + "\n", to: .error)
      case .json: Console.write(RemarkText.json(diagnostics, path: path, text: text))
      }
    }
  }
}

/// How many faults there are, in a sentence.
enum FaultCount {
  static func line(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.count { $0.severity == .error }
    return errors == 1 ? "1 fault: nothing was started" : "\(errors) faults: nothing was started"
  }
}
