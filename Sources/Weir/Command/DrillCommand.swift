import ArgumentParser
import WeirColumns
import WeirCore
import WeirPOSIX

/// `weir drill`: fails a process of a living run for real, and reports how the run comes back.
struct DrillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Kills a process of a run for real, and reports how the run comes back.",
    usage: "weir drill <run> [options]",
    discussion: """
      The run must be at work and take checkpoints. The process gets SIGKILL (with
      '--hang' SIGSTOP), and all times count from then on, by one clock:

        seen             the coordinator knew
        ready            the replacement could receive
        running          all instances that get rows had taken some again
        output           the first rows were at a sink again
        caught-up        the sources were as far as before, nothing was overdue
        gap              the longest time without rows at the sinks

      A goal, such as "running<100ms", is a limit for one of them ('recovery' is
      another word for running); several drills must all keep it. At the next
      complete checkpoint the files of the sinks are read and compared with what
      was sent to them, as 'weir audit' does. Whatever the report says, the run
      goes on.

      Exit codes: 0 the run came back, every goal was met and no row is lost or
      doubled; 1 not so; 2 no such run or stage, or it cannot be hit now.

      Examples:
        weir drill harbor-fleet                        any instance
        weir drill harbor-fleet --kill declines --kill alerts/0
        weir drill harbor-fleet --random 20 --seed 7 --goal "recovery<200ms"
        weir drill harbor-fleet --hang spend --goal "caught-up<5s"
        weir drill harbor-fleet --coordinator --format json
      """
  )

  @OptionGroup var target: RunArguments
  @Option(
    help: ArgumentHelp(
      "Kill an instance of a stage, or a certain one; may be repeated.",
      discussion: "Those that are named are killed at the same moment.",
      valueName: "stage[/i]"
    )
  )
  var kill: [DrillTarget] = []
  @Option(
    help: ArgumentHelp(
      "Kill so many instances, one after the other, each drawn from all.",
      valueName: "n"
    )
  )
  var random: Int?
  @Option(
    help: ArgumentHelp(
      "Stop an instance so that it lives and does not answer; may be repeated.",
      valueName: "stage[/i]"
    )
  )
  var hang: [DrillTarget] = []
  @Flag(help: "Kill the coordinator, and start the same 'weir run' again.")
  var coordinator = false
  @Option(help: "Draws the same instances as another drill did; the report names it.")
  var seed: UInt64?
  @Option(
    help: ArgumentHelp("What must be kept, such as \"running<100ms\"; may be repeated.")
  )
  var goal: [DrillGoal] = []
  @Option(
    help: ArgumentHelp("How long the run may take to come back.", valueName: "duration")
  )
  var timeout = DrillTimeout(nanoseconds: DrillLimits.recovery)
  @Flag(help: "Do not read the output after the drill.") var noAudit = false
  @Option(help: "How the report is printed.") var format = OutputFormat.text
  @Option(help: "Whether the report is coloured.") var color = ColorChoice.auto

  func validate() throws {
    let ways = [!kill.isEmpty, random != nil, !hang.isEmpty, coordinator].count { $0 }
    guard ways <= 1 else {
      throw ValidationError("One of '--kill', '--random', '--hang' and '--coordinator' at a time.")
    }
    guard random ?? 1 > 0 else { throw ValidationError("'--random' is at least 1.") }
  }

  func run() throws {
    let seed = seed ?? UInt64.random(in: 0...9999)
    let run = try telling(color) { () throws(WeirError) in try target.living() }
    // What cannot be audited is said before anything is hit.
    let loaded = noAudit ? nil : try LoadedTopology.load(of: run, color: color)
    let report = try telling(color) { () throws(WeirError) in
      let drills = try drills(run, seed: seed)
      var audit: AuditReport?
      if let loaded, drills.allSatisfy(\.hasRecovered) {
        audit = try DrillAudit(loaded).report(after: drills.compactMap(\.epoch).max() ?? .none)
      }
      return DrillReport(
        run: run.identity.name,
        seed: seed,
        drills: drills,
        goals: goal,
        audit: audit
      )
    }
    switch format {
    case .json: Console.write(Console.json(report))
    case .text:
      let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
      Console.write(
        DrillText.text(report, width: Terminal.width(.output), isColored: isColored)
      )
    }
    if !report.isGood { throw CommandExit.failure }
  }

  private func drills(_ run: KnownRun, seed: UInt64) throws(WeirError) -> [DrillResult] {
    if coordinator {
      return [try CoordinatorDrill(run, timeout: timeout.nanoseconds).hit()]
    }
    var drill = Drill(try ConsoleClient(run), seed: seed, timeout: timeout.nanoseconds)
    if !hang.isEmpty { return try drill.hit(.hang, hang) }
    if !kill.isEmpty { return try drill.hit(.kill, kill) }
    var results: [DrillResult] = []
    for _ in 0..<(random ?? 1) {
      results += try drill.hitAny()
      // What has not come back is not hit again.
      guard results.allSatisfy(\.hasRecovered) else { break }
    }
    return results
  }
}

/// A time to wait, as `60s`.
struct DrillTimeout: ExpressibleByArgument, CustomStringConvertible {
  var nanoseconds: Int64

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  init?(argument: String) {
    guard let microseconds = DurationText.parse(argument), microseconds > 0,
      microseconds <= Int64.max / 1000
    else { return nil }
    nanoseconds = microseconds * 1000
  }

  var description: String { DurationText.text(nanoseconds / 1000) }
  var defaultValueDescription: String { description }
}
