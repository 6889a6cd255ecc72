import WeirCore
import WeirRuntime
import WeirZeroMQ

/// The coordinator's side of the console: a ROUTER in the folder of the run, which only its user may
/// enter.
final class ConsoleLink: ConsoleGateway {
  private let socket: ZeroMQSocket
  private let message = ZeroMQMessage()
  private let sender = ZeroMQMessage()

  /// Answers that may wait for a command that does not read them.
  private static let queuedMessages: Int32 = 64
  /// How long the last answers may take to leave.
  private static let lingerMilliseconds: Int32 = 500

  /// Listens; throws E202 to E204 or E212.
  init(at endpoint: String, context: ZeroMQContext, loop: LoopExecutor) throws(WeirError) {
    socket = try ZeroMQSocket(
      .router,
      in: context,
      ZeroMQSocket.Options(
        largestMessageBytes: Int64(ConsoleCodec.mostRequestBytes),
        lingerMilliseconds: Self.lingerMilliseconds,
        queuedMessages: Self.queuedMessages
      )
    )
    try socket.bind(endpoint)
    _ = try loop.add(socket: socket)
  }

  func receive() -> (ConsoleCaller, ConsoleRequest)? {
    while true {
      do throws(WeirError) {
        guard try socket.receive(into: message, from: sender) else { return nil }
      } catch {
        // Something that is no message of ours; the next one may be.
        continue
      }
      defer { message.release() }
      let peer = Array(sender.bytes)
      do throws(ConsoleCodec.Refusal) {
        let (request, number) = try ConsoleCodec.request(message.bytes)
        return (ConsoleCaller(peer: peer, number: number), request)
      } catch {
        send(.refused(error.error), to: ConsoleCaller(peer: peer, number: error.number))
      }
    }
  }

  func send(_ reply: ConsoleReply, to caller: ConsoleCaller) {
    let bytes = ConsoleCodec.encode(reply, number: caller.number)
    // A command that has gone, or does not read, misses its answer.
    try? bytes.span.withUnsafeBytes { raw throws(WeirError) in
      _ = try socket.send(raw, to: caller.peer)
    }
  }

  func close() { socket.close() }
}
