import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir diff`: what another topology does to state.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Shows what becomes of the state of a run in a changed topology.",
    usage: "weir diff <old> <new> [options]",
    discussion: """
      OLD is a topology file, a savepoint, or a run; NEW is a topology file. For each
      stage: kept; rescaled, dealt to another number of processes; migrated, as when
      an aggregate comes or goes; fresh, with nothing; dropped, since the stage has
      gone; or incompatible, with the reason: it is there, and must begin anew.
      Sources count by how far they have read. 'weir run NEW --from' does just that.

      A stage that was renamed is recognised, and asked about: 'renamed_from: OLD' in
      the file of NEW lets it go on. With '--state' the bytes of a savepoint or a run
      of OLD are told.

      Exit codes: 0 all state goes on; 1 some would be lost; 2 a fault in a file, or
      no such state.

      Examples:
        weir diff harbor-fleet new.yaml
        weir diff before-upgrade new.yaml --format json
        weir diff old.yaml new.yaml --state harbor-fleet
      """
  )

  @Argument(
    help: ArgumentHelp("A topology file, a savepoint, or a run.", valueName: "old"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var old: String
  @Argument(
    help: ArgumentHelp("The changed topology file.", valueName: "new"),
    completion: .file(extensions: ["yaml", "yml"])
  )
  var new: String
  @Option(
    help: ArgumentHelp("A savepoint or a run with the state of OLD.", valueName: "path|run"),
    completion: .directory
  )
  var state: String?
  @Option(
    help: ArgumentHelp(
      "The folder that relative paths in the files are relative to.",
      discussion: "Default: the folder of each file.",
      valueName: "dir"
    ),
    completion: .directory
  )
  var base: String?
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let after = try load(new)
    let (stages, bytes) = try before()
    let plan = UpgradePlan(
      from: stages,
      to: after.job.outlines,
      renames: after.job.renames,
      bytes: bytes
    )
    switch format {
    case .json: Console.write(Console.json(plan))
    case .text:
      let lines = UpgradeText.lines(
        plan,
        width: Terminal.width(.output),
        isColored: color.isColored(.output, environment: ProcessIdentity.environment)
      )
      Console.write(lines.joined(separator: "\n") + "\n")
    }
    if !plan.refused(dropping: []).isEmpty { throw CommandExit.failure }
  }

  private func load(_ file: String) throws -> LoadedTopology {
    var arguments = TopologyArguments()
    arguments.file = file
    arguments.base = base
    return try LoadedTopology.load(arguments, format: format, color: color)
  }

  private func before() throws -> (stages: [StageOutline], bytes: [String: Int64]) {
    let isFile = try telling(color) { () throws(WeirError) in
      try FileReader.identity(of: old) != nil
    }
    guard isFile, !Folder.isFolder(old) else {
      let subject = try StateSubject.find(state ?? old, base: base, color: color)
      if state != nil {
        let own = try StateSubject.find(old, base: base, color: color)
        try check(subject, is: own.stages)
      }
      return (subject.stages, subject.bytes)
    }
    let stages = try load(old).job.outlines
    guard let state else { return (stages, [:]) }
    let subject = try StateSubject.find(state, base: base, color: color)
    try check(subject, is: stages)
    return (subject.stages, subject.bytes)
  }

  /// Throws an exit code, after it has said why, unless a state is that of some stages.
  private func check(_ subject: StateSubject, is stages: [StageOutline]) throws {
    let plan = UpgradePlan(from: subject.stages, to: stages)
    let other = plan.steps.first { $0.fate != .kept && $0.fate != .rescaled }
    guard let other else { return }
    try telling(color) { () throws(WeirError) in
      throw WeirError(
        "E442",
        "the state of \(subject.name) is not that of \"\(old)\"",
        detail: "stage '\(other.name)' is \(other.fate.rawValue)"
          + (other.reason.map { ": \($0)" } ?? ""),
        hint: "leave '--state' out, or give the state of OLD",
        blame: .user
      )
    }
  }
}
