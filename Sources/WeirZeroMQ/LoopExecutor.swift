import CLinux
import Glibc
import Synchronization
import WeirCore
import WeirRuntime

/// One thread, one actor, one loop: runs the actor's jobs and waits for sockets and descriptors.
///
/// Each round of the loop waits in `ppoll` for its sources, runs the jobs that were queued
/// (`await` on the actor from anywhere), and takes one *turn*: a call with the sources that are
/// ready. The turn enters the actor with `assumeIsolated`, which costs no job and no hop:
///
/// ```swift
/// actor Instance {
///   nonisolated let loop: LoopExecutor
///   nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
///   func pump(_ ready: [LoopSource]) -> NextTurn { … }
/// }
/// loop.run { ready in instance.assumeIsolated { $0.pump(ready) } }
/// ```
///
/// The first turn comes at once, with nothing ready: that is where the actor makes its sockets, on
/// the thread that will use them. A turn does a bounded amount of work and asks for the next
/// `.now`.
///
/// The loop runs on a thread of its own (`start`, `join`) or on the calling one (`run`). The
/// coordinator needs the latter, on the main thread: its children ask the kernel for SIGKILL when
/// the *thread* that spawned them ends.
///
/// Pitfalls:
/// - A callback handed to C must be a function of a file. A closure written in isolated code is
///   isolated too, and traps when a thread of libzmq calls it.
/// - `assumeIsolated` cannot be called in async code; the turn is not async.
/// - Nothing in a turn or a job may block, on this loop least of all: it would wait for itself.
/// - Take a source out of the loop before it is closed. A closed descriptor is ready for ever, and
///   a closed socket stops the process.
/// - After the end no job runs any more: whoever still awaits the actor then waits for ever.
// Checked by hand: `jobs` is under its mutex, the atomics are atomics, and all else is touched by
// the loop's thread only, or before it starts, or after it was joined.
package final class LoopExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
  private struct Jobs {
    var queued: [UnownedJob] = []
    /// Whether the loop knows, or was told, of what is queued.
    var announced = false
  }

  package let name: String
  private let jobs = Mutex(Jobs())
  private let wakeDescriptor: Int32
  /// The thread of the loop, 0 while it does not run.
  private let owner = Atomic<UInt>(0)
  private var thread: pthread_t?

  private var runningJobs: [UnownedJob] = []
  private var polled: PollSet

  /// Makes a loop that does not run yet; throws E211.
  ///
  /// The name shows in errors and, up to 15 bytes and for a thread of its own, in `top -H`.
  package init(name: String) throws(WeirError) {
    let wake = weir_eventfd()
    guard wake >= 0 else { throw ZeroMQErrors.wakeDescriptor(name, errno) }
    self.name = name
    wakeDescriptor = wake
    polled = PollSet(wake: wake, name: name)
  }

  deinit { Glibc.close(wakeDescriptor) }

  // MARK: Running

  /// Runs the loop on the calling thread until a turn answers `.never`.
  package func run(_ turn: ([LoopSource]) -> NextTurn) {
    let (free, _) = owner.compareExchange(
      expected: 0,
      desired: UInt(pthread_self()),
      ordering: .acquiringAndReleasing
    )
    precondition(free, "the loop \"\(name)\" runs already")
    defer { owner.store(0, ordering: .releasing) }
    // By default the kernel may end a wait 50 us late, to wake for several things at once.
    weir_set_timer_slack(1)
    polled.clear()
    while true {
      runJobs()
      switch turn(polled.ready) {
      case .now: wait(nanoseconds: 0)
      case .at(let instant):
        // Compared first: what has always been over is further away than a number can say.
        let now = Self.monotonicNanoseconds()
        wait(nanoseconds: instant.nanoseconds > now ? instant.nanoseconds - now : 0)
      case .whenReady: wait(nanoseconds: nil)
      case .never:
        runJobs()
        return
      }
    }
  }

  /// Starts a thread that runs the loop; whoever starts it must `join` it.
  package func start(_ turn: @escaping @Sendable ([LoopSource]) -> NextTurn) {
    precondition(thread == nil, "the loop \"\(name)\" was started already")
    let start = Unmanaged.passRetained(ThreadStart(loop: self, turn: turn))
    var started = pthread_t()
    let failure = pthread_create(&started, nil, runLoopThread, start.toOpaque())
    precondition(failure == 0, "no thread for the loop \"\(name)\": error \(failure)")
    thread = started
  }

  /// Waits until the thread that was started has ended its loop.
  ///
  /// Not from the loop itself.
  package func join() {
    guard let thread else { return }
    precondition(!isCurrent, "the loop \"\(name)\" would wait for itself")
    pthread_join(thread, nil)
    self.thread = nil
  }

  /// Makes the loop turn soon, from any thread; several calls may give one turn.
  package func wake() { weir_eventfd_signal(wakeDescriptor) }

  /// Whether the calling thread is the one that runs the loop.
  package var isCurrent: Bool {
    owner.load(ordering: .acquiring) == UInt(pthread_self())
  }

  // MARK: Sources, on the loop's thread or before it runs

  /// Waits from now on for messages on a socket; throws E203.
  package func add(socket: ZeroMQSocket) throws(WeirError) -> LoopSource {
    preconditionCurrent()
    return polled.add(try socket.watch())
  }

  /// Waits from now on for events of a monitor; throws E203.
  package func add(monitor: ZeroMQMonitor) throws(WeirError) -> LoopSource {
    preconditionCurrent()
    return polled.add(try monitor.watch())
  }

  /// Waits from now on until a descriptor can be read, has hung up, or is in error.
  package func add(descriptor: Int32) -> LoopSource {
    preconditionCurrent()
    return polled.add(descriptor: descriptor)
  }

  /// Waits no longer for a source; one that is gone is ignored.
  ///
  /// O(sources).
  package func remove(_ source: LoopSource) {
    preconditionCurrent()
    polled.remove(source)
  }

  // MARK: Executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let queued = UnownedJob(job)
    let mustWake = jobs.withLock { jobs in
      jobs.queued.append(queued)
      if jobs.announced { return false }
      jobs.announced = true
      return true
    }
    // On its own thread the loop looks at the queue before it blocks.
    if mustWake && !isCurrent { wake() }
  }

  package func checkIsolated() {
    precondition(isCurrent, "not on the thread of the loop \"\(name)\"")
  }

  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  // MARK: The loop

  /// Runs what was queued before now; what these jobs queue waits for the next round, so that jobs
  /// that queue each other cannot keep the sockets waiting.
  private func runJobs() {
    jobs.withLock { jobs in
      swap(&jobs.queued, &runningJobs)
      jobs.announced = false
    }
    for job in runningJobs {
      job.runSynchronously(
        isolatedTo: asUnownedSerialExecutor(),
        taskExecutor: asUnownedTaskExecutor()
      )
    }
    runningJobs.removeAll(keepingCapacity: true)
  }

  /// Waits until something is ready or was queued, at most so many nanoseconds; nil: without end.
  private func wait(nanoseconds: Int64?) {
    // A job queued between this look and the poll writes to the wake-up descriptor, because it is
    // the first since `announced` was cleared; one queued before is seen here.
    let hasJobs = jobs.withLock { !$0.queued.isEmpty }
    let isWoken = polled.wait(nanoseconds: hasJobs ? 0 : nanoseconds)
    // Cleared before the queue is taken: a job that comes in between writes again or is taken.
    if isWoken { weir_eventfd_clear(wakeDescriptor) }
  }

  private func preconditionCurrent() {
    precondition(
      isCurrent || owner.load(ordering: .acquiring) == 0,
      "the sources of the loop \"\(name)\" were changed from another thread"
    )
  }

  private static func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// What a new thread is handed.
private final class ThreadStart {
  let loop: LoopExecutor
  let turn: @Sendable ([LoopSource]) -> NextTurn

  init(loop: LoopExecutor, turn: @escaping @Sendable ([LoopSource]) -> NextTurn) {
    self.loop = loop
    self.turn = turn
  }
}

private func runLoopThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  weir_set_thread_name(start.loop.name)
  start.loop.run(start.turn)
  return nil
}
