import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir status`: what a run does now, or a line for each.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows how a run is doing, or a line for each run that lives.",
    discussion: """
      With a run: its stages with their rows, rates, watermarks and processes, its
      checkpoints, and what has gone wrong lately. The numbers are those that
      instances reported last, at most half a second ago. '--format json' prints
      all there is to know, process by process.

      Examples:
        weir status
        weir status harbor-fleet
        weir status topologies/harbor-fleet.yaml --format json
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The run: the name of its topology, or the path of its file.",
      valueName: "run"
    ),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var reference: String?
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
    guard let reference else {
      let statuses = LiveRuns.statuses()
      switch format {
      case .json: Console.write(Console.json(statuses))
      case .text:
        Console.write(
          StatusText.lines(of: statuses, width: Terminal.width(.output), isColored: isColored)
            .joined(separator: "\n") + "\n"
        )
      }
      return
    }
    let status = try telling(color) { () throws(WeirError) in
      let living = try RunReference(reference).only(of: RunDirectory.runs().filter(\.isAlive))
      return try ConsoleClient(living).status()
    }
    switch format {
    case .json: Console.write(Console.json(status))
    case .text:
      Console.write(
        StatusText.text(status, width: Terminal.width(.output), isColored: isColored)
      )
    }
  }
}
