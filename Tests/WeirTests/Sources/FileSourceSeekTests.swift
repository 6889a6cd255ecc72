import Foundation
import Testing
import WeirCore
import WeirFormats
import WeirPOSIX
import WeirTesting

@testable import Weir

private typealias Rows = FileSourceFixture.Rows

struct FileSourceSeekTests {
  private let fixture = FileSourceFixture()

  /// Reads one row of `in/a`, and says where it goes on.
  private func afterOneRow(of text: String) throws -> SourcePosition {
    try fixture.folder.write("in/a", text)
    return try #require(try fixture.source(["a"]).rows(most: 1).1)
  }

  /// How a source ends that goes on in `in/a`.
  private func end(at position: SourcePosition) -> WeirError? {
    do throws(WeirError) {
      _ = try fixture.source(["a"], at: [position])
      return nil
    } catch {
      return error
    }
  }

  @Test func `a position says where, in which file, behind which bytes`() throws {
    let position = try FilePosition(try afterOneRow(of: FileSourceFixture.json("a", "b")).text)
    #expect(position.path == fixture.path("a"))
    #expect(position.identity == (try FileReader.identity(of: fixture.path("a"))))
    #expect(position.offset == 13)
    #expect(!position.isAtEnd)
    #expect(position.fingerprint.head == position.fingerprint.tail)
    #expect(try FilePosition(position.text) == position)
    for end in position.text.indices {
      let text = String(position.text[..<end])
      #expect(code { () throws(WeirError) in _ = try FilePosition(text) } == "E433")
    }
  }

  @Test func `the text of a position keeps all of it`() throws {
    var place = ReaderPlace.start
    place.isInsideLongRecord = true
    place.header = ["a 1:b", "", "ä\n"]
    let position = FilePosition(
      path: "/a b/1 2:c",
      identity: FileIdentity(device: .max, inode: 7),
      offset: .max,
      isAtEnd: true,
      place: place,
      highest: -5,
      fingerprint: FileFingerprint(head: .max, tail: 3)
    )
    #expect(try FilePosition(position.text) == position)
  }

  @Test(arguments: 1...7)
  func `reading on gives the rows that were left`(_ most: Int) throws {
    let names = (0..<20).map { "n\($0)" }
    try fixture.folder.write("in/a", names.map { FileSourceFixture.json($0) }.joined())
    var position: SourcePosition?
    var read: [String] = []
    while true {
      let (rows, next) = try fixture.source(["a"], at: [position]).rows(most: most)
      read += rows.names
      position = next
      if rows.next == .ended { break }
    }
    #expect(read == names)
  }

  @Test(arguments: 1...3)
  func `CSV goes on with its header, over line ends in quotes`(_ most: Int) throws {
    var fixture = fixture
    fixture.format = .csv(header: true, delimiter: UInt8(ascii: ","), nulls: "")
    try fixture.folder.write(
      "in/a",
      "id,name\n1,\"x\ny\"\n2,\"\"\"z\"\"\n\n\"\n3,w\n4,\"1,2\n3,4\"\n"
    )
    var position: SourcePosition?
    var read: [String] = []
    while true {
      let (rows, next) = try fixture.source(["a"], at: [position]).rows(most: most)
      read += rows.names
      position = next
      if rows.next == .ended { break }
    }
    #expect(read == ["x\ny", "\"z\"\n\n", "w", "1,2\n3,4"])
  }

  @Test func `a source that goes back reads the same rows again`() throws {
    try fixture.folder.write("in/a", FileSourceFixture.json("a", "b", "c"))
    let source = try fixture.source(["a"])
    let position = try source.rows(most: 1).1
    #expect(try source.rows().0 == Rows(["b", "c"], .ended))
    try source.seek(to: [position])
    #expect(try source.rows().0 == Rows(["b", "c"], .ended))
    try source.seek(to: [nil])
    #expect(try source.rows().0 == Rows(["a", "b", "c"], .ended))
  }

  // MARK: What became of the file

  @Test func `what was appended is read on`() throws {
    let position = try afterOneRow(of: FileSourceFixture.json("a"))
    try fixture.folder.append(FileSourceFixture.json("b"), to: "in/a")
    #expect(try fixture.source(["a"], at: [position]).rows().0 == Rows(["b"], .ended))
  }

  @Test func `a file that was cut short is refused by name`() throws {
    let position = try afterOneRow(of: FileSourceFixture.json("a", "b"))
    #expect(truncate(fixture.path("a"), 12) == 0)
    let error = try #require(end(at: position))
    #expect(error.code == "E434")
    #expect(error.message == "'\(fixture.path("a"))' is shorter than what was read of it")
    #expect(error.detail == "12 bytes, of which 13 had been read")
  }

  @Test func `a file that was replaced is refused by name`() throws {
    let text = FileSourceFixture.json("a", "b")
    let position = try afterOneRow(of: text)
    try fixture.folder.write("in/new", text)
    try fixture.folder.remove("in/a")
    try fixture.folder.rename("in/new", to: "in/a")
    let error = try #require(end(at: position))
    #expect(error.code == "E435")
    #expect(error.detail == "another file has its name")
  }

  @Test(arguments: [0, 4095, 4096, 9000, 9995])
  func `a file whose read bytes have changed is refused where that shows`(_ place: Int) throws {
    var lines = ""
    while lines.utf8.count < 10_000 { lines += FileSourceFixture.json("n\(lines.utf8.count)") }
    try fixture.folder.write("in/a", lines + FileSourceFixture.json("last"))
    let rows = lines.split(separator: "\n").count
    let source = try fixture.source(["a"])
    var position: SourcePosition?
    var read = 0
    while read < rows {
      let (some, next) = try source.rows(most: rows - read)
      read += some.names.count
      position = next
    }
    let known = try #require(position)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path("a")))
    try file.seek(toOffset: UInt64(place))
    try file.write(contentsOf: Data("#".utf8))
    try file.close()
    // Between head and tail nobody looks: that would be reading all of it again.
    let isSeen = place < 4096 || place >= lines.utf8.count - 4096
    #expect(end(at: known)?.code == (isSeen ? "E435" : nil))
  }

  @Test func `a file that has gone is missed only if it was not read to its end`() throws {
    try fixture.folder.write("in/a", FileSourceFixture.json("a", "b"))
    let source = try fixture.source(["a"])
    let first = try #require(try source.rows(most: 1).1)
    let (rows, last) = try source.rows()
    #expect(rows == Rows(["b"], .ended))
    try fixture.folder.remove("in/a")
    #expect(end(at: first)?.code == "E436")
    #expect(try fixture.source(["a"], at: [last]).rows().0 == Rows([], .ended))
  }

  @Test func `a position is not taken for one in another file`() throws {
    let position = try afterOneRow(of: FileSourceFixture.json("a", "b"))
    try fixture.folder.write("in/b", FileSourceFixture.json("a", "b"))
    #expect(
      code { () throws(WeirError) in _ = try fixture.source(["b"], at: [position]) } == "E433"
    )
  }
}

/// Files that are followed, over a restart.
struct FollowedFileSeekTests {
  private let fixture = FileSourceFixture(follow: true)

  private func write(_ name: String, _ names: String...) throws {
    try fixture.folder.write("in/\(name)", names.map { FileSourceFixture.json($0) }.joined())
  }

  /// A source that has found one file and read all of it, and where it goes on.
  private func followed() throws -> (FileSource, SourcePosition?) {
    try write("a", "a", "b")
    let source = try fixture.source()
    #expect(try source.findPartitions() == [PartitionID(0)])
    let (rows, position) = try source.rows()
    #expect(rows == Rows(["a", "b"], .waiting))
    return (source, position)
  }

  @Test func `a known file goes on under its number and is not found as new`() throws {
    let position = try followed().1
    try fixture.folder.append(FileSourceFixture.json("c"), to: "in/a")
    try write("b", "d")
    let next = try fixture.source(at: [position])
    #expect(try next.findPartitions() == [PartitionID(1)])
    #expect(try next.rows(0).0 == Rows(["c"], .waiting))
    #expect(try next.rows(1).0 == Rows(["d"], .waiting))
    #expect(try next.findPartitions() == [])
  }

  @Test func `a file that was renamed meanwhile goes on, its successor is new`() throws {
    let position = try followed().1
    try fixture.folder.append(FileSourceFixture.json("c"), to: "in/a")
    try fixture.folder.rename("in/a", to: "in/a.1")
    try write("a", "d")
    let next = try fixture.source(at: [position])
    #expect(try next.findPartitions() == [PartitionID(1)])
    #expect(try next.rows(0).0 == Rows(["c"], .waiting))
    #expect(try next.rows(1).0 == Rows(["d"], .waiting))
  }

  @Test func `a file that has gone after its end is told of and is no partition any more`() throws {
    let position = try followed().1
    try fixture.folder.remove("in/a")
    let next = try fixture.source(at: [position])
    #expect(try next.rows(0).0 == Rows([], .ended, warning: "E417"))
  }

  @Test func `a file that has gone in the middle is an error`() throws {
    try write("a", "a", "b")
    let source = try fixture.source()
    _ = try source.findPartitions()
    let position = try source.rows(most: 1).1
    try fixture.folder.remove("in/a")
    #expect(code { () throws(WeirError) in _ = try fixture.source(at: [position]) } == "E436")
  }

  @Test func `a half line waits for its end over a restart`() throws {
    try fixture.folder.write("in/a", FileSourceFixture.json("a") + "{\"name\":")
    let source = try fixture.source()
    _ = try source.findPartitions()
    let (rows, position) = try source.rows()
    #expect(rows == Rows(["a"], .waiting))
    try fixture.folder.append("\"b\"}\n", to: "in/a")
    #expect(try fixture.source(at: [position]).rows().0 == Rows(["b"], .waiting))
  }

  @Test func `a quiet file says where to go on once, and anew when it has grown or has a new name`()
    throws
  {
    let source = try followed().0
    for _ in 0..<2 {
      let (rows, position) = try source.rows()
      #expect(rows == Rows([], .waiting))
      #expect(position == nil)
    }
    try fixture.folder.append(FileSourceFixture.json("c"), to: "in/a")
    let (rows, grown) = try source.rows()
    #expect(rows == Rows(["c"], .waiting))
    #expect(try FilePosition(try #require(grown).text).offset == 39)
    try fixture.folder.rename("in/a", to: "in/b")
    #expect(try source.findPartitions() == [])
    let renamed = try #require(try source.rows().1)
    #expect(try FilePosition(renamed.text).path == fixture.path("b"))
    #expect(try source.rows().1 == nil)
  }

  @Test func `a survivor reads on a file that has no name any more`() throws {
    let source = try followed().0
    try source.seek(to: [])
    #expect(try source.findPartitions() == [PartitionID(0)])
    let position = try source.rows(most: 1).1
    try fixture.folder.remove("in/a")
    try source.seek(to: [position])
    #expect(try source.rows().0 == Rows(["b"], .waiting))
  }

  @Test func `what was found and not begun is found again under another number`() throws {
    try write("a", "a")
    let next = try fixture.source(at: [nil])
    #expect(try next.findPartitions() == [PartitionID(1)])
    #expect(try next.rows(0).0 == Rows([], .ended))
    #expect(try next.rows(1).0 == Rows(["a"], .waiting))
  }
}
