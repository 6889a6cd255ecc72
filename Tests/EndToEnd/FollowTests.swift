import Glibc
import Testing

/// Files that appear, are renamed, and go, while a source follows them.
@Suite(.serialized) struct FollowTests {
  private static func topology(processes: Int = 1, format: String = "json") -> String {
    """
    weir: 1
    name: follow
    checkpoints: none
    sources:
      lines:
        file: { path: "in/*.log*", follow: true }
        format: \(format)
        schema: { n: int }
        processes: \(processes)
    sinks:
      live: { from: lines, stdout: {}, format: json }
    """
  }

  private func start(
    _ folder: TestFolder,
    processes: Int = 1,
    format: String = "json"
  ) throws -> WeirProcess {
    mkdir("\(folder.path)/in", 0o755)
    folder.write("follow.yaml", Self.topology(processes: processes, format: format))
    return try WeirProcess(["run", "\(folder.path)/follow.yaml", "--format", "json"], in: folder)
  }

  private func text(_ numbers: ClosedRange<Int>) -> String {
    numbers.map { "{\"n\":\($0)}\n" }.joined()
  }

  /// Waits until the numbers from 1 up to one were printed, each once.
  private func expectNumbers(_ run: WeirProcess, upTo last: Int) throws {
    let came = Waiting.until {
      TestFolder.lines(run.output).count >= last || run.poll() != nil
    }
    try #require(came && run.poll() == nil, "\(run.errors)")
    #expect(TestFolder.lines(run.output).sorted() == TestFolder.lines(text(1...last)).sorted())
  }

  private func append(_ folder: TestFolder, _ name: String, _ text: String) {
    guard let stream = fopen("\(folder.path)/\(name)", "a") else {
      preconditionFailure("cannot append to \(name): error \(errno)")
    }
    fputs(text, stream)
    fclose(stream)
  }

  private func stop(_ run: WeirProcess) {
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
  }

  @Test(arguments: [1, 3])
  func `files that appear are read from their beginning, each by one process`(
    _ processes: Int
  ) throws {
    let folder = TestFolder()
    folder.write("in/0.log", text(1...10))
    let run = try start(folder, processes: processes)
    try expectNumbers(run, upTo: 10)
    for file in 1...5 { folder.write("in/\(file).log", text((file * 10 + 1)...(file * 10 + 10))) }
    try expectNumbers(run, upTo: 60)
    append(folder, "in/0.log", text(61...65))
    append(folder, "in/3.log", text(66...70))
    try expectNumbers(run, upTo: 70)
    stop(run)
    #expect(try run.summary()["live"]?.rowsIn == 70)
  }

  @Test func `a run may begin before its first file is there`() throws {
    let folder = TestFolder()
    let run = try start(folder, processes: 2)
    #expect(Waiting.until { run.errors.contains("running") || run.poll() != nil })
    folder.write("in/a.log", text(1...3))
    try expectNumbers(run, upTo: 3)
    stop(run)
  }

  @Test(arguments: [1, 2])
  func `a file that is rotated by renaming is not read twice`(_ processes: Int) throws {
    let folder = TestFolder()
    folder.write("in/a.log", text(1...10))
    let run = try start(folder, processes: processes)
    try expectNumbers(run, upTo: 10)
    for round in 1...2 {
      for old in stride(from: round - 1, through: 1, by: -1) {
        rename("\(folder.path)/in/a.log.\(old)", "\(folder.path)/in/a.log.\(old + 1)")
      }
      rename("\(folder.path)/in/a.log", "\(folder.path)/in/a.log.1")
      // Whoever writes the file may have it open for a while.
      append(folder, "in/a.log.1", text((round * 10 + 1)...(round * 10 + 5)))
      folder.write("in/a.log", text((round * 10 + 6)...(round * 10 + 10)))
      try expectNumbers(run, upTo: round * 10 + 10)
    }
    append(folder, "in/a.log.2", text(31...31))
    append(folder, "in/a.log.1", text(32...32))
    append(folder, "in/a.log", text(33...33))
    try expectNumbers(run, upTo: 33)
    stop(run)
    #expect(try run.summary()["live"]?.rowsIn == 33)
  }

  @Test
  func `a file that is renamed out of sight is read to its end, its successor from its start`()
    throws
  {
    let folder = TestFolder()
    folder.write("in/a.log", text(1...10))
    let run = try start(folder)
    try expectNumbers(run, upTo: 10)
    rename("\(folder.path)/in/a.log", "\(folder.path)/in/a.old")
    append(folder, "in/a.old", text(11...12))
    folder.write("in/a.log", text(13...20))
    try expectNumbers(run, upTo: 20)
    stop(run)
  }

  @Test func `a file that goes is told of, its last line is a record, and the run goes on`() throws
  {
    let folder = TestFolder()
    folder.write("in/a.log", text(1...10))
    folder.write("in/b.log", text(11...11) + "{\"n\":12}")
    let run = try start(folder)
    try expectNumbers(run, upTo: 11)
    unlink("\(folder.path)/in/b.log")
    #expect(Waiting.until { run.errors.contains("E417") || run.poll() != nil })
    #expect(run.errors.contains("/in/b.log' has gone"), "\(run.errors)")
    append(folder, "in/a.log", text(13...14))
    try expectNumbers(run, upTo: 14)
    stop(run)
  }

  @Test func `a file that is replaced ends the run`() throws {
    let folder = TestFolder()
    folder.write("in/a.log", text(1...10))
    let run = try start(folder)
    try expectNumbers(run, upTo: 10)
    folder.write("new", text(1...12))
    rename("\(folder.path)/new", "\(folder.path)/in/a.log")
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E416"), "\(run.errors)")
  }

  @Test func `a file that becomes shorter ends the run`() throws {
    let folder = TestFolder()
    folder.write("in/a.log", text(1...10))
    let run = try start(folder)
    try expectNumbers(run, upTo: 10)
    truncate("\(folder.path)/in/a.log", 5)
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E415"), "\(run.errors)")
  }

  @Test func `each CSV file that appears has a header of its own`() throws {
    let folder = TestFolder()
    folder.write("in/a.log", "n\n1\n")
    let run = try start(folder, format: "csv")
    try expectNumbers(run, upTo: 1)
    folder.write("in/b.log", "n\n2\n3\n")
    try expectNumbers(run, upTo: 3)
    stop(run)
  }
}
