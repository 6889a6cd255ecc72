import Glibc
import WeirCore

/// The right to be the only process that does something, such as to run a topology on its state.
///
/// It is the lock (`flock`) of an open file, and ends when the object or the process does. A child
/// that inherited the descriptor would hold the lock after its parent's death: the descriptor is
/// close-on-exec, and `ChildProcess` closes all others besides. Between its fork and that it does hold
/// it, which is waited for if its parent has died meanwhile. The file may be removed only by who
/// holds the lock: whoever had opened it before then finds that his lock is on a file without that
/// name, and takes it on the new one.
package final class FileLock {
  package let path: String
  private let descriptor: Int32

  /// Milliseconds that a lock is waited for which a dead process seems to hold.
  private static let mostPatience = 1000
  private static let pause = 5

  /// Takes the lock, which creates its file, without waiting for anybody who lives.
  ///
  /// Throws E111, naming the holder, if another process has it, otherwise E112.
  package init(_ path: String) throws(WeirError) {
    var descriptor = try Self.lock(path)
    while !Self.has(path, descriptor) {
      close(descriptor)
      descriptor = try Self.lock(path)
    }
    self.path = path
    self.descriptor = descriptor
    // Only for the message to whoever comes next; the lock does not depend on it.
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { pwrite(descriptor, text, text.count, 0) }
  }

  /// Opens the file and takes its lock, whatever name it has by then.
  private static func lock(_ path: String) throws(WeirError) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PosixErrors.lock(path, errno) }
    var waited = 0
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let number = errno
      if number == EINTR { continue }
      let holder = number == EWOULDBLOCK ? holder(descriptor) : nil
      let isDead = holder.flatMap { pid_t($0) }.map { ProcessSample($0) == nil } ?? false
      if isDead, waited < mostPatience {
        usleep(useconds_t(pause * 1000))
        waited += pause
        continue
      }
      close(descriptor)
      if number == EWOULDBLOCK { throw PosixErrors.locked(path, holder: holder) }
      throw PosixErrors.lock(path, number)
    }
    return descriptor
  }

  /// Whether an open file still has the path.
  private static func has(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0
      && FileIdentity(named) == FileIdentity(opened)
  }

  deinit {
    // Unlocked by name, because a child that another thread is about to start holds a copy of the
    // descriptor until its program begins.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func holder(_ descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let digits = bytes.prefix(count).prefix { (0x30...0x39).contains($0) }
    return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
  }
}
