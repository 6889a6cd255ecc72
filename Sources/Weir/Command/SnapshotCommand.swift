import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir snapshot`: what is stored.
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Looks at savepoints and checkpoints.",
    discussion: """
      Examples:
        weir snapshot inspect before-upgrade
        weir snapshot inspect harbor-fleet --operator spend --key c000017
      """,
    subcommands: [InspectCommand.self]
  )
}

/// `weir snapshot inspect`: what a savepoint or a checkpoint holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a savepoint or the newest checkpoint of a run holds.",
    usage: "weir snapshot inspect <path|run> [options]",
    discussion: """
      First the stages: how far their event time is, how large their state is, and
      where sources go on reading. Then for each operator its keys, with what its
      aggregates come to for each window, session or total. A sliding window is
      kept in pieces as long as its 'every': 'from' and 'to' are those of a piece.
      'holds' is open, fired (it waits for late rows) or late (rows that came after
      the first result). Works while the run lives; all of a state is read, and an
      instance's is in memory meanwhile.

      Examples:
        weir snapshot inspect before-upgrade
        weir snapshot inspect harbor-fleet --operator spend --key c000017
        weir snapshot inspect .weir/harbor-fleet --format json --limit 1000
      """
  )

  @Argument(
    help: ArgumentHelp(
      "A savepoint, the state folder of a run, or a run.",
      valueName: "path|run"
    ),
    completion: .directory
  )
  var target: String
  @Option(help: ArgumentHelp("Only this operator.", valueName: "name")) var `operator`: String?
  @Option(
    help: ArgumentHelp(
      "Only this key; of several columns the values, separated by commas.",
      valueName: "key"
    )
  )
  var key: String?
  @Option(help: ArgumentHelp("The most rows that are shown of an operator.", valueName: "n"))
  var limit = 10
  @Option(help: "How the answer is printed.") var format = SnapshotFormat.table
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func validate() throws {
    if limit < 0 { throw ValidationError("'--limit' is a number of rows") }
  }

  /// How often a run that lives may remove the checkpoint that is being read.
  private static let mostTries = 5

  func run() throws {
    var tries = 1
    var read = try read(isLast: false)
    while read == nil {
      tries += 1
      read = try self.read(isLast: tries >= Self.mostTries)
    }
    guard let (overview, states) = read else { return }
    switch format {
    case .json: Console.write(SnapshotText.json(overview, states))
    case .table:
      let lines = SnapshotText.lines(
        overview,
        states,
        width: Terminal.width(.output),
        isColored: color.isColored(.output, environment: ProcessIdentity.environment)
      )
      Console.write(lines.joined(separator: "\n") + "\n")
    }
  }

  /// What is there now; nil if it was removed while it was read, since newer checkpoints were complete,
  /// unless that `isLast`.
  private func read(isLast: Bool) throws -> (SnapshotOverview, [InspectedState])? {
    let subject = try StateSubject.find(target, color: color)
    let keyed = subject.stages.filter { $0.kind == .keyed }
    if let name = `operator`, !keyed.contains(where: { $0.name == name }) {
      let known = keyed.map { "'\($0.name)'" }.joined(separator: ", ")
      throw ValidationError(
        "there is no operator with state called '\(name)'; there are \(known.isEmpty ? "none" : known)"
      )
    }
    let overview = SnapshotOverview(subject)
    let choice = InspectedState.Choice(key: key, limit: limit)
    return try telling(color) { () throws(WeirError) in
      var states: [InspectedState] = []
      do throws(WeirError) {
        for stage in keyed where `operator` == nil || stage.name == `operator` {
          states.append(try InspectedState(stage, of: subject, choice))
        }
      } catch {
        guard !isLast, error.isDamage, !subject.isThere else { throw error }
        return nil
      }
      return (overview, states)
    }
  }
}

/// How `weir snapshot inspect` prints.
enum SnapshotFormat: String, CaseIterable, ExpressibleByArgument {
  case table
  case json
}
