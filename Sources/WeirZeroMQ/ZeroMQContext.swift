import CZeroMQ
import Glibc
import WeirCore

/// ZeroMQ in this process: one background thread that moves bytes for all sockets made from it.
///
/// Make one a process. Sockets keep it alive; it ends after the last of them, which takes no time
/// unless a socket lingers.
package final class ZeroMQContext: Sendable {
  // libzmq lets any thread use a context; the pointer itself never changes.
  nonisolated(unsafe) let handle: UnsafeMutableRawPointer

  /// Starts ZeroMQ; throws E201.
  package init() throws(WeirError) {
    guard let handle = zmq_ctx_new() else { throw ZeroMQErrors.context(zmq_errno()) }
    // An instance may have thousands of channels, and one socket for each receiver.
    guard zmq_ctx_set(handle, ZMQ_MAX_SOCKETS, 16_384) == 0 else {
      let number = zmq_errno()
      zmq_ctx_term(handle)
      throw ZeroMQErrors.context(number)
    }
    self.handle = handle
  }

  deinit {
    while zmq_ctx_term(handle) != 0 && zmq_errno() == EINTR {}
  }
}
