import CZeroMQ
import Glibc
import WeirCore

extension ZeroMQSocket {
  /// Sends a copy of the bytes as one message, from a push or dealer socket.
  ///
  /// False if it cannot be sent now. Without a bound on the queue that means that there is no peer
  /// (any more), which is a fault of the channel. Just after a peer has gone a message may still be
  /// taken, and is then lost. Throws E206.
  package func send(_ bytes: UnsafeRawBufferPointer) throws(WeirError) -> Bool {
    try sent(zmq_send(handle, bytes.baseAddress, bytes.count, ZMQ_DONTWAIT))
  }

  /// Sends the bytes as one message without copying them, and takes them over, whatever happens.
  ///
  /// They must come from `malloc`, begin at its result, and not be touched again: they are freed
  /// on a thread of ZeroMQ when they have left, or here if they cannot be sent. Worth it from
  /// about 64 KiB on. Returns and throws as the other send does.
  package func send(owning buffer: UnsafeMutableRawBufferPointer) throws(WeirError) -> Bool {
    var message = zmq_msg_t()
    guard
      zmq_msg_init_data(&message, buffer.baseAddress, buffer.count, freeSentBytes, nil) == 0
    else {
      let number = zmq_errno()
      free(buffer.baseAddress)
      throw ZeroMQErrors.send(name, number)
    }
    return try send(&message)
  }

  /// Sends a message that was made, and gives it back to libzmq if it cannot be sent.
  func send(_ message: inout zmq_msg_t) throws(WeirError) -> Bool {
    let result = zmq_msg_send(&message, handle, ZMQ_DONTWAIT)
    readiness?.noteUse()
    guard result < 0 else { return true }
    let number = zmq_errno()
    zmq_msg_close(&message)
    if number == EAGAIN { return false }
    throw ZeroMQErrors.send(name, number)
  }

  /// Sends a copy of the bytes from a router socket to the peer of that identity.
  ///
  /// Throws E208 if no such peer is connected, otherwise E206; false if it cannot be sent now.
  package func send(
    _ bytes: UnsafeRawBufferPointer,
    to identity: String
  ) throws(WeirError) -> Bool {
    try send(bytes, to: Array(identity.utf8))
  }

  /// Sends a copy of the bytes from a router socket to the peer that it knows by these bytes, which
  /// it gave it itself if the peer has no name.
  ///
  /// Returns and throws as the other send does.
  package func send(
    _ bytes: UnsafeRawBufferPointer,
    to peer: [UInt8]
  ) throws(WeirError) -> Bool {
    precondition(kind == .router, "a \(kind) socket sends to its only peer, not to another")
    let begun = zmq_send(handle, peer, peer.count, ZMQ_DONTWAIT | ZMQ_SNDMORE)
    guard begun >= 0 else {
      let number = zmq_errno()
      // One that fails has taken notice of what has come, too.
      readiness?.noteUse()
      if number == EAGAIN { return false }
      if number == EHOSTUNREACH {
        throw ZeroMQErrors.unknownPeer(String(decoding: peer, as: UTF8.self), name)
      }
      throw ZeroMQErrors.send(name, number)
    }
    return try send(bytes)
  }

  /// Receives the next message, which has one part, on a pull or dealer socket.
  ///
  /// False if none is there; `message` is then empty. Throws E207, or E209 for a message of more
  /// parts, which is dropped: the next receive goes on behind it.
  package func receive(into message: ZeroMQMessage) throws(WeirError) -> Bool {
    guard try receivePart(into: message) else { return false }
    if message.hasMore {
      throw ZeroMQErrors.malformed(name, parts: 1 + (try dropParts(into: message)), expected: 1)
    }
    return true
  }

  /// Receives the next message on a router socket: who sent it, and what.
  ///
  /// False if none is there. Throws E207, or E209 for a message of more or fewer parts, which is
  /// dropped: the next receive goes on behind it.
  package func receive(
    into message: ZeroMQMessage,
    from identity: ZeroMQMessage
  ) throws(WeirError) -> Bool {
    precondition(kind == .router, "a \(kind) socket has no identities")
    guard try receivePart(into: identity) else { return false }
    guard identity.hasMore, try receivePart(into: message) else {
      throw ZeroMQErrors.malformed(name, parts: 0, expected: 1)
    }
    if message.hasMore {
      throw ZeroMQErrors.malformed(name, parts: 1 + (try dropParts(into: message)), expected: 1)
    }
    return true
  }

  private func sent(_ result: Int32) throws(WeirError) -> Bool {
    readiness?.noteUse()
    guard result < 0 else { return true }
    let number = zmq_errno()
    if number == EAGAIN { return false }
    throw ZeroMQErrors.send(name, number)
  }

  private func receivePart(into message: ZeroMQMessage) throws(WeirError) -> Bool {
    if let readiness, !readiness.mayReceive { return false }
    guard message.receive(from: handle) < 0 else { return true }
    let number = zmq_errno()
    guard number == EAGAIN else { throw ZeroMQErrors.receive(name, number) }
    readiness?.noteEmpty()
    return false
  }

  /// Receives the rest of a message that nobody wants and returns how many parts that was.
  private func dropParts(into message: ZeroMQMessage) throws(WeirError) -> Int {
    var count = 0
    while message.hasMore, try receivePart(into: message) { count += 1 }
    message.release()
    return count
  }
}

/// Frees bytes that were sent without a copy.
///
/// A function of the file and not a closure: a closure in isolated code inherits the isolation, and
/// libzmq's own thread, which calls this, would fail the check for it.
private func freeSentBytes(_ bytes: UnsafeMutableRawPointer?, _ hint: UnsafeMutableRawPointer?) {
  free(bytes)
}
