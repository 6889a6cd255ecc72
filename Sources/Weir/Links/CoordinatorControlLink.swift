import WeirCore
import WeirRuntime
import WeirWire
import WeirZeroMQ

/// The coordinator's side of control: a ROUTER that knows instances by `stage/index#incarnation`.
final class CoordinatorControlLink: CoordinatorControlGateway {
  private let socket: ZeroMQSocket
  private let identities: [InstanceID: String]
  private let instances: [String: InstanceID]
  private let message = ZeroMQMessage()
  private let sender = ZeroMQMessage()

  init(
    at endpoint: String,
    members: [(InstanceID, Incarnation)],
    context: ZeroMQContext,
    loop: LoopExecutor
  ) throws(WeirError) {
    socket = try ZeroMQSocket(.router, in: context)
    try socket.bind(endpoint)
    _ = loop.add(socket: socket)
    var identities: [InstanceID: String] = [:]
    var instances: [String: InstanceID] = [:]
    for (instance, incarnation) in members {
      let identity = Self.identity(instance, incarnation)
      identities[instance] = identity
      instances[identity] = instance
    }
    self.identities = identities
    self.instances = instances
  }

  /// The name under which an incarnation of an instance speaks.
  static func identity(_ instance: InstanceID, _ incarnation: Incarnation) -> String {
    "\(instance)#\(incarnation.number)"
  }

  func send(_ message: CoordinatorMessage, to instance: InstanceID) throws(WeirError) {
    guard let identity = identities[instance] else { return }
    let bytes = ControlCodec.encode(message)
    _ = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
      try socket.send(raw, to: identity)
    }
  }

  func receive() throws(WeirError) -> (InstanceID, InstanceMessage)? {
    while try socket.receive(into: message, from: sender) {
      defer { message.release() }
      let identity = String(decoding: sender.bytes, as: UTF8.self)
      // A stranger on the socket is not of this run.
      guard let instance = instances[identity] else { continue }
      return (instance, try ControlCodec.instanceMessage(message.bytes))
    }
    return nil
  }

  func close() { socket.close() }
}
