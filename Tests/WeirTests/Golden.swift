import Foundation
import Testing

/// Files with what is expected; `UPDATE_GOLDEN=1` writes them anew, for the diff to be reviewed.
enum Golden {
  static func expect(
    _ text: String,
    _ name: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    let path = "\(folder)/\(name)"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try? text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let expected = try? String(contentsOfFile: path, encoding: .utf8)
    #expect(text == expected, "\(name)", sourceLocation: location)
  }

  /// The top folder of the package.
  static let packageFolder = "\(testsFolder)/../.."

  private static let testsFolder = #filePath.split(separator: "/").dropLast()
    .reduce(into: "") { $0 += "/\($1)" }
  private static let folder = "\(testsFolder)/Golden"
}
