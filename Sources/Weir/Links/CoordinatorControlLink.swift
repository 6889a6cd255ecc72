import WeirCore
import WeirRuntime
import WeirWire
import WeirZeroMQ

/// The coordinator's side of control: a ROUTER that knows processes by `#incarnation`.
final class CoordinatorControlLink: CoordinatorControlGateway {
  private let socket: ZeroMQSocket
  private let message = ZeroMQMessage()
  private let sender = ZeroMQMessage()

  init(
    at endpoint: String,
    context: ZeroMQContext,
    loop: LoopExecutor
  ) throws(WeirError) {
    socket = try ZeroMQSocket(.router, in: context)
    try socket.bind(endpoint)
    _ = try loop.add(socket: socket)
  }

  /// The name under which a process speaks, whatever instance it is or will be.
  static func identity(_ process: Incarnation) -> String { "#\(process.number)" }

  func send(_ message: CoordinatorMessage, to process: Incarnation) throws(WeirError) {
    let identity = Self.identity(process)
    let bytes = ControlCodec.encode(message)
    _ = try bytes.span.withUnsafeBytes { raw throws(WeirError) in
      try socket.send(raw, to: identity)
    }
  }

  func receive() throws(WeirError) -> (Incarnation, InstanceMessage)? {
    while try socket.receive(into: message, from: sender) {
      defer { message.release() }
      let identity = String(decoding: sender.bytes, as: UTF8.self)
      // A stranger on the socket is not of this run.
      guard identity.utf8.first == UInt8(ascii: "#"), let number = UInt32(identity.dropFirst())
      else { continue }
      return (Incarnation(number), try ControlCodec.instanceMessage(message.bytes))
    }
    return nil
  }

  func close() { socket.close() }
}
