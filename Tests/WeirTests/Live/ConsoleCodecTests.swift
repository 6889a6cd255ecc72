import Testing
import WeirCore

@testable import Weir

struct ConsoleCodecTests {
  private static let requests: [ConsoleRequest] =
    [.status, .checkpoint] + StopReason.allCases.map { .stop($0) }

  private static func refusal(_ text: String) -> ConsoleCodec.Refusal? {
    Array(text.utf8).withUnsafeBytes { bytes in
      do throws(ConsoleCodec.Refusal) {
        _ = try ConsoleCodec.request(bytes)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func `a request is read as it was written, with its number`() throws {
    for (number, request) in Self.requests.enumerated() {
      let bytes = ConsoleCodec.encode(request, number: UInt64(number))
      let (read, readNumber) = try bytes.withUnsafeBytes { try ConsoleCodec.request($0) }
      #expect(read == request)
      #expect(readNumber == UInt64(number))
    }
  }

  @Test func `an answer is read as it was written, with its number`() throws {
    var ended = SampleStatus.status()
    ended.outcome = .stopped
    ended.failure = ended.incidents.last
    let error = WeirError("E310", "reading", detail: "a \"word\"", hint: "none")
    let replies: [ConsoleReply] = [
      .refused(error), .status(SampleStatus.status()), .status(ended), .checkpoint(Epoch(12)),
    ]
    for reply in replies {
      let bytes = ConsoleCodec.encode(reply, number: .max)
      let (read, number) = try bytes.withUnsafeBytes { try ConsoleCodec.reply($0) }
      #expect(read == reply)
      #expect(number == .max)
    }
  }

  @Test func `a request is one small object with its version`() {
    let text = String(decoding: ConsoleCodec.encode(.stop(.drain), number: 3), as: UTF8.self)
    #expect(text == #"{"kind":"stop","number":3,"reason":"drain","weir":1}"#)
  }

  @Test func `what is not understood is refused under the number that it carries`() {
    #expect(Self.refusal(#"{"kind":"status","number":1,"weir":9,"new":[1]}"#) == nil)
    let unknown = Self.refusal(#"{"kind":"fly","number":5,"weir":9}"#)
    #expect(unknown?.number == 5)
    #expect(unknown?.error.code == "E311")
    #expect(unknown?.error.detail?.contains("version 9 sent 'fly'") == true)
    let other = Self.refusal(#"{"kind":"stop","number":6,"reason":{"how":"softly"},"weir":9}"#)
    #expect(other?.number == 6)
    #expect(other?.error.code == "E310")
    #expect(Self.refusal(#"{"kind":"stop","number":7,"reason":"softly","weir":1}"#)?.number == 7)
    for text in ["", "{", "[]", "null", "{\"kind\":\"status\"}", "\u{0}"] {
      #expect(Self.refusal(text)?.error.code == "E310")
    }
  }

  @Test func `identifiers and times are plain numbers and texts in JSON`() {
    Golden.expect(Console.json(SampleStatus.status()), "status.json")
  }
}
