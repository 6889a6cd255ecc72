import Glibc
import Testing

/// Commands that look at a run that lives, and stop it.
@Suite(.serialized) struct ConsoleTests {
  /// Starts a run, and waits until it has read rows and, if it takes any, completed a checkpoint.
  private func start(
    _ folder: TestFolder,
    file: String = "run.yaml",
    name: String = "console",
    checkpoints: String = "{ every: 100ms }"
  ) throws -> WeirProcess {
    folder.write(file, EndlessRun.topology(name, checkpoints: checkpoints))
    let run = try WeirProcess(
      ["run", "\(folder.path)/\(file)", "--format", "json"],
      in: folder
    )
    let isReady = Waiting.until {
      guard run.poll() == nil, run.errors.contains("running") else { return run.poll() != nil }
      let status = try? WeirProcess.json(
        ["status", "\(folder.path)/\(file)"],
        in: folder,
        as: LiveStatus.self
      )
      let rows = status?.stages.first?.counters["rowsIn"] ?? 0
      return rows > 0 && status?.checkpoints.map { $0.completed > 0 } ?? true
    }
    try #require(isReady && run.poll() == nil, "\(run.errors)")
    return run
  }

  private func expectNothingLeft(_ folder: TestFolder) {
    #expect(ProcessTable.instances(of: folder) == [])
    #expect(folder.names(in: "r/weir") == [])
  }

  // MARK: Looking

  @Test func `status and ps show every process of a run with what it has done`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let status: LiveStatus = try WeirProcess.json(["status", "console"], in: folder)
    #expect(status.phase == "running")
    #expect(status.run.process == run.id)
    #expect(
      status.instances.map(\.instance)
        == ["payments/0", "totals/0", "totals/1", "totals_out/0", "copy_out/0"]
    )
    #expect(status.instances.allSatisfy { $0.step == "running" && $0.restarts == 0 })
    let running = ProcessTable.instances(of: folder)
    let told = Set(status.instances.compactMap { $0.process?.id } + [status.spare?.id ?? 0])
    #expect(Set(running.map(\.id)) == told)

    let listed: [ListedProcess] = try WeirProcess.json(["ps", "console"], in: folder)
    #expect(Set(listed.map(\.process)) == told.union([run.id]))
    #expect(listed.first?.instance == "coordinator")
    #expect(listed.allSatisfy { $0.run == "console" && $0.memoryBytes > 0 })

    let all = try WeirProcess(["status"], in: folder)
    #expect(all.end() == .exited(0))
    #expect(all.output.contains("console"))
    let table = try WeirProcess(["status", "\(folder.path)/run.yaml"], in: folder)
    #expect(table.end() == .exited(0))
    #expect(table.output.contains("totals_out"), "\(table.output)")
    #expect(table.output.contains("is complete"), "\(table.output)")
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test func `an instance that was killed shows as another process and a restart`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    func victim() throws -> LiveStatus.Instance? {
      try WeirProcess.json(["status", "console"], in: folder, as: LiveStatus.self)
        .instances.first { $0.instance == "totals/1" }
    }
    let before = try #require(try victim()?.process)
    kill(try #require(before.id), SIGKILL)
    let isBack = Waiting.until {
      guard let now = try? victim() else { return run.poll() != nil }
      return now.step == "running" && now.process?.incarnation != before.incarnation
    }
    #expect(isBack && run.poll() == nil, "\(run.errors)")
    let after = try #require(try victim())
    #expect(after.restarts == 1)
    #expect(after.process?.id != before.id)
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test func `a run that does not live is said so, also after its coordinator was killed`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    run.send(SIGKILL)
    #expect(run.end() == .killed(SIGKILL))
    for command in ["status", "stop"] {
      let asked = try WeirProcess([command, "\(folder.path)/run.yaml"], in: folder)
      #expect(asked.end() == .exited(2))
      #expect(asked.errors.contains("E471"), "\(asked.errors)")
    }
    #expect(Waiting.until(within: 10) { ProcessTable.instances(of: folder).isEmpty })
  }

  // MARK: Stopping

  private func stop(_ folder: TestFolder, _ options: [String] = []) throws -> WeirProcess {
    let stop = try WeirProcess(["stop", "console"] + options, in: folder)
    #expect(stop.end() == .exited(0), "\(stop.errors)")
    // It says so when the run is over, not before.
    expectNothingLeft(folder)
    return stop
  }

  @Test func `stop ends a run at a checkpoint, and the next goes on from there`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let stopped = try stop(folder)
    #expect(stopped.output.contains("goes on from checkpoint"), "\(stopped.output)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(try run.summary().outcome == "stopped")
    let rows = EndlessRun.expectWholeCopy(folder)
    let next = try start(folder)
    #expect(next.errors.contains("going on"), "\(next.errors)")
    _ = try stop(folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(EndlessRun.expectWholeCopy(folder) > rows)
  }

  @Test func `stop with drain ends the input, and every window fires`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let stopped = try stop(folder, ["--drain"])
    #expect(stopped.output.contains("finished"), "\(stopped.output)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    let report = try run.summary()
    #expect(report.outcome == "finished")
    #expect(EndlessRun.expectWholeCopy(folder) == report["payments"]?.rowsIn)
    let counted = folder.sortedLines(in: "out", prefix: "totals").reduce(0) { sum, line in
      sum + (line.split(separator: "\"n\":").last.flatMap { Int($0.dropLast()) } ?? 0)
    }
    #expect(counted == report["payments"]?.rowsIn)
    let again = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
    #expect(again.end() == .exited(0))
    #expect(again.errors.contains("has finished"), "\(again.errors)")
  }

  @Test func `stop at once kills, and the next run loses and doubles nothing`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    _ = try stop(folder, ["--now"])
    #expect(run.end() == .exited(0), "\(run.errors)")
    let next = try start(folder)
    _ = try stop(folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    _ = EndlessRun.expectWholeCopy(folder)
  }

  @Test func `a coordinator that does not answer is killed by a stop at once`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    run.send(SIGSTOP)
    let silent = try WeirProcess(["stop", "console"], in: folder)
    #expect(silent.end() == .exited(1))
    #expect(silent.errors.contains("E474"), "\(silent.errors)")
    let stop = try WeirProcess(["stop", "console", "--now"], in: folder)
    #expect(stop.end() == .exited(0), "\(stop.errors)")
    #expect(stop.output.contains("killed"), "\(stop.output)")
    #expect(run.end() == .killed(SIGKILL))
    #expect(Waiting.until(within: 10) { ProcessTable.instances(of: folder).isEmpty })
  }

  @Test func `several who stop one run are all told how it ended`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let stops = try (0..<3).map { _ in
      try WeirProcess(["stop", "console", "--format", "json"], in: folder)
    }
    for stop in stops {
      // One that came when the run had ended already is told that.
      let end = stop.end()
      #expect(end == .exited(0) || stop.errors.contains("E47"), "\(stop.errors)")
    }
    #expect(stops.contains { $0.output.contains("\"outcome\" : \"stopped\"") })
    #expect(run.end() == .exited(0), "\(run.errors)")
    expectNothingLeft(folder)
  }

  @Test func `a run without checkpoints is stopped and published`() throws {
    let folder = TestFolder()
    let run = try start(folder, checkpoints: "none")
    _ = try stop(folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(EndlessRun.expectWholeCopy(folder) == (try run.summary()["copy_out"]?.rowsIn))
  }

  // MARK: Names

  @Test func `a name that fits two runs is refused, and the path of a file is not`() throws {
    let folder = TestFolder()
    let first = try start(folder, file: "a/run.yaml")
    let second = try start(folder, file: "b/run.yaml")
    let unclear = try WeirProcess(["stop", "console"], in: folder)
    #expect(unclear.end() == .exited(2))
    #expect(unclear.errors.contains("E472"), "\(unclear.errors)")
    #expect(unclear.errors.contains("a/run.yaml"), "\(unclear.errors)")
    #expect(unclear.errors.contains("b/run.yaml"), "\(unclear.errors)")
    let stop = try WeirProcess(["stop", "\(folder.path)/a/run.yaml"], in: folder)
    #expect(stop.end() == .exited(0), "\(stop.errors)")
    #expect(first.end() == .exited(0), "\(first.errors)")
    #expect(second.poll() == nil)
    let other = try WeirProcess(["stop", "console"], in: folder)
    #expect(other.end() == .exited(0), "\(other.errors)")
    #expect(second.end() == .exited(0), "\(second.errors)")
    expectNothingLeft(folder)
  }
}
