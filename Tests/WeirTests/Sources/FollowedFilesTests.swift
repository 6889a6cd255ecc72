import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@testable import Weir

private typealias Rows = FileSourceFixture.Rows

/// Files that a checkpoint does not know, or not all that was read of them, after a failure.
struct FollowedFilesTests {
  private let fixture = FileSourceFixture(follow: true)

  private func write(_ name: String, _ names: String...) throws {
    try fixture.folder.write("in/\(name)", names.map { FileSourceFixture.json($0) }.joined())
  }

  /// Moves a file to where the pattern does not look.
  private func rotate(_ name: String) throws {
    try write("old/.keep")
    try fixture.folder.rename("in/\(name)", to: "in/old/\(name)")
  }

  /// A source that has found `in/a` and read all of it, and where it goes on.
  private func followed() throws -> (FileSource, SourcePosition?) {
    try write("a", "a", "b")
    let source = try fixture.source(remembers: true)
    #expect(try source.findPartitions() == [PartitionID(0)])
    let (rows, position) = try source.rows()
    #expect(rows == Rows(["a", "b"], .waiting))
    return (source, position)
  }

  /// How the next incarnation ends.
  private func end(at positions: [SourcePosition?]) -> WeirError? {
    do throws(WeirError) {
      _ = try fixture.source(at: positions, remembers: true)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Files that no checkpoint knows

  @Test func `a file that was found after the checkpoint and rotated away is read again`() throws {
    _ = try followed()
    try rotate("a")
    try write("a", "c")
    let next = try fixture.source(at: [], remembers: true)
    #expect(try next.findPartitions() == [PartitionID(0), PartitionID(1)])
    #expect(try next.rows(0).0 == Rows(["a", "b"], .waiting))
    #expect(try next.rows(1).0 == Rows(["c"], .waiting))
  }

  @Test func `a file that was found and not begun at the checkpoint keeps its number`() throws {
    try write("a", "a")
    #expect(try fixture.source(remembers: true).findPartitions() == [PartitionID(0)])
    try rotate("a")
    let next = try fixture.source(at: [nil], remembers: true)
    #expect(try next.findPartitions() == [])
    #expect(try next.rows(0).0 == Rows(["a"], .waiting))
  }

  @Test func `a file of which rows were read and that has gone is an error`() throws {
    _ = try followed()
    try fixture.folder.remove("in/a")
    let error = try #require(end(at: []))
    #expect(error.code == "E436")
    #expect(error.message == "'\(fixture.path("a"))' has gone and has to be read again")
    #expect(error.detail == "26 bytes of it were read")
  }

  @Test func `a file that goes before anything is read of it is told of`() throws {
    try write("a", "a")
    #expect(try fixture.source(remembers: true).findPartitions() == [PartitionID(0)])
    try fixture.folder.remove("in/a")
    let next = try fixture.source(at: [], remembers: true)
    #expect(try next.findPartitions() == [PartitionID(0)])
    #expect(try next.rows(0).0 == Rows([], .ended, warning: "E417"))
  }

  @Test func `a survivor reads a file again that has no name any more`() throws {
    let source = try followed().0
    try fixture.folder.remove("in/a")
    try source.seek(to: [])
    #expect(try source.findPartitions() == [PartitionID(0)])
    #expect(try source.rows(0).0 == Rows(["a", "b"], .waiting))
  }

  @Test func `a new file that has the inode of one that has gone is not taken for it`() throws {
    try write("a", "new", "file")
    let identity = try #require(try FileReader.identity(of: fixture.path("a")))
    let share = FileShare(process: 0, processes: 1)
    let files = try FollowedFiles(in: fixture.followed, share: share)
    let gone = FollowedFile(PartitionID(0), path: fixture.path("a"), identity: identity)
    let found = FollowedFile(PartitionID(1), path: fixture.path("a"), identity: identity)
    try files.note([gone, found], open: [])
    let next = try fixture.source(at: [], remembers: true)
    #expect(try next.findPartitions() == [PartitionID(0), PartitionID(1)])
    #expect(try next.rows(0).0 == Rows([], .ended, warning: "E417"))
    #expect(try next.rows(1).0 == Rows(["new", "file"], .waiting))
    let extent = ReadExtents.Extent(
      offset: 13,
      fingerprint: FileFingerprint(head: 1, tail: 1)
    )
    try files.noteRead(extent, of: PartitionID(0))
    #expect(end(at: [])?.code == "E436")
  }

  @Test func `what has ended before the checkpoint is not read again, nor its number given anew`()
    throws
  {
    _ = try followed()
    try write("b", "c")
    let source = try fixture.source(at: [], remembers: true)
    #expect(try source.findPartitions() == [PartitionID(0), PartitionID(1)])
    let next = try fixture.source(remembers: true)
    try fixture.folder.remove("in/a")
    try fixture.folder.remove("in/b")
    // Both had ended by the checkpoint, which knows no partition, but how many there were.
    try next.seek([], newFrom: PartitionID(2))
    try write("c", "d")
    #expect(try next.findPartitions() == [PartitionID(2)])
  }

  // MARK: Files of which a checkpoint knows less than was read

  @Test func `a file that was rotated away after it had grown goes on`() throws {
    let (source, position) = try followed()
    try fixture.folder.append(FileSourceFixture.json("c"), to: "in/a")
    #expect(try source.rows().0 == Rows(["c"], .waiting))
    try rotate("a")
    let next = try fixture.source(at: [position], remembers: true)
    #expect(try next.rows().0 == Rows(["c"], .waiting))
  }

  @Test func `a file that has gone after it had grown and was read is an error`() throws {
    let (source, position) = try followed()
    try fixture.folder.append(FileSourceFixture.json("c"), to: "in/a")
    #expect(try source.rows().0 == Rows(["c"], .waiting))
    try fixture.folder.remove("in/a")
    let error = try #require(end(at: [position]))
    #expect(error.code == "E436")
    #expect(error.detail == "39 bytes of it were read, of which the checkpoint has 26")
  }

  // MARK: What is kept

  private func files(_ numbers: Range<Int>) -> [FollowedFile] {
    numbers.map {
      FollowedFile(
        PartitionID($0),
        path: "/in/\($0)\n1 2 x",
        identity: FileIdentity(device: 1, inode: UInt64($0))
      )
    }
  }

  private func kept() throws(WeirError) -> FollowedFiles {
    try FollowedFiles(in: fixture.followed, share: FileShare(process: 0, processes: 1))
  }

  @Test func `what is noted is known to the next process`() throws {
    let first = try kept()
    try first.note(files(0..<2), open: [])
    try first.note(files(2..<3), open: [])
    let second = try kept()
    #expect(try second.files(from: 0) == files(0..<3))
    #expect(try second.files(from: 1) == files(1..<3))
    #expect(second.next == 3)
    try second.note(files(3..<4), open: [])
    #expect(try kept().files(from: 0) == files(0..<4))
  }

  @Test func `a last line that was cut short is of no file that was read`() throws {
    try kept().note(files(0..<1), open: [])
    let one = try StateFolder.bytes(fixture.followed + "/found").count
    try kept().note(files(1..<2), open: [])
    let whole = try StateFolder.bytes(fixture.followed + "/found")
    for end in one..<whole.count {
      try write(Array(whole[..<end]))
      #expect(try kept().files(from: 0) == files(0..<1), "\(end) bytes")
    }
  }

  @Test func `damage in front of what is whole is an error`() throws {
    try kept().note(files(0..<2), open: [])
    var bytes = try StateFolder.bytes(fixture.followed + "/found")
    let end = try #require(bytes.firstIndex(of: 0x0a))
    bytes[end + 3] ^= 1
    try write(bytes)
    #expect(code { () throws(WeirError) in _ = try kept() } == "E439")
  }

  private func write(_ bytes: [UInt8]) throws {
    try Folder.removeTree(fixture.followed + "/found")
    let file = try FileWriter(creating: fixture.followed + "/found")
    try bytes.span.withUnsafeBytes { raw throws(WeirError) in try file.append(raw) }
    try file.flush()
  }

  @Test func `files that have gone are forgotten in time, and that is known`() throws {
    let most = FollowedFiles.mostClosed
    let first = try kept()
    try first.note(files(0..<2 * most), open: [PartitionID(7)])
    try first.note(files(2 * most..<2 * most + 2), open: [PartitionID(7)])
    let second = try kept()
    #expect(second.file(PartitionID(7)) != nil)
    #expect(second.file(PartitionID(8)) == nil)
    #expect(try second.files(from: most).count == most + 2)
    #expect(code { () throws(WeirError) in _ = try second.files(from: most - 1) } == "E438")
    #expect(second.next == 2 * most + 2)
  }
}
