import Foundation
import WeirCore
import WeirPOSIX

/// Text for people on standard output and standard error.
enum Console {
  /// Writes a text as it is; a reader that has gone does not want it.
  static func write(_ text: String, to stream: Terminal.Stream = .output) {
    try? Terminal.write(text, to: stream)
  }

  /// Writes a fault of the world to standard error.
  static func write(_ error: WeirError, isColored: Bool) {
    write(ErrorText.lines(error, isColored: isColored).joined(separator: "\n") + "\n", to: .error)
  }

  /// A value as JSON: keys in order, so that the same value is always the same text.
  static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(value) else {
      preconditionFailure("\(type(of: value)) does not encode")
    }
    return String(decoding: bytes, as: UTF8.self) + "\n"
  }
}

/// Whether text is coloured, as `--color` has it.
enum ColorChoice: String, CaseIterable {
  case auto
  case always
  case never

  /// True if what goes to the stream may be coloured.
  func isColored(_ stream: Terminal.Stream, environment: [String: String]) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      // An empty NO_COLOR counts as none: no-color.org.
      guard environment["NO_COLOR", default: ""].isEmpty, environment["TERM"] != "dumb" else {
        return false
      }
      return Terminal.isTerminal(stream)
    }
  }
}
