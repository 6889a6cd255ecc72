import ArgumentParser
import WeirColumns
import WeirCore
import WeirPOSIX

/// `weir ps`: the processes of all runs that live.
struct ProcessesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ps",
    abstract: "Lists the processes of the runs that live, or of one.",
    discussion: """
      The coordinator is the process of 'weir run'; the spare becomes an instance
      when one dies. Every one of them may be killed: the run goes on, or goes on
      from its last checkpoint when it is run again.

      Examples:
        weir ps
        weir ps harbor-fleet
        kill -9 $(weir ps --format json | jq '.[] | select(.instance ==
          "declines/0") | .process')
      """
  )

  @OptionGroup var target: LiveRunArguments
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let only = try telling(color, target.only)
    let statuses = only.map { [$0] } ?? LiveRuns.statuses()
    let processes = statuses.flatMap { LiveProcess.all(of: $0) }
    switch format {
    case .json: Console.write(Console.json(processes))
    case .text:
      let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
      let lines = ProcessesText.lines(
        processes,
        at: WallClock.now(),
        width: Terminal.width(.output),
        isColored: isColored
      )
      Console.write(lines.joined(separator: "\n") + "\n")
    }
  }
}
