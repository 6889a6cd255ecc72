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
