import Glibc
import Testing

/// A start of the built `weir`: its output goes to files, so that it never waits for a reader.
final class WeirProcess {
  /// How a process ended.
  enum End: Hashable, Sendable {
    case exited(Int32)
    case killed(Int32)
  }

  /// The executable under test, beside the program that runs the tests.
  static let executable: String = {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &room, room.count)
    precondition(count > 0, "this program has no path: error \(errno)")
    let path = String(decoding: room.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/weir"
  }()

  /// Deadlines are generous: they are for runs that hang, not for slow machines.
  static let patienceSeconds = 60.0

  /// Of the process that was started; with a `wrapper`, of that one.
  let id: pid_t
  private let folder: TestFolder
  private let number: Int
  private var ended: End?

  /// Starts `weir` with arguments in a folder.
  ///
  /// A wrapper is a command that starts what follows it, such as `setpriv`. Standard output goes to
  /// a file unless the path of a pipe is given. Throws if the program cannot be started.
  init(
    _ arguments: [String],
    in folder: TestFolder,
    wrapper: [String] = [],
    executable: String = WeirProcess.executable,
    environment: [String: String] = [:],
    output: String? = nil
  ) throws {
    let number = folder.nextNumber()
    let paths = ["out", "err"].map { Self.path($0, number, folder) }
    let command = wrapper + [executable] + arguments
    var variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder.path]
    variables["XDG_RUNTIME_DIR"] = folder.runtime
    for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output ?? paths[0], flags, 0o644)
    posix_spawn_file_actions_addopen(&actions, 2, paths[1], flags, 0o644)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var every = sigset_t()
    sigfillset(&every)
    posix_spawnattr_setsigdefault(&attributes, &every)
    posix_spawnattr_setpgroup(&attributes, 0)
    let wanted = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(wanted))
    var child: pid_t = 0
    let code = Self.withTexts(command) { words in
      Self.withTexts(variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) {
        posix_spawnp(&child, command[0], &actions, &attributes, words, $0)
      }
    }
    self.folder = folder
    self.number = number
    id = child
    try #require(code == 0, "\(command) does not start: error \(code)")
  }

  deinit {
    guard ended == nil else { return }
    // A test has failed half-way: what it started must not outlive it.
    kill(id, SIGKILL)
    var status: Int32 = 0
    waitpid(id, &status, 0)
  }

  private static func withTexts<Result>(
    _ texts: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  private static func path(_ stream: String, _ number: Int, _ folder: TestFolder) -> String {
    "\(folder.path)/.\(stream)-\(number)"
  }

  // MARK: Output

  var output: String { TestFolder.text(Self.path("out", number, folder)) }
  var errors: String { TestFolder.text(Self.path("err", number, folder)) }

  /// What `--format json` has printed.
  func summary() throws -> RunReport {
    let text = output.contains("\"stages\"") ? output : errors
    return try #require(RunReport(text), "no summary in \(output)\(errors)")
  }

  // MARK: Ends

  func send(_ signal: Int32) { kill(id, signal) }

  /// How it has ended; nil while it lives.
  func poll() -> End? {
    if let ended { return ended }
    var status: Int32 = 0
    guard waitpid(id, &status, WNOHANG) == id else { return nil }
    let signal = status & 0x7f
    ended = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    return ended
  }

  /// Waits for the end; nil, and an issue, if it does not come.
  @discardableResult
  func end(within seconds: Double = WeirProcess.patienceSeconds) -> End? {
    let came = Waiting.until(within: seconds) { self.poll() != nil }
    if !came {
      Issue.record("weir did not end within \(seconds) s: \(errors.suffix(2000))")
      kill(id, SIGKILL)
    }
    return ended
  }
}

/// Looking again and again for something that must come.
enum Waiting {
  /// True as soon as the condition holds; false if it does not within the time.
  static func until(
    within seconds: Double = WeirProcess.patienceSeconds,
    _ condition: () -> Bool
  ) -> Bool {
    let start = now()
    while !condition() {
      if now() - start > seconds { return false }
      // To look in vain all the time would take the processor from what is waited for.
      usleep(1_000)
    }
    return true
  }

  /// Seconds of the monotonic clock.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
