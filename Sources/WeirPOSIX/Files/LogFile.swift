import Glibc
import Synchronization
import WeirCore

/// A file of lines that never grows beyond a limit: when it has reached it, it takes the name
/// `PATH.1`, in place of the one that had it, and a new one begins.
///
/// Whatever cannot be written is lost: a log is no reason to stop.
package final class LogFile: Sendable {
  package let path: String
  /// For processes that are to write there too; they go on with the file of that time.
  package let descriptor: Int32
  private let mostBytes: Int64
  /// Descriptors that are to lead to the file, beside its own.
  private let followers = Mutex<[Int32]>([])

  /// Opens or makes the file, and writes at its end; throws E101.
  package init(_ path: String, mostBytes: Int64) throws(WeirError) {
    let descriptor = Self.open(path)
    guard descriptor >= 0 else { throw PosixErrors.open(path, errno) }
    self.path = path
    self.descriptor = descriptor
    self.mostBytes = mostBytes
  }

  deinit { close(descriptor) }

  /// Writes a text at the end.
  package func append(_ text: String) {
    followers.withLock { followers in
      var status = stat()
      if fstat(descriptor, &status) == 0, Int64(status.st_size) >= mostBytes { turn(followers) }
      var text = text
      text.withUTF8 { utf8 in _ = writeAll(UnsafeRawBufferPointer(utf8), to: descriptor) }
    }
  }

  /// Makes standard output and standard error of this process lead to the file from now on.
  package func takeStandardStreams() {
    followers.withLock { followers in
      followers = [STDOUT_FILENO, STDERR_FILENO]
      for follower in followers { dup2(descriptor, follower) }
    }
  }

  /// Begins a new file; where that cannot be done the old one grows.
  private func turn(_ followers: [Int32]) {
    guard rename(path, path + ".1") == 0 else { return }
    let new = Self.open(path)
    guard new >= 0 else { return }
    for follower in [descriptor] + followers { dup2(new, follower) }
    close(new)
    // What duplicating has cleared.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  private static func open(_ path: String) -> Int32 {
    Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
  }
}
