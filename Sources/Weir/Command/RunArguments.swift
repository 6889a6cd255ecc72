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
    try RunReference(run).only(of: RunDirectory.living())
  }
}

/// One living run, or all of them.
struct LiveRunArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The run: the name of its topology, or the path of its file. Default: all.",
      valueName: "run"
    ),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var run: String?

  /// What the run that was named tells of itself; nil if none was named.
  ///
  /// Throws as `RunReference.only` and `ConsoleClient` do.
  func only() throws(WeirError) -> JobStatus? {
    guard let run else { return nil }
    return try ConsoleClient(RunReference(run).only(of: RunDirectory.living())).status()
  }
}

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

/// Which run a command is about, whether it lives or not.
struct PlaceArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The run: the name of its topology, or the path of its file.",
      valueName: "run"
    ),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var run: String

  @Option(
    help: ArgumentHelp(
      "The '--base' that the run was started with, if any.",
      valueName: "dir"
    ),
    completion: .directory
  )
  var base: String?

  /// The place of the run; throws an exit code after it has said why there is none.
  func place(_ color: ColorChoice, format: OutputFormat = .text) throws -> RunPlace {
    try RunPlace.find(run, base: base, format: format, color: color)
  }
}
