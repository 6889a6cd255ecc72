import Glibc
import Testing
import WeirColumns
import WeirCore
import WeirWire

/// The bytes on the wire, kept in `Golden`; `UPDATE_GOLDEN=1` writes them anew.
///
/// Hexadecimal, 16 bytes a line, so that a difference can be read.
@Suite(.serialized) struct GoldenTests {
  @Test(arguments: FrameKind.allCases)
  func `the bytes of every kind stay as they are`(_ kind: FrameKind) throws {
    let encoder = FrameEncoder(codec: .runs, policy: .none)
    try compare("\(kind)", encoder.encode(Example.frame(kind)).array)
  }

  @Test func `the bytes of every encoding stay as they are`() throws {
    let encoder = FrameEncoder(codec: .runs, policy: .lz4)
    try compare("mixed", encoder.encode(.of(Example.mixed)).array)
  }

  @Test func `the stored frames still decode`() throws {
    for kind in FrameKind.allCases {
      let frame = Example.frame(kind)
      let decoded = try decode(bytes(of: stored("\(kind)")), Example.schema)
      #expect(decoded.header == frame.header)
      #expect(decoded.hello == frame.hello)
      #expect(decoded.batch?.rows == frame.batch?.rows)
    }
    let mixed = try decode(bytes(of: stored("mixed")), Example.mixed.schema)
    #expect(mixed.batch?.rows == Example.mixed.rows)
  }

  private func compare(_ name: String, _ bytes: [UInt8]) throws {
    var text = ""
    for (index, byte) in bytes.enumerated() {
      let digits = String(byte, radix: 16)
      let end = index % 16 == 15 || index == bytes.count - 1 ? "\n" : " "
      text += (digits.utf8.count == 1 ? "0" : "") + digits + end
    }
    if getenv("UPDATE_GOLDEN") != nil { try store(name, text) }
    #expect(try stored(name) == text)
  }

  private func bytes(of text: String) -> [UInt8] {
    text.split { $0 == " " || $0 == "\n" }.compactMap { UInt8($0, radix: 16) }
  }

  private func path(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Golden/\(name).hex"
  }

  private func stored(_ name: String) throws -> String {
    let file = try #require(fopen(path(name), "r"), "there is no golden file of '\(name)'")
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  private func store(_ name: String, _ text: String) throws {
    let file = try #require(fopen(path(name), "w"), "the golden file of '\(name)' cannot be made")
    defer { fclose(file) }
    fputs(text, file)
  }
}
