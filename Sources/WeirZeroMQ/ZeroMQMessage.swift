import CZeroMQ

/// A place into which messages are received one after the other, without copying them.
///
/// To keep a message, keep its object and receive the next one into another: small messages share
/// the memory in which they arrived, so a kept one can hold 8 KiB. One thread at a time.
package final class ZeroMQMessage {
  // On the heap because libzmq forbids moving a message, and bytes of small ones lie inside it.
  private let part: UnsafeMutablePointer<zmq_msg_t>

  /// A place that holds no bytes yet.
  package init() {
    part = .allocate(capacity: 1)
    zmq_msg_init(part)
  }

  deinit {
    zmq_msg_close(part)
    part.deallocate()
  }

  /// The bytes of the last message received, at any alignment.
  ///
  /// Valid until the next one is received into this object, `release()`, or its end.
  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: zmq_msg_data(part), count: zmq_msg_size(part))
  }

  /// Gives the memory of the message back, so that the object holds no bytes.
  package func release() {
    zmq_msg_close(part)
    zmq_msg_init(part)
  }

  /// Whether another part of the same message follows.
  var hasMore: Bool { zmq_msg_more(part) != 0 }

  /// Receives one part without waiting; -1 with the reason in `zmq_errno()`.
  func receive(from socket: UnsafeMutableRawPointer) -> Int32 {
    zmq_msg_recv(part, socket, ZMQ_DONTWAIT)
  }
}
