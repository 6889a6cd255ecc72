import Glibc
import Testing
import WeirColumns
import WeirCore
import WeirTesting

@testable import Weir

/// Files that are read in pieces by several threads say what they say as a whole.
struct PartsReadingTests {
  private static let schema = Schema([Field("n", .int), Field("s", .string)])

  /// Lines of lengths that no piece fits; some are none that a sink writes.
  private static func text(lines: Int, faulty: [Int] = []) -> String {
    (1...lines).map { line in
      let space = faulty.contains(line) ? " " : ""
      return "{\"n\":\(space)\(line),\"s\":\"\(String(repeating: "x", count: line % 37))\"}\n"
    }.joined()
  }

  private func contents(
    _ paths: [String],
    _ format: SinkFormat = .json,
    pieceBytes: Int64
  ) throws(WeirError) -> [PartContent] {
    let reading = PartsReading([Self.schema], format: format, pieceBytes: pieceBytes)
    return try reading.contents(of: paths.map { PartsReading.File(path: $0, final: $0) })
  }

  @Test(arguments: [1, 2, 31, 64, 1000, 1 << 20] as [Int64])
  func `the pieces of a file have what the whole has`(_ pieceBytes: Int64) throws {
    let folder = TemporaryFolder()
    let paths = [
      try folder.write("whole", Self.text(lines: 700)),
      try folder.write("empty", ""),
      try folder.write("faulty", Self.text(lines: 300, faulty: [250, 251])),
      try folder.write("cut", String(Self.text(lines: 90).dropLast(1))),
      try folder.write("half", String(Self.text(lines: 90).dropLast(3))),
    ]
    let reader = PartReader([Self.schema], format: .json)
    let found = try contents(paths, pieceBytes: pieceBytes)
    for (path, content) in zip(paths, found) {
      let expected = try reader.read(path)
      #expect(content.found == expected.found, "\(path)")
      #expect(content.faults == expected.faults, "\(path)")
      #expect(content.lines == expected.lines, "\(path)")
    }
    #expect(found[0].found[0].rows == 700)
    #expect(
      found[2].faults.map(\.text) == ["line 250 is not as weir writes it: it was changed"]
    )
  }

  @Test func `line ends within quotes of CSV end no piece`() throws {
    let folder = TemporaryFolder()
    let text = (1...200).map { "\($0),\"a\nb\"\n" }.joined()
    let format = SinkFormat.csv(header: true, delimiter: 0x2c, nulls: "")
    let path = try folder.write("part", "n,s\n" + text)
    let content = try #require(try contents([path], format, pieceBytes: 16).first)
    #expect(content.faults == [])
    #expect(content.found[0].rows == 200)
  }

  @Test func `a file that has gone is an error, unless it has its final name by now`() throws {
    let folder = TemporaryFolder()
    let final = try folder.write("final", Self.text(lines: 3))
    let reading = PartsReading([Self.schema], format: .json)
    let file = PartsReading.File(path: "\(folder.path)/hidden", final: final)
    #expect(try reading.contents(of: [file])[0].found[0].rows == 3)
    let gone = PartsReading.File(path: "\(folder.path)/a", final: "\(folder.path)/b")
    #expect(code { () throws(WeirError) in _ = try reading.contents(of: [file, gone]) } == "E101")
  }

  @Test func `a signal that asks for the end breaks it off`() throws {
    let folder = TemporaryFolder()
    let path = try folder.write("part", Self.text(lines: 3))
    // To this thread alone, which nobody interrupts on the way.
    var signals = sigset_t()
    var before = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    pthread_kill(pthread_self(), SIGTERM)
    let found = code { () throws(WeirError) in _ = try contents([path], pieceBytes: 16) }
    var number: Int32 = 0
    sigwait(&signals, &number)
    pthread_sigmask(SIG_SETMASK, &before, nil)
    #expect(found == "E451")
    #expect(try contents([path], pieceBytes: 16)[0].found[0].rows == 3)
  }
}
