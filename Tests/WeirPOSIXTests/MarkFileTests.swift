import Glibc
import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@Suite struct MarkFileTests {
  @Test func `what was stored is found by others, once`() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/7.mark"
    let file = try MarkFile(creating: path)
    #expect((0..<MarkMemory.byteCount / 8).allSatisfy { file.words[$0] == 0 })
    file.words[0] = 5
    file.words[MarkMemory.byteCount / 8 - 1] = .max
    let bytes = try #require(MarkFile.take(path))
    #expect(bytes.count == MarkMemory.byteCount)
    #expect(bytes.first == 5 && bytes.last == 0xFF)
    #expect(MarkFile.take(path) == nil)
    // The process may live on, and store.
    file.words[1] = 6
  }

  @Test func `a name that is taken is an error`() throws {
    let folder = TemporaryFolder()
    let path = "\(folder.path)/7.mark"
    let first = try MarkFile(creating: path)
    #expect(throws: WeirError.self) { try MarkFile(creating: path) }
    #expect(throws: WeirError.self) { try MarkFile(creating: "\(folder.path)/none/7.mark") }
    first.words[0] = 1
  }
}
