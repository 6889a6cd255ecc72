import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir init`: a small topology that runs at once.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a small topology that runs at once.",
    discussion: """
      It makes its own rows, so no data is needed. A file that is there already
      is never overwritten.

      Examples:
        weir init              writes topology.yaml here
        weir init demo         makes the folder demo and writes demo/topology.yaml
      """
  )

  @Argument(
    help: ArgumentHelp("The folder to write into.", valueName: "dir"),
    completion: .directory
  )
  var folder = "."

  func run() throws {
    do throws(WeirError) {
      let path = try StarterTopology.write(into: folder)
      Console.write(
        """
        wrote \(path)

          weir check \(path)     what it will do
          weir run \(path)       runs it; alerts go to \(folder)/out/alerts.jsonl

        """
      )
    } catch {
      let isColored = ColorChoice.auto.isColored(.error, environment: ProcessIdentity.environment)
      Console.write(error, isColored: isColored)
      throw CommandExit.fault
    }
  }
}
