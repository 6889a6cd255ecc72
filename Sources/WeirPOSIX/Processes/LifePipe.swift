import CLinux
import Glibc
import WeirCore

/// The pipe by which instances see that their coordinator lives: its write end is nowhere else.
///
/// The coordinator keeps the object and hands `readEnd` to every child. Nothing is ever written.
package final class LifePipe {
  /// To be handed to children; hung up, and so readable, once this process has ended.
  package let readEnd: Int32
  private let writeEnd: Int32

  /// Makes the pipe; throws E123.
  package init() throws(WeirError) {
    var ends: [Int32] = [-1, -1]
    guard weir_pipe(&ends) == 0 else { throw PosixErrors.lifePipe(errno) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }
}
