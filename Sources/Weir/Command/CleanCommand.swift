import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir clean`: removes what a run has left.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Removes the state of a run that does not live, and its hidden files.",
    discussion: """
      Its checkpoints, its logs, and the parts that were not visible yet are gone
      then: it cannot go on. What its sinks have made visible stays, so the next
      'weir run' asks for '--fresh', or for that output to be moved away. It says
      what it removes. Exit code 2 while the run lives.

      Examples:
        weir clean harbor-fleet
        weir clean topologies/harbor-fleet.yaml
      """
  )

  @OptionGroup var target: PlaceArguments
  @Option(help: "How what was removed is told.") var format = OutputFormat.text

  func run() throws {
    let place = try target.place(.auto)
    let loaded = try place.topology(color: .auto)
    let removed = try telling { () throws(WeirError) in
      try RunRemoval(loaded, place).removeAll()
    }
    switch format {
    case .json: Console.write(Console.json(removed))
    case .text:
      let lines =
        removed.isEmpty
        ? ["nothing is left of '\(place.name)'"] : removed.map { "removed \"\($0)\"" }
      Console.write(lines.joined(separator: "\n") + "\n")
    }
  }
}
