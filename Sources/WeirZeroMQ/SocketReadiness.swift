import CZeroMQ
import WeirCore

/// Whether a socket may have messages, known without asking libzmq each time.
///
/// A socket of libzmq has a descriptor that becomes readable when something has happened to it, and
/// stays so until the next call looks at what. Looking costs system calls: `zmq_poll` makes several
/// for each of its sockets in every round. But once a receive has found nothing, nothing will be
/// there before the descriptor becomes readable, unless a send on the same socket takes notice of
/// what has come. So a socket in a loop is asked only in these two cases.
final class SocketReadiness {
  // The socket outlives this object, which it owns.
  private let handle: UnsafeMutableRawPointer
  /// What to poll for reading.
  let descriptor: Int32
  /// False: no message is there, and the descriptor tells when that changes.
  private(set) var mayReceive = true
  private var isPolled = true

  /// Throws E203 if the socket does not say its descriptor.
  init(_ handle: UnsafeMutableRawPointer, name: String) throws(WeirError) {
    var descriptor: Int32 = -1
    var size = MemoryLayout<Int32>.size
    guard zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size) == 0 else {
      throw ZeroMQErrors.option("FD", name, zmq_errno())
    }
    self.handle = handle
    self.descriptor = descriptor
  }

  /// Notes that a receive has found nothing.
  func noteEmpty() { mayReceive = !isPolled }

  /// Notes that nobody polls the descriptor any more.
  func endPolling() {
    isPolled = false
    mayReceive = true
  }

  /// Notes that something else was done with the socket, which may have taken notice of messages.
  func noteUse() { mayReceive = true }

  /// Asks the socket whether a message is there.
  func look() -> Bool {
    var events: Int32 = 0
    var size = MemoryLayout<Int32>.size
    let result = zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size)
    // A socket that cannot say is received from, which throws.
    mayReceive = result != 0 || events & ZMQ_POLLIN != 0
    return mayReceive
  }
}
