import CLinux
import Glibc
import WeirCore

/// A process that this one has started and must collect.
///
/// One thread at a time.
///
/// `descriptor` (a pidfd) becomes readable when the process has ended, so it can be polled in a
/// loop; `exitStatus()` then collects it. A child that was killed for its parent's death is tied to
/// the *thread* that spawned it: spawn from one that lives as long as the process.
package final class ChildProcess {
  /// How a process ended.
  package enum ExitStatus: Hashable, Sendable {
    case exited(code: Int32)
    case signalled(number: Int32)
  }

  /// A descriptor of ours and the number that it has in the child.
  package struct Inherited: Sendable {
    package var source: Int32
    package var target: Int32

    package init(_ source: Int32, as target: Int32) {
      self.source = source
      self.target = target
    }
  }

  package let id: pid_t
  /// Readable, without end, once the process has ended; closed with this object.
  package let descriptor: Int32
  private var status: ExitStatus?

  private init(id: pid_t, descriptor: Int32) {
    self.id = id
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Starts a process.
  ///
  /// The child has the standard output and error of this process, the descriptors given and no
  /// others; its standard input is empty unless one is given for 0. Its signals are unblocked and
  /// do what they do by default.
  ///
  /// - Parameters:
  ///   - executable: The file to run; no search is made.
  ///   - arguments: All of them: the first is what `ps` shows for the name of the program.
  ///   - environment: The whole environment, or nil for that of this process.
  ///   - descriptors: What to hand down; the targets must differ.
  ///   - inOwnGroup: Whether Ctrl-C at the terminal, which goes to a whole process group, spares
  ///     it.
  /// - Returns: The running child, to be kept until it has ended.
  /// - Throws: E118 if it cannot be started, E119 if it cannot be watched (it is then ended).
  package static func spawn(
    executable: String,
    arguments: [String],
    environment: [String: String]? = nil,
    descriptors: [Inherited] = [],
    inOwnGroup: Bool = true
  ) throws(WeirError) -> ChildProcess {
    var process: pid_t = 0
    let failure = SpawnRequest(descriptors: descriptors, inOwnGroup: inOwnGroup).spawn(
      &process,
      executable: executable,
      arguments: arguments,
      environment: environment ?? ProcessIdentity.environment
    )
    guard failure == 0 else { throw PosixErrors.spawn(executable, failure) }
    // Nobody else waits for our children, so the number is still that of this child, even if it
    // has ended by now.
    let descriptor = weir_pidfd_open(process)
    guard descriptor >= 0 else {
      let number = errno
      Glibc.kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      throw PosixErrors.watch(process, number)
    }
    return ChildProcess(id: process, descriptor: descriptor)
  }

  /// How the process ended, nil while it runs; never waits.
  ///
  /// The first answer collects it.
  ///
  /// Throws E119 if somebody else has collected it.
  package func exitStatus() throws(WeirError) -> ExitStatus? {
    if let status { return status }
    var word: Int32 = 0
    var result: pid_t
    repeat { result = waitpid(id, &word, WNOHANG) } while result < 0 && errno == EINTR
    guard result >= 0 else { throw PosixErrors.watch(id, errno) }
    guard result == id else { return nil }
    // The low 7 bits are the signal, the next byte is the exit code.
    let signal = word & 0x7f
    status = signal == 0 ? .exited(code: (word >> 8) & 0xff) : .signalled(number: signal)
    return status
  }

  /// Waits for the end of the process; throws E119.
  package func waitForEnd() throws(WeirError) -> ExitStatus {
    while true {
      if let status = try exitStatus() { return status }
      var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      poll(&item, 1, -1)
    }
  }

  /// Sends a signal; to a process that has ended it does nothing.
  ///
  /// Throws E120.
  ///
  /// It can never reach another process that was given the same number later.
  package func kill(_ signal: Int32) throws(WeirError) {
    guard weir_pidfd_send_signal(descriptor, signal) != 0 else { return }
    let number = errno
    if number != ESRCH { throw PosixErrors.signal(signal, id, number) }
  }
}

/// What `posix_spawn` is asked besides what to run.
private struct SpawnRequest {
  let descriptors: [ChildProcess.Inherited]
  let inOwnGroup: Bool

  /// Spawns and returns 0, or the error number.
  func spawn(
    _ process: inout pid_t,
    executable: String,
    arguments: [String],
    environment: [String: String]
  ) -> Int32 {
    let names = environment.keys.sorted()
    var argumentPointers = arguments.map { strdup($0) } + [nil]
    var environmentPointers = names.map { strdup("\($0)=\(environment[$0] ?? "")") } + [nil]
    defer {
      for pointer in argumentPointers + environmentPointers { free(pointer) }
    }
    // A target may be the number of another source: all sources first move out of the way.
    let firstFree = (descriptors.map(\.target).max() ?? 2) + 1
    var staged: [Int32] = []
    defer {
      for descriptor in staged { close(descriptor) }
    }
    for descriptor in descriptors {
      let copy = fcntl(descriptor.source, F_DUPFD_CLOEXEC, max(firstFree, 3))
      guard copy >= 0 else { return errno }
      staged.append(copy)
    }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    addActions(&actions, staged, firstFree: max(firstFree, 3))

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    addAttributes(&attributes)
    return posix_spawn(
      &process,
      executable,
      &actions,
      &attributes,
      &argumentPointers,
      &environmentPointers
    )
  }

  private func addActions(
    _ actions: inout posix_spawn_file_actions_t,
    _ staged: [Int32],
    firstFree: Int32
  ) {
    let targets = descriptors.map(\.target)
    if !targets.contains(0) {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    for (copy, target) in zip(staged, targets) {
      posix_spawn_file_actions_adddup2(&actions, copy, target)
    }
    for number in 3..<firstFree where !targets.contains(number) {
      posix_spawn_file_actions_addclose(&actions, number)
    }
    weir_spawn_close_from(&actions, firstFree)
  }

  private func addAttributes(_ attributes: inout posix_spawnattr_t) {
    var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    if inOwnGroup {
      flags |= Int16(POSIX_SPAWN_SETPGROUP)
      posix_spawnattr_setpgroup(&attributes, 0)
    }
    posix_spawnattr_setflags(&attributes, flags)
  }
}
