import Glibc
import Testing
import WeirPOSIX
import WeirTesting

@Suite struct LogFileTests {
  private let folder = TemporaryFolder()

  @Test func `a log is continued where it was`() throws {
    for text in ["one\n", "two\n"] {
      try LogFile("\(folder.path)/log", mostBytes: 100).append(text)
    }
    #expect(try contents("\(folder.path)/log") == "one\ntwo\n")
  }

  @Test func `a log that has reached its limit gives way to a new one, and an older one goes`()
    throws
  {
    let log = try LogFile("\(folder.path)/log", mostBytes: 8)
    for number in 0..<5 { log.append("line \(number)\n") }
    #expect(try contents("\(folder.path)/log") == "line 4\n")
    #expect(try contents("\(folder.path)/log.1") == "line 2\nline 3\n")
    #expect(try Folder.names(in: folder.path) == ["log", "log.1"])
  }

  @Test func `a log that cannot begin anew goes on in the file it has`() throws {
    let log = try LogFile("\(folder.path)/log", mostBytes: 4)
    log.append("one\n")
    try Folder.removeTree("\(folder.path)/log")
    log.append("two\n")
    #expect(try Folder.names(in: folder.path) == [])
  }

  @Test func `what others write through the descriptor is in the log`() throws {
    let log = try LogFile("\(folder.path)/log", mostBytes: 100)
    log.append("ours\n")
    let child = try ChildProcess.spawn(
      executable: "/bin/sh",
      arguments: ["sh", "-c", "echo theirs; echo words >&2"],
      descriptors: [.init(log.descriptor, as: 1), .init(log.descriptor, as: 2)]
    )
    #expect(try child.waitForEnd() == .exited(code: 0))
    log.append("ours\n")
    #expect(try contents("\(folder.path)/log") == "ours\ntheirs\nwords\nours\n")
  }

  @Test func `a lock on a file that was removed meanwhile is no lock`() throws {
    let path = "\(folder.path)/lock"
    let first = try FileLock(path)
    try Folder.removeTree(path)
    // Whoever comes now gets a lock on a file of that name, which excludes others.
    let second = try FileLock(path)
    #expect(throws: (any Error).self) { try FileLock(path) }
    withExtendedLifetime((first, second)) {}
  }
}
