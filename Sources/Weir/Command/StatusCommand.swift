import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir status`: what a run does now, or a line for each.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows how a run is doing, or a line for each run that lives.",
    discussion: """
      With a run: its stages, and the processes of those that have several, with
      their rows, rates and watermarks; its checkpoints; and what has gone wrong
      lately. A process is busy, backpressured (it waits until the next stage takes
      rows) or idle (it waits for input). The bottleneck is the stage that holds up
      the others, and below stands whether more processes would help it. The
      hottest keys of an operator are those with the most of its rows of about the
      last ten seconds, from a sample of them.

      The numbers are those that instances reported last; one that works reports
      twice a second. '--format json' prints all there is to know, process by
      process.

      Examples:
        weir status
        weir status harbor-fleet
        weir status topologies/harbor-fleet.yaml --format json
      """
  )

  @OptionGroup var target: LiveRunArguments
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
    let width = Terminal.width(.output)
    switch (try telling(color, target.only), format) {
    case (let status?, .json): Console.write(Console.json(status))
    case (let status?, .text):
      Console.write(StatusText.text(status, width: width, isColored: isColored))
    case (nil, .json): Console.write(Console.json(LiveRuns.statuses()))
    case (nil, .text):
      let lines = StatusText.lines(
        of: LiveRuns.statuses(),
        width: width,
        isColored: isColored
      )
      Console.write(lines.joined(separator: "\n") + "\n")
    }
  }
}
