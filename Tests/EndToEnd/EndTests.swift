import Glibc
import Testing

/// Every way in which a run can end: the exit code, what is published, and that nothing is left.
@Suite(.serialized) struct EndTests {
  private static let rows = 600

  /// A run that has read all its files and waits for more.
  private func startFollowing(
    _ folder: TestFolder,
    wrapper: [String] = []
  ) throws -> WeirProcess {
    writePayments(folder)
    folder.write("follow.yaml", Self.topology(follow: true))
    let run = try WeirProcess(
      ["run", "\(folder.path)/follow.yaml", "--format", "json"],
      in: folder,
      wrapper: wrapper
    )
    let wanted = Self.rows * 2
    let isReady = Waiting.until {
      TestFolder.lines(run.output).count >= wanted || run.poll() != nil
    }
    try #require(isReady && run.poll() == nil, "\(run.errors)")
    return run
  }

  /// Rows a second apart of ten cards; all windows of a minute but the last two are over.
  private func writePayments(_ folder: TestFolder) {
    for file in 0..<2 {
      let lines = (0..<Self.rows).map { row in
        "{\"auth_id\":\"a\(file)-\(row)\",\"card_token\":\"c\(row % 10)\","
          + "\"terminal_ts\":\(ModelText.epoch + row * 1000)}\n"
      }
      folder.write("in/\(file).jsonl", lines.joined())
    }
  }

  private static func topology(follow: Bool, output: String = "out") -> String {
    """
    weir: 1
    name: ends
    checkpoints: none
    batch: { rows: 50 }
    sources:
      payments:
        file: { path: "in/*.jsonl", follow: \(follow) }
        format: json
        schema: { auth_id: string, card_token: string, terminal_ts: timestamp }
        event_time: terminal_ts
        watermark: { lag: 5s }
    operators:
      minutes:
        from: payments
        key: card_token
        window: { tumbling: 1m }
        aggregate: { n: count() }
        processes: 2
    sinks:
      copy: { from: payments, file: { path: out/copy.jsonl }, format: json }
      counts: { from: minutes, file: { path: \(output)/counts.jsonl }, format: json }
      live: { from: payments, stdout: {}, format: json }
    """
  }

  /// No process, no socket, no hidden part.
  private func expectNothingLeft(_ folder: TestFolder) {
    #expect(ProcessTable.instances(of: folder) == [])
    #expect(folder.names(in: "r/weir") == [])
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
  }

  private func pick(_ stage: String, _ folder: TestFolder) throws -> RunningInstance {
    let instances = ProcessTable.instances(of: folder)
    return try #require(instances.first { $0.stage == stage }, "\(instances)")
  }

  // MARK: Input that ends

  @Test func `at the end of the input every window fires`() throws {
    let folder = TestFolder()
    writePayments(folder)
    folder.write("end.yaml", Self.topology(follow: false))
    let run = try WeirProcess(["run", "\(folder.path)/end.yaml", "--format", "json"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(folder.sortedLines("out/counts.jsonl").count == 10 * Self.rows / 60)
    #expect(folder.sortedLines("out/copy.jsonl").count == 2 * Self.rows)
    #expect(try run.summary().outcome == "finished")
    #expect(folder.names(in: "out") == ["copy.jsonl", "counts.jsonl"])
    expectNothingLeft(folder)
  }

  // MARK: Signals

  private func expectStop(_ signal: Int32, code: Int32, outcome: String) throws {
    let folder = TestFolder()
    let run = try startFollowing(folder)
    run.send(signal)
    #expect(run.end() == .exited(code), "\(run.errors)")
    let report = try run.summary()
    #expect(report.outcome == outcome)
    // What has reached a sink is published, and nothing else.
    let copied = folder.sortedLines(in: "out", prefix: "copy")
    #expect(copied.count == report["copy"]?.rowsIn)
    #expect(Set(copied).count == copied.count)
    #expect(Set(copied).isSubset(of: Set(TestFolder.lines(run.output))))
    let counts = folder.sortedLines(in: "out", prefix: "counts")
    #expect(counts.count == report["counts"]?.rowsIn)
    // No window fires that was open: the watermark is five seconds behind the last row.
    let open = [ModelText.time(Self.rows * 1000)].map { "\"window_end\":\($0)" }
    #expect(counts.allSatisfy { line in !open.contains { line.contains($0) } })
    #expect(counts.allSatisfy { $0.hasSuffix("\"n\":12}") })
    expectNothingLeft(folder)
  }

  @Test func `Ctrl-C publishes what has reached the sinks and fires no window`() throws {
    try expectStop(SIGINT, code: 130, outcome: "interrupted")
  }

  @Test func `SIGTERM stops the run in good order`() throws {
    try expectStop(SIGTERM, code: 0, outcome: "stopped")
  }

  @Test func `SIGHUP stops the run in good order`() throws {
    try expectStop(SIGHUP, code: 0, outcome: "stopped")
  }

  @Test func `Ctrl-C twice ends the run at once`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder)
    // A sink that is stopped cannot publish: without the second signal the run would wait for it.
    let sink = try pick("copy", folder)
    kill(sink.id, SIGSTOP)
    run.send(SIGINT)
    #expect(Waiting.until { run.errors.contains("stopping") }, "\(run.errors)")
    run.send(SIGINT)
    #expect(run.end(within: 20) == .exited(130), "\(run.errors)")
    #expect(folder.sortedLines(in: "out", prefix: "copy") == [])
    expectNothingLeft(folder)
  }

  @Test func `a signal while the run starts ends it`() throws {
    for signal in [SIGINT, SIGTERM] {
      let folder = TestFolder()
      writePayments(folder)
      folder.write("follow.yaml", Self.topology(follow: true))
      let run = try WeirProcess(["run", "\(folder.path)/follow.yaml"], in: folder)
      #expect(Waiting.until { !ProcessTable.instances(of: folder).isEmpty })
      run.send(signal)
      #expect(run.end() == .exited(signal == SIGINT ? 130 : 0), "\(run.errors)")
      expectNothingLeft(folder)
    }
  }

  @Test func `output that one sink cannot show is shown by none`() throws {
    let folder = TestFolder()
    writePayments(folder)
    folder.write("follow.yaml", Self.topology(follow: true, output: "taken"))
    let run = try WeirProcess(["run", "\(folder.path)/follow.yaml"], in: folder)
    let isReady = Waiting.until {
      TestFolder.lines(run.output).count >= Self.rows * 2 || run.poll() != nil
    }
    try #require(isReady && run.poll() == nil, "\(run.errors)")
    folder.write("taken/counts-0000000001-0.jsonl", "another's\n")
    run.send(SIGTERM)
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E106"), "\(run.errors)")
    #expect(folder.names(in: "out") == [])
    #expect(folder.names(in: "taken") == ["counts-0000000001-0.jsonl"])
    #expect(folder.text("taken/counts-0000000001-0.jsonl") == "another's\n")
    expectNothingLeft(folder)
  }

  // MARK: Violence

  @Test(arguments: ["payments", "minutes", "copy"])
  func `a killed stage ends the run and is named`(_ stage: String) throws {
    let folder = TestFolder()
    let run = try startFollowing(folder)
    let victim = try pick(stage, folder)
    kill(victim.id, SIGKILL)
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains(victim.instance), "\(run.errors)")
    #expect(run.errors.contains("signal 9"), "\(run.errors)")
    let report = try run.summary()
    #expect(report.outcome == "failed")
    #expect(report.failure?.instance == victim.instance)
    expectNothingLeft(folder)
  }

  @Test func `all instances killed at once end the run with one failure`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder)
    for instance in ProcessTable.instances(of: folder) { kill(instance.id, SIGKILL) }
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("signal 9"), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test func `instances do not outlive a killed coordinator, and the next run cleans up`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder)
    #expect(ProcessTable.instances(of: folder).count == 6)
    run.send(SIGKILL)
    let start = Waiting.now()
    #expect(Waiting.until(within: 10) { ProcessTable.instances(of: folder).isEmpty })
    print("instances are gone \(Int((Waiting.now() - start) * 1000)) ms after their coordinator")
    #expect(run.end() == .killed(SIGKILL))
    folder.write("follow.yaml", Self.topology(follow: false))
    let next = try WeirProcess(["run", "\(folder.path)/follow.yaml"], in: folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(folder.sortedLines("out/copy.jsonl").count == 2 * Self.rows)
    expectNothingLeft(folder)
  }

  @Test func `a second run on the same state is refused while the first lives`() throws {
    let folder = TestFolder()
    let first = try startFollowing(folder)
    let second = try WeirProcess(["run", "\(folder.path)/follow.yaml"], in: folder)
    #expect([.exited(1), .exited(2)].contains(second.end()), "\(second.errors)")
    #expect(second.errors.contains("ends"), "\(second.errors)")
    #expect(first.poll() == nil)
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    expectNothingLeft(folder)
  }

  // MARK: Starts that fail

  @Test func `an output folder that cannot be made fails before anything starts`() throws {
    let folder = TestFolder()
    writePayments(folder)
    folder.write("blocked", "a file")
    folder.write("end.yaml", Self.topology(follow: false, output: "blocked/sub"))
    let run = try WeirProcess(["run", "\(folder.path)/end.yaml"], in: folder)
    #expect([.exited(1), .exited(2)].contains(run.end()), "\(run.errors)")
    #expect(run.errors.contains("blocked"), "\(run.errors)")
    #expect(run.output.isEmpty)
    #expect(folder.sortedLines(in: "out", prefix: "copy") == [])
    expectNothingLeft(folder)
  }

  // MARK: Where it runs

  @Test(.enabled("the kernel allows no process namespace here") { Container.isAllowed })
  func `it works as the first process of a container`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder, wrapper: Container.wrapper)
    let first = try #require(ProcessTable.children(of: run.id).first)
    #expect(TestFolder.text("/proc/\(first)/status").contains("\t1\n"))
    kill(first, SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test(.enabled("the kernel allows no process namespace here") { Container.isAllowed })
  func `a killed stage ends the first process of a container too`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder, wrapper: Container.wrapper)
    kill(try pick("minutes", folder).id, SIGKILL)
    #expect(run.end() == .exited(1), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test(.enabled("only root can become somebody else") { geteuid() == 0 })
  func `it works for a user who is not root`() throws {
    let folder = TestFolder()
    let run = try startFollowing(folder, wrapper: OtherUser.wrapper(folder))
    let uid = ProcessTable.status(run.id).first { $0.hasPrefix("Uid:") }
    #expect(uid?.contains("65534") == true)
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(folder.sortedLines(in: "out", prefix: "copy").count == 2 * Self.rows)
    expectNothingLeft(folder)
  }

  @Test func `without XDG_RUNTIME_DIR sockets lie in a private folder under tmp`() throws {
    let folder = TestFolder()
    writePayments(folder)
    folder.write("end.yaml", Self.topology(follow: false))
    let before = TestFolder.names("/tmp/weir-\(geteuid())")
    let run = try WeirProcess(
      ["run", "\(folder.path)/end.yaml"],
      in: folder,
      environment: ["XDG_RUNTIME_DIR": ""]
    )
    #expect(run.end() == .exited(0), "\(run.errors)")
    var status = stat()
    #expect(stat("/tmp/weir-\(geteuid())", &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    #expect(Set(TestFolder.names("/tmp/weir-\(geteuid())")).subtracting(before) == [])
  }
}

/// A process namespace: what starts in it is its first process, as in a container.
enum Container {
  static let wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

  static let isAllowed: Bool = {
    let words = (wrapper + ["true"]).map { strdup($0) }
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, wrapper[0], nil, nil, words + [nil], environ) == 0 else {
      return false
    }
    var status: Int32 = 0
    return waitpid(child, &status, 0) == child && status == 0
  }()
}

/// Somebody who is not root, and may not be allowed to read the folder of the build.
enum OtherUser {
  /// Gives a folder to the user `nobody`, and what starts a copy of the program as that user.
  static func wrapper(_ folder: TestFolder) -> [String] {
    for path in [folder.path, folder.runtime] { chown(path, 65_534, 65_534) }
    // Copied by another process: a file that is open for writing in ours cannot be executed.
    let script = """
      cp "$1" "$0" && shift || exit 125
      exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$@"
      """
    return ["sh", "-c", script, "\(folder.path)/weir"]
  }
}
