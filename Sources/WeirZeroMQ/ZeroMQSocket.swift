import CZeroMQ
import Glibc
import WeirCore

/// A socket with the settings that `Sockets and names` of the protocol asks for.
///
/// What follows from them:
/// - Nothing here waits. A send that ZeroMQ would make wait returns false, a receive without a
///   message returns false; readiness comes from a `LoopExecutor`.
/// - A connection that breaks is not made again (`RECONNECT_IVL -1`, but for `keepsLastWords`), so
///   nothing meant for the dead reaches their replacement. Close the socket and make a new one.
/// - Closing drops what has not left yet (`LINGER 0`), unless `lingerMilliseconds` says otherwise.
/// - Queues have no bound (`HWM 0`) unless `queuedMessages` gives one: the bound is the credit of the
///   channel. What is sent without a credit (signals, control) must be bounded by its sender.
/// - A PUSH with several peers deals messages out like cards: connect it to one.
///
/// One thread at a time. Make, use and close it on the thread of its actor.
package final class ZeroMQSocket {
  /// What a socket is for.
  package enum Kind: Sendable {
    /// Sends the frames of a channel to one receiver.
    case push
    /// Takes the frames of all channels of an instance.
    case pull
    /// The coordinator's side of control: knows its peers by identity.
    case router
    /// An instance's side of control.
    case dealer
  }

  /// What differs between sockets of one kind.
  package struct Options: Sendable {
    /// The name under which a ROUTER knows this DEALER, such as `declines/0#3`, 1 to 255 bytes.
    ///
    /// A ROUTER silently ignores a second peer of the same name, so never reuse one.
    package var identity: String?
    /// A peer that sends a longer message is cut off.
    package var largestMessageBytes: Int64?
    /// How long closing lets queued messages leave: the end of the process waits for it.
    package var lingerMilliseconds: Int32
    /// Messages that may wait at each peer in either direction, beyond which what is sent is dropped
    /// and what arrives waits at its sender; 0: no bound.
    package var queuedMessages: Int32
    /// Whether what a peer has said last can be received after it has gone.
    ///
    /// Without it, that is lost if the peer goes at once. The price is that the connection is tried
    /// again until the socket is closed.
    package var keepsLastWords: Bool

    package init(
      identity: String? = nil,
      largestMessageBytes: Int64? = nil,
      lingerMilliseconds: Int32 = 0,
      queuedMessages: Int32 = 0,
      keepsLastWords: Bool = false
    ) {
      self.identity = identity
      self.largestMessageBytes = largestMessageBytes
      self.lingerMilliseconds = lingerMilliseconds
      self.queuedMessages = queuedMessages
      self.keepsLastWords = keepsLastWords
    }
  }

  package let kind: Kind
  /// The endpoint bound or connected last; errors name it.
  package private(set) var name: String
  // The context must outlive its sockets.
  let context: ZeroMQContext
  private var open: UnsafeMutableRawPointer?
  /// Whether messages may be there; nil while no loop waits for the socket.
  private(set) var readiness: SocketReadiness?

  /// Makes a socket; throws E202 or E203.
  package init(
    _ kind: Kind,
    in context: ZeroMQContext,
    _ options: Options = Options()
  ) throws(WeirError) {
    let type =
      switch kind {
      case .push: ZMQ_PUSH
      case .pull: ZMQ_PULL
      case .router: ZMQ_ROUTER
      case .dealer: ZMQ_DEALER
      }
    guard let handle = zmq_socket(context.handle, type) else {
      throw ZeroMQErrors.socket(kind, zmq_errno())
    }
    self.kind = kind
    self.context = context
    self.open = handle
    self.name = options.identity ?? "\(kind)"
    // A throw from here on runs deinit, which closes the socket.
    try set(ZMQ_LINGER, "LINGER", options.lingerMilliseconds)
    // A connection that is not made again is taken away with all that was not received yet.
    if !options.keepsLastWords { try set(ZMQ_RECONNECT_IVL, "RECONNECT_IVL", Int32(-1)) }
    try set(ZMQ_SNDHWM, "SNDHWM", options.queuedMessages)
    try set(ZMQ_RCVHWM, "RCVHWM", options.queuedMessages)
    if kind == .router { try set(ZMQ_ROUTER_MANDATORY, "ROUTER_MANDATORY", Int32(1)) }
    if let limit = options.largestMessageBytes { try set(ZMQ_MAXMSGSIZE, "MAXMSGSIZE", limit) }
    if let identity = options.identity {
      let bytes = Array(identity.utf8)
      guard zmq_setsockopt(handle, ZMQ_ROUTING_ID, bytes, bytes.count) == 0 else {
        throw ZeroMQErrors.option("ROUTING_ID", name, zmq_errno())
      }
    }
  }

  deinit { close() }

  var isOpen: Bool { open != nil }

  /// What a loop polls to learn of messages; throws E203.
  func watch() throws(WeirError) -> SocketReadiness {
    let watched = try SocketReadiness(handle, name: name)
    readiness = watched
    return watched
  }

  /// The libzmq socket; using a closed one is our bug.
  var handle: UnsafeMutableRawPointer {
    guard let open else { preconditionFailure("the socket \"\(name)\" is closed") }
    return open
  }

  /// Binds to an endpoint such as `ipc:///run/user/1000/weir/1f2e3d4c/7`.
  ///
  /// Throws E212 if an `ipc` path exists, because libzmq would take it over from a live process
  /// without a word; otherwise E204.
  package func bind(_ endpoint: String) throws(WeirError) {
    name = endpoint
    if let path = Self.path(of: endpoint), access(path, F_OK) == 0 {
      throw ZeroMQErrors.taken(endpoint)
    }
    guard zmq_bind(handle, endpoint) == 0 else { throw ZeroMQErrors.bind(endpoint, zmq_errno()) }
  }

  /// Begins to connect to an endpoint that is already bound.
  ///
  /// Throws E213 if an `ipc` path does not exist, because such a connection would never be made;
  /// otherwise E205. Returning says nothing about the peer: a path left by a dead process is
  /// reported by a `ZeroMQMonitor` alone.
  package func connect(_ endpoint: String) throws(WeirError) {
    name = endpoint
    if let path = Self.path(of: endpoint), access(path, F_OK) != 0 {
      throw ZeroMQErrors.unbound(endpoint)
    }
    guard zmq_connect(handle, endpoint) == 0 else {
      throw ZeroMQErrors.connect(endpoint, zmq_errno())
    }
  }

  /// Closes the socket; a second time is allowed.
  ///
  /// Take it out of its loop first.
  package func close() {
    guard let open else { return }
    zmq_close(open)
    self.open = nil
    readiness = nil
  }

  private func set<Value: BitwiseCopyable>(
    _ option: Int32,
    _ optionName: String,
    _ value: Value
  ) throws(WeirError) {
    var value = value
    guard zmq_setsockopt(handle, option, &value, MemoryLayout<Value>.size) == 0 else {
      throw ZeroMQErrors.option(optionName, name, zmq_errno())
    }
  }

  /// The path behind an `ipc` endpoint; nil for others and for abstract names, which have none.
  private static func path(of endpoint: String) -> String? {
    guard endpoint.hasPrefix("ipc://") else { return nil }
    let path = endpoint.dropFirst(6)
    return path.hasPrefix("@") ? nil : String(path)
  }
}
