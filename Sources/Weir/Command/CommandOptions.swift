import ArgumentParser
import Logging
import WeirPOSIX

/// Which topology a command is about.
struct TopologyArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The topology file.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var file: String

  @Option(
    help: ArgumentHelp(
      "The folder that relative paths in the file are relative to.",
      discussion: "Default: the folder of the file.",
      valueName: "dir"
    ),
    completion: .directory
  )
  var base: String?
}

/// How results are printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  case json
}

extension ColorChoice: ExpressibleByArgument {}

/// How much is logged.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
  case debug
  case info
  case warning
  case error

  var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
