import Glibc
import WeirCore
import WeirPOSIX

/// Kills the coordinator of a run, with which all of its processes die, and starts the run again.
struct CoordinatorDrill {
  private let run: KnownRun
  /// How long the run may take to come back, in nanoseconds.
  private let timeout: Int64

  init(_ run: KnownRun, timeout: Int64) {
    self.run = run
    self.timeout = timeout
  }

  /// Kills, starts again with the same command, and waits until the run is at work.
  ///
  /// Throws E493 if the run is not at work, E494 if nobody could start it again as it was, E495 if it
  /// ends instead, and what the console throws.
  func hit() throws(WeirError) -> DrillResult {
    let id = run.identity.process
    guard let victim = try WatchedProcess(id, startTicks: run.identity.processStart) else {
      throw Self.ended(run, nil)
    }
    var origin = try ProcessOrigin(id)
    origin.arguments = DetachedRun.again(origin.arguments)
    let isDetached = DetachedRun.isDetached(origin.arguments)
    guard isDetached || origin.errors != nil && origin.output != nil else {
      throw Self.attached(run)
    }
    _ = try Drill(ConsoleClient(run), seed: 0, timeout: timeout).settled()
    var result = DrillResult(.coordinator, "coordinator", process: id, at: WallClock.now())
    let killed = MonotonicClock.now()
    try victim.send(SIGKILL)
    guard victim.waitForEnd(milliseconds: Int32(clamping: timeout / 1_000_000)) else {
      return result
    }
    let start = MonotonicClock.now()
    result.seenMicroseconds = (start.nanoseconds - killed.nanoseconds) / 1000
    let child = try origin.startAgain(ProcessIdentity.executable)
    result.restartMicroseconds = (start.nanoseconds - killed.nanoseconds) / 1000
    try watch(&result, child, from: start, killedAt: killed)
    return result
  }

  private func watch(
    _ result: inout DrillResult,
    _ child: ChildProcess,
    from start: Instant,
    killedAt killed: Instant
  ) throws(WeirError) {
    let patience = DrillPatience(nanoseconds: timeout)
    var client: ConsoleClient?
    var caughtUp: Instant?
    _ = try patience.first { () throws(WeirError) -> Bool? in
      if let end = try child.exitStatus(), end != .exited(code: 0) {
        throw Self.ended(run, origin(of: end))
      }
      if client == nil { client = try restarted() }
      guard let status = try client?.status(), let all = status.recoveries,
        let recovery = Recovery.joined(all.filter { $0.failures.isEmpty })
      else { return nil }
      result.take(recovery, from: start, killedAt: killed)
      guard result.hasRecovered else { return nil }
      let now = MonotonicClock.now()
      let since = caughtUp ?? now
      caughtUp = since
      let isComplete = result.withoutRows.isEmpty
      return isComplete || now.nanoseconds - since.nanoseconds > DrillLimits.rows ? true : nil
    }
  }

  /// The run that has taken the place of the killed one, once it can be asked.
  private func restarted() throws(WeirError) -> ConsoleClient? {
    let successor = RunDirectory.runs().first {
      $0.identity.stateFolder == run.identity.stateFolder
        && $0.identity.process != run.identity.process && $0.isAlive
    }
    return try successor.map { successor throws(WeirError) in try ConsoleClient(successor) }
  }

  // MARK: Faults

  private func origin(of end: ChildProcess.ExitStatus) -> String {
    switch end {
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "killed by signal \(number)"
    }
  }

  private static func attached(_ run: KnownRun) -> WeirError {
    WeirError(
      "E494",
      "the coordinator of '\(run.identity.name)' cannot be started again as it was",
      detail: "its output goes to a terminal or a pipe, which a new process cannot be given",
      hint: "start it with '--detach', or with its output in files",
      blame: .user
    )
  }

  private static func ended(_ run: KnownRun, _ detail: String?) -> WeirError {
    WeirError(
      "E495",
      "the run '\(run.identity.name)' did not go on after its coordinator was killed",
      detail: detail,
      hint: "start it by hand: it goes on from its last complete checkpoint, or says why it cannot"
    )
  }
}

extension Recovery {
  /// Several regions that start at the same time, as one; nil of none.
  static func joined(_ recoveries: [Recovery]) -> Recovery? {
    guard var all = recoveries.first else { return nil }
    for next in recoveries.dropFirst() {
      all.members += next.members
      all.toldAt = later(all.toldAt, next.toldAt)
      all.goAt = later(all.goAt, next.goAt)
    }
    return all
  }

  /// The later of two points; nil if one of them has not come.
  private static func later(_ first: Instant?, _ second: Instant?) -> Instant? {
    guard let first, let second else { return nil }
    return max(first, second)
  }
}
