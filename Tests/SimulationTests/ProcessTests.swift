import Glibc
import Testing

/// The command `weir-simulate`, from outside.
@Suite struct ProcessTests {
  /// Beside the program that runs the tests.
  private static let executable: String = {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &room, room.count)
    precondition(count > 0, "this program has no path: error \(errno)")
    let path = String(decoding: room.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return path[..<(path.lastIndex(of: "/") ?? path.startIndex)] + "/weir-simulate"
  }()

  /// What the command prints for one seed.
  private func trace(_ seed: UInt64) throws -> [Substring] {
    let stream = try #require(popen("WEIR_SEED=\(seed) '\(Self.executable)'", "r"))
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, stream)
      if count == 0 { break }
      bytes += block.prefix(count)
    }
    #expect(pclose(stream) == 0)
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }

  // Two processes hash with seeds of their own: what goes through a set or a dictionary would differ.
  @Test(arguments: [3, 8, 21] as [UInt64])
  func `the same seed gives the same trace in two processes`(seed: UInt64) throws {
    let one = try trace(seed)
    #expect(one.count > 100)
    #expect(try trace(seed) == one)
  }
}
