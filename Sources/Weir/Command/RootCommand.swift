import ArgumentParser
import WeirPOSIX

/// `weir`: the subcommands, and what the exit codes mean.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Runs streaming topologies: processes linked by queues, described in a YAML file.",
    discussion: """
      To begin:
        weir init demo && weir run demo/topology.yaml

      Exit codes: 0 finished, or stopped on request; 1 failed while running;
      2 a fault in a file or in the command line; 130 stopped by Ctrl-C.
      """,
    version: WeirVersion.text,
    subcommands: [
      RunCommand.self, StopCommand.self, StatusCommand.self, ProcessesCommand.self,
      AdviseCommand.self, CheckpointsCommand.self, SavepointCommand.self, SnapshotCommand.self,
      DiffCommand.self, LogsCommand.self, CleanCommand.self, DrillCommand.self,
      CheckCommand.self, AuditCommand.self, GraphCommand.self, InitCommand.self,
      ExplainCommand.self, FunctionsCommand.self, ReferenceCommand.self, SchemaCommand.self,
    ]
  )

  /// Does what the arguments say and returns the exit code.
  static func execute(_ arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if !text.isEmpty { Console.write(text + "\n", to: code.isSuccess ? .output : .error) }
      return code == .validationFailure ? CommandExit.fault.rawValue : code.rawValue
    }
  }
}

/// The version of the command.
enum WeirVersion {
  static let text = "0.1.0"
}

/// Exit codes that commands throw after they have said what is wrong.
enum CommandExit {
  /// Something failed while it ran.
  static let failure = ExitCode(1)
  /// A fault in a file or in the command line.
  static let fault = ExitCode(2)
}
