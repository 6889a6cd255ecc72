import Glibc
import WeirColumns
import WeirCore

/// The folder in which the sockets of a run live, found from the run's state folder.
///
/// It is `$XDG_RUNTIME_DIR/weir/<hash>`, or `/tmp/weir-<uid>/<hash>` where the variable is not set
/// or names no folder of ours. The hash is 8 hexadecimal digits of the state folder's real path, so
/// that every command finds the run, from wherever it is called and through whatever link. A Unix
/// socket allows 107 bytes for its path, hence the short names.
package struct RunFolder: Sendable {
  /// The most bytes that the path of a Unix socket can have.
  package static let longestSocketPath = 107

  package let path: String

  /// Makes the folder ready for a new run: created, private, and empty.
  ///
  /// The lock must be the one of the run: it proves that the sockets thrown away here belong to
  /// nobody who lives. Throws E113 if sockets could not be made here, E110 if the folder is not
  /// ours alone, E107 to E109 and E116 if it cannot be made.
  package init(
    stateFolder: String,
    under lock: FileLock,
    runtimeFolder: String? = Self.environmentRuntimeFolder
  ) throws(WeirError) {
    let path = try Self.location(stateFolder: stateFolder, runtimeFolder: runtimeFolder)
    let longest = "\(path)/\(UInt32.max)".utf8.count
    guard longest <= Self.longestSocketPath else {
      throw PosixErrors.socketPathTooLong(path, bytes: longest, most: Self.longestSocketPath)
    }
    let above = Folder.parent(of: path)
    for folder in [above, path] {
      try Folder.create(folder, mode: 0o700)
      try Folder.checkPrivate(folder)
    }
    try Folder.empty(path)
    self.path = path
  }

  /// The ZeroMQ endpoint of one incarnation, or of the coordinator, which is number 0.
  package func endpoint(_ number: UInt32) -> String { "ipc://\(path)/\(number)" }

  /// The file in which one incarnation notes what it works on.
  package static func mark(_ number: UInt32, in path: String) -> String { "\(path)/\(number).mark" }

  /// The ZeroMQ endpoint at which the coordinator listens to commands.
  package var console: String { Self.console(in: path) }

  /// The endpoint at which a run listens to commands, given its folder.
  package static func console(in path: String) -> String { "ipc://\(path)/console" }

  /// The folders in which folders of runs of this user lie, whether they exist or not.
  ///
  /// A run may have been started where the variable was not set, such as by a timer.
  package static func parents(runtimeFolder: String? = environmentRuntimeFolder) -> [String] {
    let common = "/tmp/weir-\(geteuid())"
    guard let runtimeFolder, runtimeFolder.hasPrefix("/") else { return [common] }
    return ["\(runtimeFolder)/weir", common]
  }

  /// Where the folder of a run is, whether it exists or not; throws E116 without a state folder.
  package static func location(
    stateFolder: String,
    runtimeFolder: String? = environmentRuntimeFolder
  ) throws(WeirError) -> String {
    let name = hash(try Folder.realPath(stateFolder))
    // After `sudo` the variable may still name the folder of another user.
    var status = stat()
    if let runtimeFolder, runtimeFolder.hasPrefix("/"), stat(runtimeFolder, &status) == 0,
      status.st_uid == geteuid()
    {
      return "\(runtimeFolder)/weir/\(name)"
    }
    return "/tmp/weir-\(geteuid())/\(name)"
  }

  /// The value of `XDG_RUNTIME_DIR`.
  package static var environmentRuntimeFolder: String? {
    guard let value = getenv("XDG_RUNTIME_DIR") else { return nil }
    return String(cString: value)
  }

  private static func hash(_ path: String) -> String {
    let bytes = Array(path.utf8)
    // The hash reads up to 16 bytes past the start without using them.
    let padded = bytes + [UInt8](repeating: 0, count: 16)
    let hash = padded.withUnsafeBytes { buffer in
      buffer.baseAddress.map { KeyHash.bytes($0, bytes.count, KeyHash.defaultSeed) } ?? 0
    }
    let digits = String(UInt32(truncatingIfNeeded: hash), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
