import Glibc
import Testing
import WeirRuntime

/// Runs whose processes become more and fewer while they go on.
@Suite(.serialized) struct ScaleTests {
  private static let expected = RecoveryTopology().undisturbedOutput()

  /// The instances of a stage, as the run tells of them.
  private func names(_ folder: TestFolder, _ stage: String) throws -> [String] {
    let command = try WeirProcess(["ps", "recovery"], in: folder)
    _ = command.end()
    let words = command.output.split { $0 == " " || $0 == "\n" }
    return words.filter { $0.hasPrefix("\(stage)/") }.map(String.init).sorted()
  }

  private func scale(_ folder: TestFolder, _ words: String...) throws -> WeirProcess {
    let command = try WeirProcess(["scale", "recovery"] + words, in: folder)
    _ = command.end()
    return command
  }

  private func killOne(_ stage: String, _ folder: TestFolder) throws {
    let victim = try #require(
      ProcessTable.instances(of: folder).first { $0.instance == "\(stage)/0" }
    )
    kill(victim.id, SIGKILL)
  }

  @Test func `operators are scaled up and down, with kills in between, and the output is the same`()
    throws
  {
    let folder = TestFolder()
    let topology = RecoveryTopology(rate: 3500, processes: (1, 1))
    let run = try RecoveryTopology.start(folder, topology.text)
    try RecoveryTopology.waitForCheckpoint(2, folder, run)
    let up = try scale(folder, "totals=4", "visits=2")
    #expect(up.end() == .exited(0), "\(up.errors) \(run.errors)")
    #expect(up.output.contains("totals: 1 -> 4 processes, 96 of 128 key groups moved"))
    #expect(try names(folder, "totals") == (0..<4).map { "totals/\($0)" })
    try killOne("totals", folder)
    try RecoveryTopology.waitForCheckpoint(9, folder, run)
    let down = try scale(folder, "totals", "--remove", "2")
    #expect(down.end() == .exited(0), "\(down.errors) \(run.errors)")
    #expect(try names(folder, "totals") == ["totals/0", "totals/1"])
    try killOne("visits", folder)
    try RecoveryTopology.waitForCheckpoint(15, folder, run)
    let last = try scale(folder, "totals=3", "totals_out=1", "copy_out=2")
    #expect(last.end() == .exited(0), "\(last.errors) \(run.errors)")
    try RecoveryTopology.waitForCheckpoint(19, folder, run)
    let more = try scale(folder, "totals_out=3", "copy_out=1")
    #expect(more.end() == .exited(0), "\(more.errors) \(run.errors)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("audit: whole"), "\(run.errors)")
    #expect(!run.errors.contains("crashed"), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test func `a run that goes on keeps its layout until the topology says another number`() throws {
    let folder = TestFolder()
    var topology = RecoveryTopology(rate: 6000, processes: (1, 1))
    let first = try RecoveryTopology.start(folder, topology.text)
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    let up = try scale(folder, "totals", "3")
    #expect(up.end() == .exited(0), "\(up.errors) \(first.errors)")
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL))
    let second = try RecoveryTopology.start(folder, topology.text)
    try RecoveryTopology.waitForCheckpoint(6, folder, second)
    #expect(try names(folder, "totals") == ["totals/0", "totals/1", "totals/2"])
    second.send(SIGTERM)
    #expect(second.end() == .exited(0), "\(second.errors)")
    topology.processes.totals = 2
    topology.rate = nil
    let third = try RecoveryTopology.start(folder, topology.text)
    #expect(third.end() == .exited(0), "\(third.errors)")
    #expect(third.errors.contains("audit: whole"), "\(third.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test func `what cannot be scaled is refused with the reason, and the run goes on`() throws {
    let folder = TestFolder()
    let run = try RecoveryTopology.start(folder, RecoveryTopology().text)
    try RecoveryTopology.waitForCheckpoint(1, folder, run)
    let refusals = [
      (["totals", "129"], "'totals' would have 129 processes for 128 key groups"),
      (["payments", "2"], "the processes of source 'payments' are fixed"),
      (["nothing", "2"], "there is no stage 'nothing'"),
      (["totals", "2"], "it has these numbers of processes already"),
      (["totals", "--remove", "2"], "'totals' would have 0 processes"),
      (["totals=3", "totals=4"], "'totals' is named twice"),
    ]
    for (words, reason) in refusals {
      let command = try WeirProcess(["scale", "recovery"] + words, in: folder)
      #expect(command.end() == .exited(2), "\(command.errors)")
      #expect(
        command.errors.contains("E480") && command.errors.contains(reason),
        "\(command.errors)"
      )
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  private static let failing = RecoveryTopology(
    rows: 24_000,
    checkpoints: "{ every: 60ms, keep: 2 }",
    rate: 8_000
  )

  private static let expectedOfFailing = failing.undisturbedOutput()

  @Test(arguments: FailpointTests.stepsOfScaling)
  func `a process that dies while a run is scaled loses and doubles nothing`(
    _ step: Failpoint
  ) throws {
    let folder = TestFolder()
    folder.write("run.yaml", Self.failing.text)
    func start() throws -> WeirProcess {
      try WeirProcess(
        ["run", "\(folder.path)/run.yaml", "--log-format", "json"],
        in: folder,
        environment: ["WEIR_FAILPOINT": FailpointTests.order(step)]
      )
    }
    let run = try start()
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    let command = try WeirProcess(["scale", "recovery", "totals=4", "visits=2"], in: folder)
    _ = command.end()
    let end = run.end()
    #expect(folder.names(in: ".weir/recovery").contains("failpoint-\(step.rawValue)"))
    if step.isCoordinators {
      #expect(end == .killed(SIGKILL), "\(run.errors)")
      let next = try start()
      #expect(next.end() == .exited(0), "\(next.errors)")
    } else {
      #expect(end == .exited(0), "\(run.errors)")
    }
    RecoveryTopology.expectWhole(folder, try Self.expectedOfFailing.get())
  }
}
