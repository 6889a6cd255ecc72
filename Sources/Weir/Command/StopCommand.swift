import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir stop`: ends a run, and says how it ended.
struct StopCommand: ParsableCommand {
  enum Way: String, EnumerableFlag {
    case drain
    case now

    static func help(for value: Way) -> ArgumentHelp? {
      switch value {
      case .drain: "End the input here: every window fires, and the run finishes."
      case .now: "Kill its processes: the next run goes on from the last checkpoint."
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stops a run, waits until it has ended, and says how.",
    usage: "weir stop <run> [options]",
    discussion: """
      The run stops at a checkpoint, fires no window, and the next 'weir run' goes
      on from there. With 'checkpoints: none' what has reached the sinks is
      published, and that was it. Asking again for the same changes nothing; '--now'
      ends a stop that takes too long, and kills a run that does not answer. With
      '--savepoint' the checkpoint is then written to a path as 'weir savepoint'
      does; if that fails the run has stopped, and 'weir savepoint' can try again.

      Exit codes: 0 it has ended; 1 it failed while it was to stop; 2 no such run
      lives.

      Examples:
        weir stop harbor-fleet
        weir stop topologies/harbor-fleet.yaml --drain
        weir stop harbor-fleet --now
        weir stop harbor-fleet --savepoint before-upgrade
      """
  )

  @OptionGroup var target: RunArguments
  @Flag(exclusivity: .exclusive) var way: Way?
  @Option(
    help: ArgumentHelp("Write a savepoint of the checkpoint that it stops at.", valueName: "path"),
    completion: .directory
  )
  var savepoint: String?
  @Option(help: "How the end is told: as json it is the last status of the run.")
  var format = OutputFormat.text
  @Option(help: "Whether what people see is coloured.") var color = ColorChoice.auto

  func run() throws {
    let reason: StopReason =
      switch way {
      case nil: .checkpoint
      case .drain: .drain
      case .now: .now
      }
    let (run, end) = try telling(color) { () throws(WeirError) in
      let run = try target.living()
      if let savepoint { try SavepointWriter.check(savepoint) }
      return (run, try ConsoleClient(run).stop(reason))
    }
    let status: JobStatus?
    let text: String
    switch end {
    case .told(let last):
      status = last
      text = Self.text(last)
    case .unheard:
      status = nil
      text = "\(run.identity.name) has ended by itself"
    case .killed:
      status = nil
      text =
        "\(run.identity.name) killed, since it did not answer: the next 'weir run' goes on from its "
        + "last checkpoint"
    }
    switch format {
    case .json: Console.write(Console.json(status))
    case .text: Console.write(text + "\n")
    }
    if let savepoint { try write(savepoint, run) }
    guard let status, status.outcome == .failed else { return }
    if let failure = status.failure {
      let isColored = color.isColored(.error, environment: ProcessIdentity.environment)
      let lines = ErrorText.lines(
        failure.error,
        instance: failure.instance,
        isColored: isColored
      )
      Console.write(lines.joined(separator: "\n") + "\n", to: .error)
    }
    throw CommandExit.failure
  }

  /// Writes a savepoint of the checkpoint that a run has ended at.
  private func write(_ path: String, _ run: KnownRun) throws {
    let folder = StateFolder(run.identity.stateFolder)
    let written = try telling(color) { () throws(WeirError) in
      try SavepointSource(run.identity.name, folder).write(to: path)
    }
    // As JSON only the status is printed, which is one value.
    Console.write(SavepointCommand.text(written), to: format == .json ? .error : .output)
  }

  func validate() throws {
    if savepoint != nil, way != nil {
      throw ValidationError("'--savepoint' goes with a stop at a checkpoint")
    }
  }

  /// How a run has ended, in a sentence.
  static func text(_ end: JobStatus) -> String {
    let word = end.outcome?.rawValue ?? "ended"
    let head = "\(end.run.name) \(word) after \(NumberText.seconds(end.elapsedSeconds))"
    switch (end.outcome, end.checkpoints?.last) {
    case (.finished, _): return head + ": its input has ended, and all of it is visible"
    case (_, let last?):
      return head + ": the next 'weir run' goes on from checkpoint \(last.number)"
    case (_, nil) where end.checkpoints != nil:
      return head + ": no checkpoint was complete, so the next 'weir run' begins anew"
    default: return head
    }
  }
}
