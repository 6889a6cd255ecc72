import Glibc
import WeirCore

/// Every fault that files, processes and terminals can report: codes E101 to E127, never reused.
package enum PosixErrors {
  // MARK: Files

  static func open(_ path: String, _ number: Int32) -> WeirError {
    fault("E101", "cannot open \"\(path)\"", number)
  }

  static func read(_ path: String, _ number: Int32) -> WeirError {
    fault("E102", "cannot read \"\(path)\"", number)
  }

  static func write(_ path: String, _ number: Int32) -> WeirError {
    fault("E103", "cannot write to \"\(path)\"", number)
  }

  static func sync(_ path: String, _ number: Int32) -> WeirError {
    fault("E104", "cannot make \"\(path)\" durable", number)
  }

  /// Whether that is what a file gives of which the system may have dropped bytes.
  package static func isFileLost(_ error: WeirError) -> Bool { error.code == "E104" }

  static func rename(_ path: String, to target: String, _ number: Int32) -> WeirError {
    fault("E105", "cannot rename \"\(path)\" to \"\(target)\"", number)
  }

  static func taken(_ path: String, _ attempt: String) -> WeirError {
    WeirError(
      "E106",
      "cannot \(attempt) \"\(path)\"",
      detail: "the name is taken",
      hint: "move the file away, or write to another place",
      blame: .user
    )
  }

  /// Whether that is what a name gives that another file has.
  package static func isTaken(_ error: WeirError) -> Bool { error.code == "E106" }

  static func createFolder(_ path: String, _ number: Int32) -> WeirError {
    fault("E107", "cannot create the folder \"\(path)\"", number)
  }

  static func list(_ path: String, _ number: Int32) -> WeirError {
    fault("E108", "cannot list the folder \"\(path)\"", number)
  }

  static func remove(_ path: String, _ number: Int32) -> WeirError {
    fault("E109", "cannot remove \"\(path)\"", number)
  }

  static func notPrivate(_ path: String, _ reason: String) -> WeirError {
    WeirError(
      "E110",
      "cannot use the folder \"\(path)\" for a run",
      detail: reason,
      hint: "it must be a folder of your own that nobody else can enter: remove it, or `chmod 700`",
      blame: .user
    )
  }

  static func locked(_ path: String, holder: String?) -> WeirError {
    WeirError(
      "E111",
      "cannot take the lock \"\(path)\"",
      detail: holder.map { "process \($0) holds it" } ?? "another process holds it",
      hint: "the same topology runs already with this state folder: stop it first",
      blame: .user
    )
  }

  static func lock(_ path: String, _ number: Int32) -> WeirError {
    fault("E112", "cannot take the lock \"\(path)\"", number)
  }

  static func socketPathTooLong(_ path: String, bytes: Int, most: Int) -> WeirError {
    WeirError(
      "E113",
      "cannot make sockets in \"\(path)\"",
      detail: "their paths would have \(bytes) bytes and the system allows \(most)",
      hint: "set XDG_RUNTIME_DIR to a folder with a shorter path",
      blame: .user
    )
  }

  static func notRegular(_ path: String) -> WeirError {
    WeirError(
      "E114",
      "cannot read \"\(path)\"",
      detail: "it is not a regular file",
      hint: "a folder needs a pattern such as \"\(path)/*\"; a pipe cannot be read twice",
      blame: .user
    )
  }

  static func nameNotText(_ folder: String, _ name: String) -> WeirError {
    WeirError(
      "E115",
      "cannot list the folder \"\(folder)\"",
      detail: "the name \"\(name)\" in it is not valid UTF-8",
      hint: "rename that file",
      blame: .user
    )
  }

  static func resolve(_ path: String, _ number: Int32) -> WeirError {
    fault("E116", "cannot find the real path of \"\(path)\"", number)
  }

  static func inspect(_ path: String, _ number: Int32) -> WeirError {
    fault("E117", "cannot look at \"\(path)\"", number)
  }

  // MARK: Processes

  static func spawn(_ executable: String, _ number: Int32) -> WeirError {
    fault("E118", "cannot start the process \"\(executable)\"", number)
  }

  static func watch(_ process: pid_t, _ number: Int32) -> WeirError {
    fault("E119", "cannot watch process \(process)", number)
  }

  static func signal(_ signal: Int32, _ process: pid_t, _ number: Int32) -> WeirError {
    fault("E120", "cannot send signal \(signal) to process \(process)", number)
  }

  static func parentGone() -> WeirError {
    WeirError(
      "E121",
      "cannot begin",
      detail: "the coordinator that started this process has ended",
      hint: "instances are started by `weir run`, never by hand"
    )
  }

  static func parentDeath(_ number: Int32) -> WeirError {
    fault("E122", "cannot tie this process to the life of its coordinator", number)
  }

  static func lifePipe(_ number: Int32) -> WeirError {
    fault("E123", "cannot make the pipe that ties instances to their coordinator", number)
  }

  static func signals(_ number: Int32) -> WeirError {
    fault("E124", "cannot listen for signals", number)
  }

  static func process(_ number: Int32) -> WeirError {
    fault("E125", "cannot find out about this process", number)
  }

  // MARK: Terminal

  static func readerGone(_ name: String) -> WeirError {
    WeirError(
      "E126",
      "cannot write to \(name)",
      detail: "whoever read it has gone",
      blame: .user
    )
  }

  /// Whether that is what writing to a pipe gives whose reader has gone.
  package static func isReaderGone(_ error: WeirError) -> Bool { error.code == "E126" }

  static func terminal(_ name: String, _ number: Int32) -> WeirError {
    fault("E127", "cannot write to \(name)", number)
  }

  // MARK: What an error number means

  private static func fault(_ code: String, _ message: String, _ number: Int32) -> WeirError {
    var error = WeirError(code, message, detail: String(cString: strerror(number)))
    switch number {
    case EMFILE:
      error.hint = "this process may open \(openFilesLimit()) files: raise `ulimit -n`"
    case ENFILE:
      error.hint = "the whole system may open no more files: raise `sysctl fs.file-max`"
      error.recovery = .retry
    case ENOSPC:
      error.hint = "the file system is full (see `df -h` and `df -i`): free some space"
    case EDQUOT:
      error.hint = "your quota is used up: free some space"
    case EROFS:
      error.hint = "the file system is mounted read-only"
    case EACCES, EPERM:
      error.hint = "you run as user \(geteuid()): see who may do that with `ls -ld`"
      error.blame = .user
    case ENOENT, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG:
      error.blame = .user
    case EAGAIN, ENOMEM:
      error.hint = "the system is short of memory or of processes (see `ulimit -u`)"
      error.recovery = .retry
    case EIO, ESTALE, ETIMEDOUT:
      error.recovery = .restart
    default:
      break
    }
    return error
  }

  private static func openFilesLimit() -> UInt64 {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(limit.rlim_cur)
  }
}
