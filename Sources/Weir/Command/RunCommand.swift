import ArgumentParser
import Logging
import WeirCore
import WeirPOSIX
import WeirTopology

/// `weir run`: a topology, from its first process to its last.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a topology until its input ends or it is stopped.",
    usage: "weir run <file> [options]",
    discussion: """
      Rows of 'stdout' sinks go to standard output, everything else to standard
      error. Ctrl-C and SIGTERM stop the run at a checkpoint, and the next run goes
      on from there; with 'checkpoints: none' what has reached the sinks is
      published, and that was it. A second Ctrl-C ends it at once. So does a run
      stop whose rows go to a pipe that nobody reads any more, such as that of
      'head'; exit code 141. A process that dies is replaced, and the run goes back
      to the last checkpoint; with 'checkpoints: none' it ends.

      When a run has finished, the files of its sinks are read again and compared
      with what was sent to them, as 'weir audit' does: a fault is exit code 1.

      With '--detach' the run goes into the background when all its processes run;
      what keeps it from starting is said here, with the same exit code. What a run
      says is kept in its state folder, for the last five times that it ran:
      'weir logs' prints it.

      With '--from' a run that has no checkpoints of its own begins at a savepoint,
      with other numbers of processes or a changed file: 'weir diff' shows what
      becomes of the state. Its output is what comes after the savepoint. State is
      never lost unless '--drop-state' names the stage. A run that goes on later
      does so without '--from'.

      Examples:
        weir run harbor-fleet.yaml
        weir run harbor-fleet.yaml --fresh      again, the old output aside
        weir run harbor-fleet.yaml --detach     in the background
        weir run harbor-fleet.yaml --from before-upgrade
        weir run harbor-fleet.yaml --format json > run.json
        weir run harbor-fleet.yaml --log-format json 2> run.log
      """
  )

  @OptionGroup var topology: TopologyArguments
  @Flag(help: "Move the state and the output of earlier runs aside, to '….old-TIME'.")
  var fresh = false
  @Option(
    help: ArgumentHelp("Begin at a savepoint.", valueName: "path"),
    completion: .directory
  )
  var from: String?
  @Option(
    help: ArgumentHelp(
      "With '--from': the state of this stage may be lost; may be given again.",
      valueName: "stage"
    )
  )
  var dropState: [String] = []
  @Flag(help: "Do not read the output again when the run has finished.")
  var noAudit = false
  @Flag(
    help: ArgumentHelp(
      "Go back behind a damaged checkpoint although a sink cannot take rows back.",
      discussion: "Rows that 'stdout' has printed since the checkpoint before come again."
    )
  )
  var acceptDuplicates = false
  @Flag(help: "Run in the background; return when all processes run.")
  var detach = false
  /// Given to the process in the background: where it says that it runs.
  @Option(help: .hidden) var readyDescriptor: Int32?
  @Option(help: "Whether what people see is coloured.") var color = ColorChoice.auto
  @Option(help: ArgumentHelp("What is logged.", valueName: "level")) var logLevel = LogLevel.info
  @Option(help: "How log lines are written; json also turns the live view off.")
  var logFormat = OutputFormat.text
  @Option(
    help: ArgumentHelp(
      "How the summary is printed.",
      discussion: """
        As json it goes to standard output, or to standard error if a sink writes rows there.
        """
    )
  )
  var format = OutputFormat.text

  func validate() throws {
    if from == nil, !dropState.isEmpty {
      throw ValidationError("'--drop-state' goes with '--from'")
    }
  }

  func run() throws {
    if detach {
      try DetachedRun.start(format: format, color: color)
      return
    }
    if let readyDescriptor { ProcessIdentity.beginSession(keeping: readyDescriptor) }
    let environment = ProcessIdentity.environment
    // What it says from the background goes to a file.
    let isColored = readyDescriptor == nil && color.isColored(.error, environment: environment)
    let loaded = try LoadedTopology.load(topology, color: color)
    warn(of: loaded, isColored)
    var outcome = RunOutcome.finished
    var state = RunState(loaded.job, at: SystemClocks().now())
    let outputs: [SinkOutput]
    var audit: RunAudit.Result?
    do throws(WeirError) {
      if readyDescriptor != nil { try DetachedRun.check(loaded.job) }
      let start: SavepointStart? =
        if let from { try SavepointStart(from, loaded, dropping: dropState) } else { nil }
      let prepared = try RunPreparation(loaded).prepare(
        fresh: fresh,
        acceptsDuplicates: acceptDuplicates,
        start: start
      )
      defer { prepared.close() }
      if let start { tell(start) }
      tell(prepared)
      if let last = prepared.stored.finished {
        state.show(last, at: SystemClocks().now())
      } else {
        state.goOn(fromCheckpointAt: prepared.stored.completedAt)
        let end: RunProcess.End
        (end, state) = try carryOut(prepared, loaded, state, isColored)
        outcome = end.outcome
        if let told = try prepared.settle(end.manifests, of: loaded.job) {
          Console.write(told, isColored: isColored)
        }
        if outcome == .finished, !noAudit {
          tellOfAudit(prepared.outputBytes)
          audit = RunAudit(loaded).result(end.manifests, in: prepared.stateFolder)
        }
      }
      outputs = prepared.outputs()
    } catch {
      Console.write(error, isColored: isColored)
      throw error.blame == .user ? CommandExit.fault : CommandExit.failure
    }
    report(state, outcome, outputs, audit, loaded.job, isColored)
    if audit?.isWhole == false { throw CommandExit.failure }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  /// Runs to the end; returns how it ended, and all that was seen of it.
  private func carryOut(
    _ prepared: PreparedRun,
    _ loaded: LoadedTopology,
    _ state: RunState,
    _ isColored: Bool
  ) throws(WeirError) -> (RunProcess.End, RunState) {
    let process = ProcessIdentity.id
    let file = try prepared.stateFolder.logs.begin(at: WallClock.now(), process: process)
    let isWatched = readyDescriptor == nil
    // Rows on the same terminal would tear the live view apart.
    let mixesRows = loaded.job.standardOutputSink != nil && Terminal.isTerminal(.output)
    let isLive = isWatched && Terminal.isTerminal(.error) && logFormat == .text && !mixesRows
    var logger = Logger(label: loaded.job.name) { [logFormat] label in
      RunLogHandler(label, format: logFormat) { line in
        file.append(line)
        if isWatched, !isLive { Console.write(line, to: .error) }
      }
    }
    logger.logLevel = logLevel.level
    let log = RunLog(logger)
    log.begin(loaded.path, process: process)
    let watch = RunWatch(
      state,
      log,
      screen: isLive ? LiveScreen(isColored: isColored) : nil,
      history: loaded.job.checkpoints == nil ? nil : prepared.stateFolder.history.writer()
    ) { [readyDescriptor] in
      guard let readyDescriptor else { return }
      file.takeStandardStreams()
      ReadyPipe.tell(readyDescriptor)
    }
    defer { watch.close() }
    let end = try RunProcess(
      loaded,
      prepared,
      acceptsDuplicates: acceptDuplicates
    ).run(
      view: watch,
      output: isWatched ? nil : file.descriptor
    )
    log.end(end.outcome, afterSeconds: watch.state.seconds(at: MonotonicClock.now()))
    return (end, watch.state)
  }

  /// Warnings; notes are for `weir check`.
  private func warn(of loaded: LoadedTopology, _ isColored: Bool) {
    let remarks = loaded.topology.remarks.filter { $0.severity == .warning }
    guard !remarks.isEmpty else { return }
    Console.write(
      RemarkText.text(remarks, path: loaded.path, text: loaded.text, isColored: isColored),
      to: .error
    )
  }

  /// Where the run begins, and what has become of state that is not as it was.
  private func tell(_ start: SavepointStart) {
    let savepoint = start.savepoint
    Console.write(
      "beginning at a savepoint of '\(savepoint.run)', checkpoint "
        + "\(savepoint.stored.manifest.epoch.number)\n",
      to: .error
    )
    for line in UpgradeText.notes(start.plan) { Console.write("  \(line)\n", to: .error) }
  }

  /// What was found, before anything starts.
  private func tell(_ prepared: PreparedRun) {
    for move in prepared.moved { Console.write("moved \(move)\n", to: .error) }
    for broken in prepared.stored.broken {
      Console.write(
        "checkpoint \(broken.epoch.number) is passed over: \(broken.error)\n",
        to: .error
      )
    }
    for warning in prepared.withdrawals.compactMap(\.warning) + prepared.notes {
      Console.write("\(warning)\n", to: .error)
    }
    guard let last = prepared.stored.record.manifests.last else { return }
    let text =
      last.isFinished
      ? "this run has finished, with checkpoint \(last.epoch.number): nothing is left to do; "
        + "'--fresh' begins anew and moves its state and output aside"
      : "going on from checkpoint \(last.epoch.number)"
    Console.write(text + "\n", to: .error)
  }

  /// From so many bytes on people are told that they are read again.
  private static let toldBytes: Int64 = 8 << 30

  private func tellOfAudit(_ bytes: Int64) {
    guard bytes >= Self.toldBytes else { return }
    Console.write(
      "reading \(NumberText.bytes(bytes)) of output again; Ctrl-C or '--no-audit' leaves that out\n",
      to: .error
    )
  }

  private func report(
    _ state: RunState,
    _ outcome: RunOutcome,
    _ outputs: [SinkOutput],
    _ audit: RunAudit.Result?,
    _ job: JobPlan,
    _ isColored: Bool
  ) {
    let summary = RunSummary(
      state,
      outcome: outcome,
      outputs: outputs,
      audit: audit?.report,
      at: SystemClocks().now()
    )
    if let failure = state.failure {
      let lines = ErrorText.lines(
        failure.error,
        instance: failure.instance,
        isColored: isColored
      )
      Console.write(lines.joined(separator: "\n") + "\n", to: .error)
    }
    if let error = audit?.error { Console.write(error, isColored: isColored) }
    switch format {
    case .text:
      Console.write(
        SummaryText.text(summary, width: Terminal.width(.error), isColored: isColored),
        to: .error
      )
    case .json:
      Console.write(Console.json(summary), to: job.standardOutputSink != nil ? .error : .output)
    }
  }
}

extension JobPlan {
  /// The first sink whose rows go to standard output; nil if there is none.
  var standardOutputSink: String? {
    stages.first { stage in
      guard case .sink(let sink) = stage.role, case .standardOutput = sink.connector else {
        return false
      }
      return true
    }?.name
  }
}
