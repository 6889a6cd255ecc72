import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir scale`: changes how many processes stages of a living run have.
struct ScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Changes how many processes stages have while the run goes on.",
    usage: """
      weir scale <run> <stage> <n>
      weir scale <run> <stage>=<n> ...
      weir scale <run> <stage> --add <n> | --remove <n>
      """,
    discussion: """
      Key groups move with their state behind a checkpoint; only rows of keys that
      move wait, nothing is lost or counted twice, and other stages go on. The run
      keeps these numbers when it is stopped and goes on, until the topology says
      another number than it did.

      Operators, sources that read listed files, and sinks that write files can be
      scaled. A failure in the middle ends in the old layout or in the new one.

      Exit codes: 0 it has the new layout; 1 it stayed in the old one; 2 no such
      run, or what is asked for cannot be.

      Examples:
        weir scale harbor-fleet declines 4
        weir scale harbor-fleet declines --add 1
        weir scale harbor-fleet declines=4 spend=2
      """
  )

  @OptionGroup var target: RunArguments
  @Argument(help: "STAGE N, or STAGE=N for several stages, or STAGE with '--add' or '--remove'.")
  var stages: [String]
  @Option(help: ArgumentHelp("So many processes more.", valueName: "n")) var add: Int?
  @Option(help: ArgumentHelp("So many processes fewer.", valueName: "n")) var remove: Int?
  @Option(help: "How the result is told.") var format = OutputFormat.text
  @Option(help: "Whether what people see is coloured.") var color = ColorChoice.auto

  func validate() throws { _ = try order() }

  func run() throws {
    let order = try order()
    let report = try telling(color) { () throws(WeirError) in
      try ConsoleClient(try target.living()).scale(order)
    }
    switch format {
    case .json: Console.write(Console.json(report))
    case .text: Console.write(ScalingText.lines(report).joined(separator: "\n") + "\n")
    }
  }

  /// What the arguments ask for.
  func order() throws -> ScaleOrder {
    guard add == nil || remove == nil else {
      throw ValidationError("give '--add' or '--remove', not both.")
    }
    if let more = add ?? remove.map({ -$0 }) {
      guard (add ?? remove ?? 0) > 0, stages.count == 1, !stages[0].contains("=") else {
        throw ValidationError("'--add' and '--remove' take a number above 0, for one STAGE.")
      }
      return ScaleOrder([ScaleOrder.Stage(stages[0], .by(more))])
    }
    if stages.count == 2, !stages[0].contains("="), let count = Int(stages[1]) {
      return ScaleOrder([ScaleOrder.Stage(stages[0], .to(count))])
    }
    return ScaleOrder(
      try stages.map { word in
        let parts = word.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let count = Int(parts[1]) else {
          throw ValidationError("'\(word)' is not STAGE=N, and there is no number for it.")
        }
        return ScaleOrder.Stage(String(parts[0]), .to(count))
      }
    )
  }
}
