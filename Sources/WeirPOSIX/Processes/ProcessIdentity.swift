import CLinux
import Glibc
import WeirCore

/// What this process is.
package enum ProcessIdentity {
  /// The file to spawn for a process like this one.
  ///
  /// It stays the same program after the file was replaced or removed, as an upgrade does.
  package static let executable = "/proc/self/exe"

  /// The path of the program's file, for messages; throws E125.
  package static func executablePath() throws(WeirError) -> String {
    let room = Int(PATH_MAX)
    var path = [CChar](repeating: 0, count: room)
    let count = readlink(executable, &path, room)
    guard count >= 0 else { throw PosixErrors.process(errno) }
    return String(decoding: path.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package static var id: pid_t { getpid() }

  /// Whether this process is the first of a container: orphans then become its children.
  package static var isFirst: Bool { getpid() == 1 }

  /// Makes this process the first of a session of its own, without a terminal: neither Ctrl-C nor the
  /// end of the terminal reaches it.
  ///
  /// Not for one that leads a group already. `keeping` is not handed down to its children.
  package static func beginSession(keeping descriptor: Int32) {
    setsid()
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// Names the calling thread as `top` shows it, up to 15 bytes; for the main thread
  /// the whole process.
  package static func setName(_ name: String) { weir_set_thread_name(name) }

  /// The variables of the environment as they are now.
  ///
  /// Not while another thread changes them.
  package static var environment: [String: String] {
    var result: [String: String] = [:]
    var cursor = environ
    while let entry = cursor.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      cursor += 1
    }
    return result
  }
}
