import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir checkpoints`: those that a run could go on from.
struct CheckpointsCommand: ParsableCommand {
  /// What is printed as JSON.
  private struct Report: Encodable {
    var checkpoints: [StoredCheckpoint]
    var failed: [CheckpointHistory.Entry]
  }

  static let configuration = CommandConfiguration(
    commandName: "checkpoints",
    abstract: "Lists the checkpoints of a run: how large, how long, and whether whole.",
    usage: "weir checkpoints <run> [options]",
    discussion: """
      Works whether the run lives or not, and changes nothing. All state is read,
      as a restore would, and its checksums compared. 'written' is what the
      checkpoint added, 'needs' the size of all files that it is made of. The steps
      are those of the instance that was the last to report: until the first
      barrier, until all inputs had delivered theirs, writing state, making output
      durable; then the manifest, and until all output was visible. 'took' is until
      the manifest. The last ten that failed are listed with the reason.

      Examples:
        weir checkpoints harbor-fleet
        weir checkpoints topologies/harbor-fleet.yaml --format json
      """
  )

  @OptionGroup var target: PlaceArguments
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  private static let shownFailures = 10

  func run() throws {
    let folder = try target.place(color).stateFolder
    let checkpoints = try telling(color) { () throws(WeirError) in
      try StoredCheckpoint.all(in: folder)
    }
    let history = (try? folder.history.entries()) ?? []
    let failed = Array(history.filter { $0.error != nil }.suffix(Self.shownFailures))
    switch format {
    case .json: Console.write(Console.json(Report(checkpoints: checkpoints, failed: failed)))
    case .text:
      let lines = CheckpointsText.lines(
        checkpoints,
        failed: failed,
        width: Terminal.width(.output),
        isColored: color.isColored(.output, environment: ProcessIdentity.environment)
      )
      Console.write(lines.joined(separator: "\n") + "\n")
    }
  }
}
