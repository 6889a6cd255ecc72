import WeirCore
import WeirPOSIX
import WeirRuntime
import WeirWire
import WeirZeroMQ

/// The instance's side of control: a DEALER to the coordinator.
final class InstanceControlLink: InstanceControlGateway {
  private let socket: ZeroMQSocket
  private let message = ZeroMQMessage()

  /// How long the last words of a failed instance may take to leave.
  private static let lingerMilliseconds: Int32 = 500

  init(
    to endpoint: String,
    identity: String,
    context: ZeroMQContext,
    loop: LoopExecutor
  ) throws(WeirError) {
    socket = try ZeroMQSocket(
      .dealer,
      in: context,
      ZeroMQSocket.Options(
        identity: identity,
        lingerMilliseconds: Self.lingerMilliseconds
      )
    )
    try socket.connect(endpoint)
    _ = try loop.add(socket: socket)
  }

  func send(_ message: InstanceMessage) throws(WeirError) {
    let bytes = ControlCodec.encode(message)
    _ = try bytes.span.withUnsafeBytes { raw throws(WeirError) in try socket.send(raw) }
  }

  func receive() throws(WeirError) -> CoordinatorMessage? {
    guard try socket.receive(into: message) else { return nil }
    defer { message.release() }
    return try ControlCodec.coordinatorMessage(message.bytes)
  }

  func close() { socket.close() }
}
