import Glibc
import Testing

/// Files that are followed and rotated away, and a failure before a checkpoint knows of them.
@Suite(.serialized) struct FollowRecoveryTests {
  private static let topology = """
    weir: 1
    name: rotation
    checkpoints: { every: 1h }
    sources:
      lines:
        file: { path: "in/*.log", follow: true }
        schema: { n: int }
    sinks:
      live: { from: lines, stdout: {}, format: json }
      kept: { from: lines, file: { path: out/kept.jsonl } }
    """

  private func start(_ folder: TestFolder) throws -> WeirProcess {
    folder.write("rotation.yaml", Self.topology)
    let file = "\(folder.path)/rotation.yaml"
    return try WeirProcess(["run", file, "--accept-duplicates"], in: folder)
  }

  private func text(_ numbers: ClosedRange<Int>) -> String {
    numbers.map { "{\"n\":\($0)}\n" }.joined()
  }

  /// Waits until a row was printed, perhaps not for the first time.
  private func wait(for last: Int, times: Int = 1, _ run: WeirProcess) throws {
    let line = "{\"n\":\(last)}"
    let came = Waiting.until {
      run.poll() != nil || TestFolder.lines(run.output).count { $0 == line } >= times
    }
    try #require(came && run.poll() == nil, "\(run.errors)")
  }

  private func stop(_ run: WeirProcess) {
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
  }

  /// A run whose last checkpoint knows `in/0.log`, and that has read `in/a.log` since.
  private func running(_ folder: TestFolder) throws -> WeirProcess {
    folder.write("in/0.log", text(1...10))
    let first = try start(folder)
    try wait(for: 10, first)
    stop(first)
    let run = try start(folder)
    // One that goes on takes a checkpoint when it runs.
    let isTaken = Waiting.until {
      run.poll() != nil
        || folder.names(in: ".weir/rotation").count { $0.hasPrefix("manifest-") } >= 2
    }
    try #require(isTaken && run.poll() == nil, "\(run.errors)")
    folder.write("in/a.log", text(11...20))
    try wait(for: 20, run)
    return run
  }

  private func killSource(_ folder: TestFolder) throws {
    let instances = ProcessTable.instances(of: folder)
    kill(try #require(instances.first { $0.stage == "lines" }, "\(instances)").id, SIGKILL)
  }

  private func rotate(_ folder: TestFolder) {
    mkdir("\(folder.path)/in/old", 0o755)
    #expect(rename("\(folder.path)/in/a.log", "\(folder.path)/in/old/a.1") == 0)
  }

  private func expectRows(_ folder: TestFolder, _ numbers: ClosedRange<Int>) {
    let lines = folder.sortedLines(in: "out", prefix: "kept")
    #expect(lines == TestFolder.lines(text(numbers)).sorted())
  }

  @Test(arguments: [false, true])
  func `a file that no checkpoint knows is not lost when it is rotated and a process dies`(
    coordinator: Bool
  ) throws {
    let folder = TestFolder()
    var run = try running(folder)
    rotate(folder)
    if coordinator {
      run.send(SIGKILL)
      #expect(run.end() == .killed(SIGKILL), "\(run.errors)")
      #expect(Waiting.until { ProcessTable.instances(of: folder).isEmpty })
      run = try start(folder)
      try wait(for: 20, run)
    } else {
      try killSource(folder)
      try wait(for: 20, times: 2, run)
    }
    stop(run)
    expectRows(folder, 1...20)
    // Its rows are in a checkpoint now: they come no more.
    let next = try start(folder)
    folder.write("in/b.log", text(21...21))
    try wait(for: 21, next)
    stop(next)
    expectRows(folder, 1...21)
  }

  @Test func `a file that no checkpoint knows and that is gone ends the run until it is back`()
    throws
  {
    let folder = TestFolder()
    let run = try running(folder)
    #expect(rename("\(folder.path)/in/a.log", "\(folder.path)/away") == 0)
    try killSource(folder)
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E436"), "\(run.errors)")
    #expect(run.errors.contains("/in/a.log' has gone and has to be read again"), "\(run.errors)")
    #expect(run.errors.contains("90 bytes of it were read"), "\(run.errors)")
    let next = try start(folder)
    #expect(next.end() == .exited(1), "\(next.errors)")
    #expect(next.errors.contains("E436"), "\(next.errors)")
    #expect(rename("\(folder.path)/away", "\(folder.path)/in/.back") == 0)
    let last = try start(folder)
    try wait(for: 20, last)
    stop(last)
    expectRows(folder, 1...20)
  }
}
