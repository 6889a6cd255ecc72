import ArgumentParser
import WeirCore
import WeirPOSIX

/// `weir run --detach`: the same command once more, as a process of its own in the background.
enum DetachedRun {
  /// Where the process in the background finds the pipe on which it says that it runs.
  private static let readyDescriptor: Int32 = 3
  private static let flag = "--detach"

  /// Starts it, and returns when it runs; throws its exit code if it ends before, after it has said
  /// why.
  static func start(format: OutputFormat, color: ColorChoice) throws {
    let (child, isRunning) = try telling(color) { () throws(WeirError) in
      let pipe = try ReadyPipe()
      let child = try ChildProcess.spawn(
        executable: ProcessIdentity.executable,
        arguments: arguments(CommandLine.arguments),
        descriptors: [.init(pipe.writeEnd, as: readyDescriptor)],
        // It begins a session, which the first of a group cannot.
        inOwnGroup: false
      )
      return (child, pipe.wait())
    }
    guard isRunning else {
      let status = try telling(color) { () throws(WeirError) in try child.waitForEnd() }
      switch status {
      case .exited(0): return
      case .exited(let code): throw ExitCode(code)
      case .signalled: throw CommandExit.failure
      }
    }
    guard let run = RunDirectory.runs().first(where: { $0.identity.process == child.id }) else {
      // It had little to do, and has done it.
      Console.write("the run has ended already; 'weir logs' tells how\n")
      return
    }
    switch format {
    case .json: Console.write(Console.json(run.identity))
    case .text: Console.write(text(run.identity))
    }
  }

  /// The command line of the process in the background.
  static func arguments(_ own: [String]) -> [String] {
    own.filter { $0 != flag } + ["--ready-descriptor", "\(readyDescriptor)"]
  }

  /// The command line that starts a run again, in the background if it was there, from the command
  /// line of its process.
  ///
  /// It goes on, also where the run had begun anew.
  static func again(_ own: [String]) -> [String] {
    let arguments = withoutBeginning(own)
    guard let place = arguments.firstIndex(of: "--ready-descriptor") else { return arguments }
    return arguments[..<place] + arguments[place...].dropFirst(2) + [flag]
  }

  /// A command line without what says where the run begins.
  private static func withoutBeginning(_ own: [String]) -> [String] {
    var kept: [String] = []
    var isValue = false
    for argument in own {
      defer { isValue = ["--from", "--drop-state"].contains(argument) }
      let isBeginning =
        argument == "--fresh" || argument == "--from" || argument == "--drop-state"
        || argument.hasPrefix("--from=") || argument.hasPrefix("--drop-state=")
      if !isValue, !isBeginning { kept.append(argument) }
    }
    return kept
  }

  /// True if that command line starts a run in the background.
  static func isDetached(_ arguments: [String]) -> Bool { arguments.contains(flag) }

  /// Throws E476 if a sink writes where a run in the background has nobody to read.
  static func check(_ job: JobPlan) throws(WeirError) {
    guard let sink = job.standardOutputSink else { return }
    throw WeirError(
      "E476",
      "sink '\(sink)' writes to standard output",
      detail: "a run in the background has none",
      hint: "let it write to a file, or run without '--detach'",
      blame: .user
    )
  }

  private static func text(_ run: RunIdentity) -> String {
    """
    \(run.name) runs in the background, process \(run.process)
      weir status \(run.name)     how it does
      weir logs \(run.name)       what it says
      weir stop \(run.name)       ends it at a checkpoint

    """
  }
}
