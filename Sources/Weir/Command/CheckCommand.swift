import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir check`: every fault of a file, or the plan.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Finds every fault in a topology, or shows what a run would do.",
    discussion: """
      Starts nothing and changes nothing. Exit code 2 if the file has a fault.
      What only keeps this machine from running it, such as missing data, is
      said, but is no fault of the file.

      Examples:
        weir check harbor-fleet.yaml
        weir check harbor-fleet.yaml --format json
      """
  )

  @OptionGroup var topology: TopologyArguments
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let loaded = try LoadedTopology.load(topology, format: format, color: color)
    var report = PlanReport(loaded.topology)
    report.hindrances = RunInspection(loaded).hindrances().map(Hindrance.init)
    switch format {
    case .json: Console.write(Console.json(report))
    case .text:
      let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
      Console.write(PlanText.text(report, isColored: isColored))
      let remarks = loaded.topology.remarks
      guard !remarks.isEmpty else { return }
      Console.write(
        "\n"
          + RemarkText.text(
            remarks,
            path: loaded.path,
            text: loaded.text,
            isColored: isColored
          )
      )
    }
  }
}
