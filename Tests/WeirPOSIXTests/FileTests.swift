import Glibc
import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@Suite struct FileTests {
  private let folder = TemporaryFolder()

  private func code(_ attempt: () throws -> Void) -> String? {
    do {
      try attempt()
      return nil
    } catch {
      return (error as? WeirError)?.code
    }
  }

  // MARK: Writing

  @Test func `a published file has all its bytes and only its final name`() throws {
    let writer = try FileWriter(creating: "\(folder.path)/.weir-alerts-1-1")
    try writer.append("one\n")
    let room = try writer.room(4)
    room.copyBytes(from: Array("two\n".utf8))
    writer.advance(by: 4)
    #expect(writer.length == 8)
    try writer.publish(as: "\(folder.path)/alerts.jsonl")
    #expect(try Folder.names(in: folder.path) == ["alerts.jsonl"])
    #expect(try contents("\(folder.path)/alerts.jsonl") == "one\ntwo\n")
  }

  @Test func `publishing never replaces a file`() throws {
    let final = try folder.file("alerts.jsonl", "old")
    let writer = try FileWriter(creating: "\(folder.path)/.hidden")
    try writer.append("new")
    #expect(code { try writer.publish(as: final) } == "E106")
    #expect(try contents(final) == "old")
    #expect(try contents("\(folder.path)/.hidden") == "new")
  }

  @Test func `a file is created once`() throws {
    let path = try folder.file("part")
    #expect(code { _ = try FileWriter(creating: path) } == "E106")
    #expect(code { _ = try FileWriter(creating: "\(folder.path)/no/part") } == "E101")
  }

  @Test func `more than the buffer holds keeps its order`() throws {
    let writer = try FileWriter(creating: "\(folder.path)/big")
    let large = String(repeating: "b", count: FileWriter.bufferByteCount + 1)
    let half = String(repeating: "c", count: FileWriter.bufferByteCount / 2 + 1)
    for text in ["a", large, half, half, "d"] { try writer.append(text) }
    let room = try writer.room(FileWriter.bufferByteCount * 2)
    #expect(room.count >= FileWriter.bufferByteCount * 2)
    room.initializeMemory(as: UInt8.self, repeating: 0x65)
    writer.advance(by: FileWriter.bufferByteCount * 2)
    try writer.flush()
    let tail = String(repeating: "e", count: FileWriter.bufferByteCount * 2)
    let text = try contents("\(folder.path)/big")
    #expect(text == "a" + large + half + half + "d" + tail)
    #expect(writer.length == Int64(text.utf8.count))
  }

  @Test func `a discarded file leaves nothing`() throws {
    let writer = try FileWriter(creating: "\(folder.path)/part")
    try writer.append("x")
    try writer.discard()
    #expect(try Folder.names(in: folder.path) == [])
  }

  // MARK: Reading

  @Test func `reading at an offset stops at the end`() throws {
    let reader = try FileReader(try folder.file("data", "0123456789"))
    var bytes = [UInt8](repeating: 0, count: 6)
    let counts = try [0, 6, 10, 99].map { offset in
      try bytes.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(offset)) }
    }
    #expect(counts == [6, 4, 0, 0])
    #expect(try reader.size() == 10)
  }

  @Test func `a replaced file has another identity`() throws {
    let path = try folder.file("data", "1")
    let reader = try FileReader(path)
    #expect(try FileReader.identity(of: path) == reader.identity)
    let other = try folder.file("other", "2")
    #expect(Glibc.rename(other, path) == 0)
    #expect(try FileReader.identity(of: path) != reader.identity)
    #expect(unlink(path) == 0)
    #expect(try FileReader.identity(of: path) == nil)
  }

  @Test func `folders, pipes and missing files are refused`() throws {
    #expect(code { _ = try FileReader(folder.path) } == "E114")
    #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
    #expect(code { _ = try FileReader("\(folder.path)/pipe") } == "E114")
    do {
      _ = try FileReader("\(folder.path)/none")
    } catch {
      #expect(
        error
          == WeirError(
            "E101",
            "cannot open \"\(folder.path)/none\"",
            detail: "No such file or directory",
            blame: .user
          )
      )
    }
  }

  // MARK: Folders

  @Test func `a tree goes, and what its links point to stays`() throws {
    let kept = try folder.file("kept/file", "x")
    try folder.file("tree/a/b/c")
    try folder.file("tree/.hidden")
    #expect(symlink("\(folder.path)/kept", "\(folder.path)/tree/link") == 0)
    try Folder.removeTree("\(folder.path)/tree")
    try Folder.removeTree("\(folder.path)/tree")
    #expect(try Folder.names(in: folder.path) == ["kept"])
    #expect(try contents(kept) == "x")
  }

  @Test func `names come sorted by their bytes`() throws {
    for name in ["b", "B", "ä", "a", ".h", "z"] { try folder.file(name) }
    #expect(try Folder.names(in: folder.path) == [".h", "B", "a", "b", "z", "ä"])
    #expect(code { _ = try Folder.names(in: "\(folder.path)/none") } == "E108")
  }

  @Test func `creating a folder needs no file in its way`() throws {
    let file = try folder.file("file")
    #expect(code { try Folder.create("\(folder.path)/a/b/c") } == nil)
    #expect(code { try Folder.create("\(folder.path)/a/b/c") } == nil)
    #expect(code { try Folder.create(file) } == "E107")
    #expect(code { try Folder.create("\(file)/b") } == "E107")
  }

  @Test(arguments: [
    ("out/alerts.jsonl", "out"), ("alerts.jsonl", "."), ("/a", "/"), ("/", "/"), ("a/b/", "a"),
  ])
  func `a path has a parent`(path: String, parent: String) {
    #expect(Folder.parent(of: path) == parent)
  }

  @Test func `only a folder that is closed to others is private`() throws {
    let path = "\(folder.path)/run"
    try Folder.create(path, mode: 0o700)
    #expect(code { try Folder.checkPrivate(path) } == nil)
    #expect(symlink(path, "\(folder.path)/link") == 0)
    #expect(code { try Folder.checkPrivate("\(folder.path)/link") } == "E110")
    chmod(path, 0o750)
    #expect(code { try Folder.checkPrivate(path) } == "E110")
    #expect(code { try Folder.checkPrivate(try folder.file("file")) } == "E110")
  }

  // MARK: Locks

  @Test func `a lock has one holder, who is named`() throws {
    let path = "\(folder.path)/lock"
    var first: FileLock? = try FileLock(path)
    do {
      _ = try FileLock(path)
      Issue.record("the lock was given twice")
    } catch {
      #expect(error.code == "E111")
      #expect(error.detail == "process \(getpid()) holds it")
    }
    withExtendedLifetime(first) {}
    first = nil
    #expect(code { _ = try FileLock(path) } == nil)
  }

  @Test func `a lock that a dead process seems to hold is waited for`() throws {
    let path = "\(folder.path)/lock"
    // As a child does between its fork and its exec when the parent dies.
    let script = "exec 9>>\(path); flock 9; echo $$ >&9; sleep 0.3 & exit 0"
    let parent = try ChildProcess.spawn(executable: "/bin/sh", arguments: ["sh", "-c", script])
    var item = pollfd(fd: parent.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&item, 1, 30_000) == 1)
    #expect(try parent.exitStatus() == .exited(code: 0))
    let lock = try FileLock(path)
    withExtendedLifetime(lock) {}
  }

  @Test func `a child does not inherit a lock`() throws {
    let path = "\(folder.path)/lock"
    let lock = try FileLock(path)
    let child = try ChildProcess.spawn(executable: "/bin/cat", arguments: ["cat", "/dev/zero"])
    let descriptors = "/proc/\(child.id)/fd"
    let held = try Folder.names(in: descriptors).compactMap { name in
      try? Folder.realPath("\(descriptors)/\(name)")
    }
    #expect(held.contains("/dev/zero") || held.contains("/dev/null"))
    #expect(!held.contains(path))
    withExtendedLifetime(lock) {}
    try child.kill(SIGKILL)
    #expect(becomesReadable(child.descriptor))
    _ = try child.exitStatus()
  }

  // MARK: The folder of a run

  @Test func `a run's folder is private, empty, and the same through a link`() throws {
    let state = "\(folder.path)/state"
    let runtime = "\(folder.path)/rt"
    try Folder.create(state)
    try Folder.create(runtime)
    #expect(symlink(state, "\(folder.path)/link") == 0)
    let lock = try FileLock("\(state)/lock")
    let run = try RunFolder(stateFolder: state, under: lock, runtimeFolder: runtime)
    try Folder.create("\(run.path)/left/over")
    let again = try RunFolder(
      stateFolder: "\(folder.path)/link/",
      under: lock,
      runtimeFolder: runtime
    )
    #expect(again.path == run.path)
    #expect(try Folder.names(in: run.path) == [])
    #expect(code { try Folder.checkPrivate(run.path) } == nil)
    #expect(run.path.hasPrefix("\(runtime)/weir/"))
    #expect(run.path.utf8.count == runtime.utf8.count + 14)
    #expect(run.endpoint(7) == "ipc://\(run.path)/7")
  }

  @Test func `a runtime folder that is missing or not ours is passed over`() throws {
    let location = try RunFolder.location(
      stateFolder: folder.path,
      runtimeFolder: "\(folder.path)/none"
    )
    #expect(location.hasPrefix("/tmp/weir-\(geteuid())/"))
    #expect(try RunFolder.location(stateFolder: folder.path, runtimeFolder: nil) == location)
    #expect(code { _ = try RunFolder.location(stateFolder: "\(folder.path)/none") } == "E116")
  }

  @Test func `a path too long for a socket is refused before anything is made`() throws {
    let runtime = "\(folder.path)/\(String(repeating: "r", count: 90))"
    try Folder.create(runtime)
    let lock = try FileLock("\(folder.path)/lock")
    #expect(
      code {
        _ = try RunFolder(stateFolder: folder.path, under: lock, runtimeFolder: runtime)
      } == "E113"
    )
    #expect(try Folder.names(in: runtime) == [])
  }

  @Test func `a folder of a run that others can enter is refused`() throws {
    try Folder.create("\(folder.path)/weir", mode: 0o755)
    let lock = try FileLock("\(folder.path)/lock")
    #expect(
      code {
        _ = try RunFolder(stateFolder: folder.path, under: lock, runtimeFolder: folder.path)
      } == "E110"
    )
  }
}
