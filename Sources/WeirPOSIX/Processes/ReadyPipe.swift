import CLinux
import Glibc
import WeirCore

/// The pipe by which a process that goes into the background tells the one that started it that it
/// is at work; if it ends before that, the pipe hangs up.
package final class ReadyPipe {
  /// To be handed to the child.
  package let writeEnd: Int32
  private let readEnd: Int32

  /// Makes the pipe; throws E123.
  package init() throws(WeirError) {
    var ends: [Int32] = [-1, -1]
    guard weir_pipe(&ends) == 0 else { throw PosixErrors.lifePipe(errno) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit { close(readEnd) }

  /// Waits until the child is ready, or has ended: false.
  ///
  /// Once, after the child was started.
  package func wait() -> Bool {
    close(writeEnd)
    var byte: UInt8 = 0
    while true {
      let count = read(readEnd, &byte, 1)
      if count < 0, errno == EINTR { continue }
      return count == 1
    }
  }

  /// Said by the child, once: it is at work.
  package static func tell(_ descriptor: Int32) {
    var byte: UInt8 = 1
    // Nobody reads when the starter was interrupted; the run goes on.
    _ = write(descriptor, &byte, 1)
    close(descriptor)
  }
}
