import Glibc
import Testing

/// Processes that are killed or stopped at random: the rows are those of a run that nobody disturbs.
@Suite(.serialized) struct ChaosTests {
  private static let script =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/ops/chaos"

  /// Runs `ops/chaos` with the program under test; it prints its seed.
  private func run(_ options: [String]) throws -> String {
    let folder = TestFolder()
    let chaos = try WeirProcess(
      [],
      in: folder,
      wrapper: [Self.script] + options + ["--limit", "100", "--program"]
    )
    #expect(chaos.end(within: 150) == .exited(0), "\(chaos.output)\(chaos.errors)")
    return chaos.output
  }

  @Test func `ten kills at random change no row`() throws {
    let output = try run([
      "--kills", "10", "--pause", "0.4", "--events", "40000", "--rate", "7000", "--every", "200ms",
    ])
    #expect(output.contains("seen: 40000 rows, equal"), "\(output)")
    #expect(output.contains("10 kills"), "\(output)")
  }

  @Test func `kills that come faster than checkpoints are due do not keep the run from its end`()
    throws
  {
    let output = try run([
      "--kills", "all", "--pause", "0.6", "--events", "24000", "--rate", "5000", "--every", "3s",
    ])
    #expect(output.contains("seen: 24000 rows, equal"), "\(output)")
  }

  // MARK: Processes that stand still

  private static let topology = RecoveryTopology(rows: 20_000)
  private static let expected = topology.undisturbedOutput()

  private func start(_ folder: TestFolder, _ topology: RecoveryTopology) throws -> WeirProcess {
    folder.write("run.yaml", topology.text)
    let run = try WeirProcess(
      ["run", "\(folder.path)/run.yaml", "--log-format", "json"],
      in: folder
    )
    let isThere = Waiting.until {
      run.poll() != nil
        || folder.names(in: ".weir/recovery").filter { $0.hasPrefix("manifest-") }.count >= 2
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
    return run
  }

  private func victims(_ folder: TestFolder, _ stages: [String]) throws -> [RunningInstance] {
    let victims = ProcessTable.instances(of: folder).filter { stages.contains($0.stage) }
    try #require(Set(victims.map(\.stage)) == Set(stages))
    return victims
  }

  @Test(arguments: [["totals"], ["payments"], ["copy_out", "visits"]])
  func `a stage that is stopped, replaced and continued changes nothing`(
    _ stages: [String]
  ) throws {
    let folder = TestFolder()
    let run = try start(folder, Self.topology)
    let stopped = try victims(folder, stages)
    for victim in stopped { kill(victim.id, SIGSTOP) }
    let isReplaced = Waiting.until {
      let now = ProcessTable.instances(of: folder)
      return stopped.allSatisfy { old in
        now.contains { $0.instance == old.instance && $0.id != old.id } || run.poll() != nil
      }
    }
    #expect(isReplaced, "\(run.errors)")
    // None is there any more: a replacement never lives beside the one that it replaces.
    for victim in stopped { #expect(kill(victim.id, SIGCONT) == -1 && errno == ESRCH) }
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("E424"), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  // MARK: A coordinator that stands still

  /// Longer than `hang_after`, in seconds.
  private static let pause = 4.0

  /// Runs longer than two pauses.
  private static let long: RecoveryTopology = {
    var long = topology
    long.rows = 60_000
    long.rate = 6_000
    return long
  }()

  private static let expectedOfLong = long.undisturbedOutput()

  /// Stops the coordinator, does something, and continues it when that and the pause are over.
  private func pause(_ run: WeirProcess, _ meanwhile: () throws -> Void) throws {
    run.send(SIGSTOP)
    defer { run.send(SIGCONT) }
    let isStopped = Waiting.until {
      ProcessTable.status(run.id).contains { $0.hasPrefix("State:") && $0.contains("T") }
    }
    try #require(isStopped)
    let begun = Waiting.now()
    try meanwhile()
    #expect(Waiting.until { Waiting.now() - begun > Self.pause })
  }

  private func waitForNextEpoch(_ folder: TestFolder, _ run: WeirProcess) throws {
    let known = Damage.epochs(folder).last ?? 0
    let isThere = Waiting.until {
      run.poll() != nil || Damage.epochs(folder).last ?? 0 > known + 1
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }

  @Test func `a coordinator that stands still takes its own pause for nobody's hang`() throws {
    let folder = TestFolder()
    let run = try start(folder, Self.long)
    let before = ProcessTable.instances(of: folder)
    try pause(run) {
      // Nobody can take its place meanwhile: the lock is its own as long as it lives.
      let second = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
      #expect(second.end() == .exited(2), "\(second.errors)")
      #expect(second.errors.contains("\(run.id)"), "\(second.errors)")
    }
    try waitForNextEpoch(folder, run)
    #expect(ProcessTable.instances(of: folder) == before)
    #expect(run.end() == .exited(0), "\(run.errors)")
    for code in ["E404", "E405", "E424"] {
      #expect(!run.errors.contains(code), "\(run.errors)")
    }
    RecoveryTopology.expectWhole(folder, try Self.expectedOfLong.get())
  }

  @Test func `a coordinator that wakes up to a stage that has died replaces that one alone`()
    throws
  {
    let folder = TestFolder()
    let run = try start(folder, Self.long)
    let before = ProcessTable.instances(of: folder).filter { $0.stage != "spare" }
    let victim = try #require(before.first { $0.stage == "visits" })
    try pause(run) { kill(victim.id, SIGKILL) }
    try waitForNextEpoch(folder, run)
    let after = ProcessTable.instances(of: folder).filter { $0.stage != "spare" }
    // The spare has become the one that was killed, under the name of which it was started.
    let kept = before.filter { $0 != victim }
    #expect(kept.allSatisfy { after.contains($0) }, "\(before) and \(after)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("E404") && !run.errors.contains("E424"), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expectedOfLong.get())
  }

  // MARK: A checkpoint that fails

  @Test func `a stage that goes on after a checkpoint has failed for it changes nothing`() throws {
    let folder = TestFolder()
    var topology = Self.topology
    topology.checkpoints = "{ every: 150ms, keep: 2, timeout: 300ms, max_failures: 50 }"
    let run = try start(folder, topology)
    let stopped = try victims(folder, ["totals"])
    for victim in stopped { kill(victim.id, SIGSTOP) }
    #expect(Waiting.until { run.poll() != nil || run.errors.contains("took longer than") })
    for victim in stopped { #expect(kill(victim.id, SIGCONT) == 0) }
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(!run.errors.contains("E424"), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }
}
