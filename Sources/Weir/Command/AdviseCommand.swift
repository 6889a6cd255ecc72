import ArgumentParser
import WeirColumns
import WeirCore
import WeirPOSIX

/// `weir advise`: how many processes the stages of a run should have.
struct AdviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advise",
    abstract: "Says how many processes the stages of a run should have, and why.",
    usage: "weir advise <run> [options]",
    discussion: """
      Looks at the run for a while and changes nothing. A process is at work for
      part of its time; the rows that it takes for each second of that are its true
      rate, whatever holds it back now. A source is to bring its 'rate', or what
      comes, or, if its input has an end, all that it can read; what each stage
      makes of a row says how many rows are to reach the next. A stage wants as
      many processes as take that, with a fifth to spare where rows come at a rate
      (the model is DS2: Kalavri et al., OSDI 2018).

      Fewer are advised than wanted where more are of no use: beyond the key
      groups, where one key has more rows than a process takes, and where the
      machine has no core for them. The edit is printed as 'diff -U0' does, and
      'patch' takes it.

      Examples:
        weir advise harbor-fleet
        weir advise harbor-fleet --measure 1m --format json
      """
  )

  @OptionGroup var target: RunArguments
  @Option(
    help: ArgumentHelp("How long the run is looked at.", valueName: "duration")
  )
  var measure = AdviceTime(nanoseconds: 10_000_000_000)
  @Option(help: "How the answer is printed.") var format = OutputFormat.text
  @Option(help: "Whether the answer is coloured.") var color = ColorChoice.auto

  func run() throws {
    let run = try telling(color) { () throws(WeirError) in try target.living() }
    let started = try LoadedTopology.load(of: run, format: format, color: color)
    let advice = try telling(color) { () throws(WeirError) in try look(at: run, started) }
    var report = AdviceReport(
      run: run.identity.name,
      topology: run.identity.topology,
      advice: advice
    )
    do throws(WeirError) {
      report.edit(try current(run, started))
    } catch {
      report.fault = "no edit: \(error.message)" + (error.detail.map { ": \($0)" } ?? "")
    }
    switch format {
    case .json: Console.write(Console.json(report))
    case .text:
      let isColored = color.isColored(.output, environment: ProcessIdentity.environment)
      Console.write(
        AdviceText.text(report, width: Terminal.width(.output), isColored: isColored)
      )
    }
  }

  private func look(at run: KnownRun, _ loaded: LoadedTopology) throws(WeirError) -> Advice {
    let client = try ConsoleClient(run)
    let first = try client.status()
    client.wait(nanoseconds: measure.nanoseconds)
    let second = try client.status()
    return Advice(
      StageMeasure.between(first, second),
      StagePicture(loaded.topology.file, loaded.job).streams,
      on: second.machine
    )
  }

  /// The topology in the text that the file has now: the one that it was started with, most often.
  private func current(
    _ run: KnownRun,
    _ started: LoadedTopology
  ) throws(WeirError) -> LoadedTopology {
    guard try TextFile.read(run.identity.topology) != started.text else { return started }
    var arguments = TopologyArguments()
    arguments.file = run.identity.topology
    arguments.base = run.identity.base
    do throws(LoadFault) {
      return try LoadedTopology.read(arguments, environment: ProcessIdentity.environment)
    } catch {
      throw WeirError(
        "E407",
        "cannot read \"\(run.identity.topology)\" as a topology",
        detail: "it has changed since the run was started; 'weir check' says what is wrong",
        blame: .user
      )
    }
  }
}

/// How long a run is looked at, as `10s`.
struct AdviceTime: ExpressibleByArgument, CustomStringConvertible {
  var nanoseconds: Int64

  init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  init?(argument: String) {
    guard let microseconds = DurationText.parse(argument), microseconds > 0,
      microseconds <= 86_400_000_000
    else { return nil }
    nanoseconds = microseconds * 1000
  }

  var description: String { DurationText.text(nanoseconds / 1000) }
  var defaultValueDescription: String { description }
}
