import CZeroMQ
import Glibc
import Synchronization
import WeirCore

/// What becomes of the connections of one socket, to be polled in a loop beside it.
///
/// Make it before the socket binds or connects, on the socket's thread; close it, and take it out
/// of its loop, before the socket is closed.
package final class ZeroMQMonitor {
  /// What became of a connection.
  package enum Event: Sendable, Equatable {
    /// Both sides have agreed to talk.
    case connected
    /// The connection is over; with these sockets it does not come back.
    case disconnected
    /// It could not be made: nobody listens there, or somebody who does not speak ZeroMQ.
    case refused
  }

  private static let pairNumber = Atomic<UInt64>(0)

  private let watched: ZeroMQSocket
  private var pair: UnsafeMutableRawPointer?
  private let message = ZeroMQMessage()

  /// Watches a socket; throws E210.
  package init(_ socket: ZeroMQSocket) throws(WeirError) {
    watched = socket
    let number = Self.pairNumber.add(1, ordering: .relaxed).newValue
    let endpoint = "inproc://monitor-\(number)"
    let events =
      ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED
      | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
      | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
    guard zmq_socket_monitor(socket.handle, endpoint, Int32(events)) == 0 else {
      throw ZeroMQErrors.monitor(socket.name, zmq_errno())
    }
    pair = zmq_socket(socket.context.handle, ZMQ_PAIR)
    guard let pair, zmq_connect(pair, endpoint) == 0 else {
      throw ZeroMQErrors.monitor(socket.name, zmq_errno())
    }
  }

  deinit { close() }

  /// What a loop polls to learn of events; throws E203.
  func watch() throws(WeirError) -> SocketReadiness {
    try SocketReadiness(handle, name: watched.name)
  }

  /// The libzmq socket from which the events come.
  private var handle: UnsafeMutableRawPointer {
    guard let pair else { preconditionFailure("the monitor of \"\(watched.name)\" is closed") }
    return pair
  }

  /// The next event, nil if nothing more has happened; throws E210.
  package func next() throws(WeirError) -> Event? {
    // An event is two parts: a 16-bit number and a 32-bit value, then the endpoint.
    while try receivePart() {
      let number = message.bytes.count >= 2 ? message.bytes.loadUnaligned(as: UInt16.self) : 0
      if message.hasMore { _ = try receivePart() }
      switch Int32(number) {
      case Int32(ZMQ_EVENT_HANDSHAKE_SUCCEEDED): return .connected
      case Int32(ZMQ_EVENT_DISCONNECTED): return .disconnected
      case 0, Int32(ZMQ_EVENT_MONITOR_STOPPED): continue
      default: return .refused
      }
    }
    return nil
  }

  /// Stops watching; a second time is allowed.
  package func close() {
    guard let pair else { return }
    if watched.isOpen { zmq_socket_monitor(watched.handle, nil, 0) }
    var linger: Int32 = 0
    zmq_setsockopt(pair, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
    zmq_close(pair)
    self.pair = nil
  }

  private func receivePart() throws(WeirError) -> Bool {
    guard message.receive(from: handle) < 0 else { return true }
    let number = zmq_errno()
    if number == EAGAIN { return false }
    throw ZeroMQErrors.monitor(watched.name, number)
  }
}
