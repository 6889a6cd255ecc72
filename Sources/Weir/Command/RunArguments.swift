import ArgumentParser
import WeirCore
import WeirPOSIX

/// Which living run a command is about.
struct RunArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The run: the name of its topology, or the path of its file.",
      valueName: "run"
    ),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var run: String

  /// The run, if it lives; throws E471 if none does, E472 if several do.
  func living() throws(WeirError) -> KnownRun {
    try RunReference(run).only(of: RunDirectory.runs().filter(\.isAlive))
  }
}

extension ParsableCommand {
  /// Does what may fail; a fault of the world is told on standard error, and becomes the exit code 2
  /// where the user can mend it, else 1.
  func telling<Result>(
    _ color: ColorChoice = .auto,
    _ body: () throws(WeirError) -> Result
  ) throws -> Result {
    do throws(WeirError) {
      return try body()
    } catch {
      let environment = ProcessIdentity.environment
      Console.write(error, isColored: color.isColored(.error, environment: environment))
      throw error.blame == .user ? CommandExit.fault : CommandExit.failure
    }
  }
}
