import CZeroMQ
import Glibc
import WeirCore

extension ZeroMQSocket {
  /// Sends the bytes as one message without copying them; `owner` keeps them alive until they left.
  ///
  /// The bytes must not change meanwhile; the owner is let go on a thread of ZeroMQ. Returns and
  /// throws as the other sends do.
  package func send(
    _ bytes: UnsafeRawBufferPointer,
    keeping owner: any AnyObject & Sendable
  ) throws(WeirError) -> Bool {
    var message = zmq_msg_t()
    let kept = Unmanaged.passRetained(owner as AnyObject)
    // ZeroMQ takes a mutable pointer and does not write through it.
    let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    guard
      zmq_msg_init_data(&message, start, bytes.count, releaseOwner, kept.toOpaque()) == 0
    else {
      let number = zmq_errno()
      kept.release()
      throw ZeroMQErrors.send(name, number)
    }
    return try send(&message)
  }
}

/// Called by ZeroMQ, on a thread of its own, when a message has left.
private func releaseOwner(_ data: UnsafeMutableRawPointer?, _ owner: UnsafeMutableRawPointer?) {
  guard let owner else { return }
  Unmanaged<AnyObject>.fromOpaque(owner).release()
}
