import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir savepoint`: the state of a run, to be kept.
struct SavepointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "savepoint",
    abstract: "Writes the state of a run to a folder of its own, from which others can begin.",
    usage: "weir savepoint <run> <path> [options]",
    discussion: """
      A run that lives takes a checkpoint and goes on; its output up to there is
      visible when the command ends. Of one that has stopped the last checkpoint is
      taken. The folder holds all that 'weir run --from' needs, and no path of this
      machine: it can be moved, copied and kept. It is read back before the command
      says that it is done. Nothing is ever replaced: the path must not exist, or be
      an empty folder.

      Exit codes: 0 it is there; 1 it could not be written; 2 there is no such run,
      it has no state, or the path is taken.

      Examples:
        weir savepoint harbor-fleet before-upgrade
        weir run new.yaml --from before-upgrade
        weir snapshot inspect before-upgrade
      """
  )

  @OptionGroup var target: PlaceArguments
  @Argument(
    help: ArgumentHelp("Where it is written: a new folder.", valueName: "path"),
    completion: .directory
  )
  var path: String
  @Option(help: "How what was written is told.") var format = OutputFormat.text
  @Option(help: "Whether what people see is coloured.") var color = ColorChoice.auto

  func run() throws {
    let place = try target.place(color)
    let source = SavepointSource(place.name, place.stateFolder)
    let written = try telling(color) { () throws(WeirError) in
      if let run = place.known, run.isAlive {
        return try source.write(to: path, asking: ConsoleClient(run))
      }
      return try source.write(to: path)
    }
    switch format {
    case .json: Console.write(Console.json(written))
    case .text: Console.write(Self.text(written))
    }
  }

  /// What was written, in a sentence.
  static func text(_ written: SavepointWriter.Result) -> String {
    "savepoint of '\(written.run)' at checkpoint \(written.epoch) in \"\(written.path)\": "
      + "\(NumberText.bytes(written.bytes)) of keyed state, read back\n"
  }
}
