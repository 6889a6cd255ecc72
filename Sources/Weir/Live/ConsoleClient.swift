import Glibc
import WeirCore
import WeirPOSIX
import WeirZeroMQ

/// A command's side of the console: asks the coordinator of a run, and waits for its answers.
///
/// One thread at a time.
final class ConsoleClient {
  let run: KnownRun
  private let coordinator: WatchedProcess
  private let loop: LoopExecutor
  private let socket: ZeroMQSocket
  private let life: LoopSource
  private let message = ZeroMQMessage()
  private var lastNumber: UInt64 = 0
  /// Until when last words may arrive; nil while the coordinator lives.
  private var graceEnds: Instant?

  /// How long a coordinator may take to answer, in nanoseconds.
  private static let patienceNanoseconds: Int64 = 5_000_000_000

  /// How long the last words of a process may take to be read after its end, in nanoseconds.
  private static let graceNanoseconds: Int64 = 300_000_000

  /// Connects to a run; throws E473 if it has ended, and what sockets throw.
  init(_ run: KnownRun) throws(WeirError) {
    let identity = run.identity
    guard
      let coordinator = try WatchedProcess(identity.process, startTicks: identity.processStart)
    else { throw Self.gone(run) }
    self.run = run
    self.coordinator = coordinator
    loop = try LoopExecutor(name: "console")
    // The answer to a stop comes when the coordinator is about to go.
    socket = try ZeroMQSocket(
      .dealer,
      in: ZeroMQContext(),
      ZeroMQSocket.Options(keepsLastWords: true)
    )
    do throws(WeirError) {
      try socket.connect(RunFolder.console(in: run.folder))
    } catch {
      // The folder of a run that ends goes before its process does.
      throw error.code == "E213" ? Self.gone(run) : error
    }
    _ = try loop.add(socket: socket)
    life = loop.add(descriptor: coordinator.descriptor)
  }

  /// Asks, and waits for the answer: for ever without a time.
  ///
  /// Throws E473 if the run ends without an answer, E474 if it does not answer in time, E310 or E311
  /// if it speaks otherwise, and the error of a request that is refused.
  private func ask(
    _ request: ConsoleRequest,
    withinNanoseconds time: Int64?
  ) throws(WeirError) -> ConsoleReply {
    lastNumber += 1
    let bytes = ConsoleCodec.encode(request, number: lastNumber)
    let isSent = try bytes.span.withUnsafeBytes { raw throws(WeirError) in try socket.send(raw) }
    guard isSent else { throw Self.gone(run) }
    let deadline = time.map { MonotonicClock.now().advanced(byNanoseconds: $0) }
    let reply = try answer(to: lastNumber, by: deadline)
    if case .refused(let error) = reply { throw error }
    return reply
  }

  /// The answer to a request that is answered by a status.
  private func askStatus(
    _ request: ConsoleRequest,
    withinNanoseconds time: Int64?
  ) throws(WeirError) -> JobStatus {
    guard case .status(let status) = try ask(request, withinNanoseconds: time) else {
      throw Self.otherAnswer
    }
    return status
  }

  private static var otherAnswer: WeirError {
    WeirError(
      "E311",
      "reading a message of the console",
      detail: "it answers another request than was made",
      hint: "use the version of weir that the run was started with",
      blame: .user
    )
  }

  /// What the run tells of itself now; throws as `ask` does.
  func status() throws(WeirError) -> JobStatus {
    try askStatus(.status, withinNanoseconds: Self.patienceNanoseconds)
  }

  /// Lets the run take a checkpoint now, and waits until its output is visible; returns its epoch.
  ///
  /// Throws as `ask` does, and why the checkpoint has failed.
  func checkpoint() throws(WeirError) -> Epoch {
    _ = try status()
    guard case .checkpoint(let epoch) = try ask(.checkpoint, withinNanoseconds: nil) else {
      throw Self.otherAnswer
    }
    return epoch
  }

  /// Waits for so long, or until the run has ended.
  func wait(nanoseconds: Int64) {
    _ = coordinator.waitForEnd(milliseconds: Int32(clamping: nanoseconds / 1_000_000))
  }

  /// How a run has ended that was to be stopped.
  enum End {
    /// So it says itself.
    case told(JobStatus)
    /// By itself, before it heard of the request.
    case unheard
    /// It did not answer, and was to end at once.
    case killed
  }

  /// Stops the run, and waits until its process has ended: one that does not answer is killed if it is
  /// to end at once.
  ///
  /// Throws E475 if its coordinator died, and as `ask` does.
  func stop(_ reason: StopReason) throws(WeirError) -> End {
    do throws(WeirError) {
      _ = try status()
    } catch {
      guard error.code != Self.goneCode else { return .unheard }
      guard error.code == Self.silentCode, reason == .now else { throw error }
      try coordinator.send(SIGKILL)
      _ = coordinator.waitForEnd(milliseconds: -1)
      return .killed
    }
    var last: JobStatus?
    do throws(WeirError) {
      last = try askStatus(.stop(reason), withinNanoseconds: nil)
    } catch {
      guard error.code == Self.goneCode else { throw error }
    }
    _ = coordinator.waitForEnd(milliseconds: -1)
    // One that ends in good order takes its folder away.
    if last == nil, RunDirectory.known(run.folder) == run { throw Self.died(run) }
    return last.map { .told($0) } ?? .unheard
  }

  private func answer(to number: UInt64, by deadline: Instant?) throws(WeirError) -> ConsoleReply {
    var result: Result<ConsoleReply, WeirError>?
    loop.run { ready in
      do throws(WeirError) {
        if let reply = try receive(number) {
          result = .success(reply)
          return .never
        }
        if ready.contains(life) {
          // For ever readable from now on.
          loop.remove(life)
          graceEnds = MonotonicClock.now().advanced(byNanoseconds: Self.graceNanoseconds)
        }
        let now = MonotonicClock.now()
        if let graceEnds, now >= graceEnds { throw Self.gone(run) }
        if let deadline, now >= deadline { throw Self.silent(run) }
      } catch {
        result = .failure(error)
        return .never
      }
      return [graceEnds, deadline].compactMap { $0 }.min().map { .at($0) } ?? .whenReady
    }
    guard let result else { throw Self.gone(run) }
    return try result.get()
  }

  /// The answer to a request, if it is there; answers that came too late are dropped.
  private func receive(_ number: UInt64) throws(WeirError) -> ConsoleReply? {
    while try socket.receive(into: message) {
      defer { message.release() }
      do throws(ConsoleCodec.Refusal) {
        let (reply, answered) = try ConsoleCodec.reply(message.bytes)
        if answered == number { return reply }
      } catch {
        throw error.error
      }
    }
    return nil
  }

  private static let goneCode = "E473"
  private static let silentCode = "E474"

  private static func gone(_ run: KnownRun) -> WeirError {
    WeirError(
      goneCode,
      "the run '\(run.identity.name)' has ended",
      detail: "process \(run.identity.process) does not live any more",
      hint: "'weir logs \(run.identity.topology)' tells how",
      recovery: .stop
    )
  }

  private static func died(_ run: KnownRun) -> WeirError {
    WeirError(
      "E475",
      "the run '\(run.identity.name)' ended without a word",
      detail: "process \(run.identity.process) was killed, or died, while it was to stop",
      hint: "the next 'weir run' goes on from the last complete checkpoint"
    )
  }

  private static func silent(_ run: KnownRun) -> WeirError {
    WeirError(
      silentCode,
      "the run '\(run.identity.name)' does not answer",
      detail: "process \(run.identity.process) lives",
      hint: "it may be stopped, or very busy: try again, or look at it with 'top'",
      recovery: .retry
    )
  }
}
