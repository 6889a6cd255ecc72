import Foundation
import WeirCore

/// Requests of commands and answers of coordinators as JSON texts, one object each.
///
///     {"kind":"stop","number":1,"reason":"drain","weir":1}
///     {"kind":"status","number":2,"status":{…},"weir":1}
///
/// `weir` is the version of the sender; `number` is the command's own and comes back in the answer.
/// Fields that are unknown are ignored, so a later version may add some; a kind that is unknown is
/// an error that names it and the version. A status is what `weir status --format json` prints.
enum ConsoleCodec {
  /// The version that messages carry.
  static let version = 1
  /// The longest request.
  static let mostRequestBytes = 64 << 10

  /// A request as it is sent.
  static func encode(_ request: ConsoleRequest, number: UInt64) -> [UInt8] {
    switch request {
    case .status: bytes(Message(kind: "status", number: number))
    case .stop(let reason): bytes(Message(kind: "stop", number: number, reason: reason.rawValue))
    case .checkpoint: bytes(Message(kind: "checkpoint", number: number))
    }
  }

  /// An answer as it is sent.
  static func encode(_ reply: ConsoleReply, number: UInt64) -> [UInt8] {
    switch reply {
    case .status(let status): bytes(Message(kind: "status", number: number, status: status))
    case .checkpoint(let epoch):
      bytes(Message(kind: "checkpoint", number: number, epoch: epoch.number))
    case .refused(let error): bytes(Message(kind: "refused", number: number, error: error))
    }
  }

  /// Reads a request, and the number that it carries.
  ///
  /// Throws E310 if it is damaged, E311 if its kind is unknown.
  static func request(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> (ConsoleRequest, UInt64) {
    let message = try message(bytes)
    switch message.kind {
    case "status": return (.status, message.number)
    case "stop":
      guard let reason = message.reason.flatMap({ StopReason(rawValue: $0) }) else {
        throw damaged(message.number, "'\(message.reason ?? "")' is no way to stop")
      }
      return (.stop(reason), message.number)
    case "checkpoint": return (.checkpoint, message.number)
    default: throw unknown(message)
    }
  }

  /// Reads an answer, and the number of the request that it is to.
  ///
  /// Throws E310 if it is damaged, E311 if its kind is unknown.
  static func reply(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> (ConsoleReply, UInt64) {
    let message = try message(bytes)
    switch message.kind {
    case "status":
      guard let status = message.status else { throw damaged(message.number, "no status") }
      return (.status(status), message.number)
    case "checkpoint":
      guard let epoch = message.epoch else { throw damaged(message.number, "no epoch") }
      return (.checkpoint(Epoch(epoch)), message.number)
    case "refused":
      guard let error = message.error else { throw damaged(message.number, "no error") }
      return (.refused(error), message.number)
    default: throw unknown(message)
    }
  }

  /// Why a message was not understood, and which one, as far as is known.
  struct Refusal: Error {
    var number: UInt64
    var error: WeirError
  }

  private struct Message: Codable {
    var weir = ConsoleCodec.version
    var kind: String
    var number: UInt64
    var reason: String?
    var epoch: UInt64?
    var status: JobStatus?
    var error: WeirError?
  }

  private static func bytes(_ message: Message) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let bytes = try? encoder.encode(message) else {
      preconditionFailure("'\(message.kind)' does not encode")
    }
    return Array(bytes)
  }

  private static func message(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Message {
    // Some messages of later versions have no form here, but their kind can be told.
    struct Envelope: Decodable {
      var weir: Int
      var kind: String
      var number: UInt64
    }
    let data = Data(bytes)
    let decoder = JSONDecoder()
    if let message = try? decoder.decode(Message.self, from: data) { return message }
    guard let envelope = try? decoder.decode(Envelope.self, from: data) else {
      throw damaged(0, "it is no message")
    }
    throw damaged(
      envelope.number,
      "'\(envelope.kind)' of version \(envelope.weir) has another form here"
    )
  }

  private static func damaged(_ number: UInt64, _ detail: String) -> Refusal {
    Refusal(
      number: number,
      error: WeirError(
        "E310",
        "reading a message of the console",
        detail: detail,
        hint: "use the version of weir that the run was started with",
        blame: .user
      )
    )
  }

  private static func unknown(_ message: Message) -> Refusal {
    Refusal(
      number: message.number,
      error: WeirError(
        "E311",
        "reading a message of the console",
        detail: "version \(message.weir) sent '\(message.kind)', which version \(version) does not "
          + "know",
        hint: "use the version of weir that the run was started with",
        blame: .user
      )
    )
  }
}
