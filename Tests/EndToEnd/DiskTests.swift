import Glibc
import Testing

/// Runs on a disk that is full for a while, and in folders that cannot be written.
@Suite(.serialized) struct DiskTests {
  private static func topology(mostFailures: Int = 1000, rate: Int? = 9_000) -> RecoveryTopology {
    RecoveryTopology(
      rows: 15_000,
      checkpoints: "{ every: 100ms, keep: 2, max_failures: \(mostFailures) }",
      rate: rate
    )
  }

  private static let expected = topology().undisturbedOutput()

  private func expectWhole(_ folder: TestFolder) throws {
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  private func start(_ folder: TestFolder, _ topology: RecoveryTopology) throws -> WeirProcess {
    folder.write("run.yaml", topology.text)
    return try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
  }

  private func waitForEpoch(_ epoch: Int, _ folder: TestFolder, _ run: WeirProcess) throws {
    let isThere = Waiting.until { run.poll() != nil || Damage.epochs(folder).last ?? 0 >= epoch }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }

  // MARK: A full disk

  @Test(
    .enabled(if: SmallDisk.canMount, "a small disk can only be mounted by root"),
    arguments: [".weir", "out"]
  )
  func `on a full disk checkpoints fail, and when there is space again nothing is missing`(
    _ name: String
  ) throws {
    let folder = TestFolder()
    let disk = try SmallDisk(name, in: folder)
    let run = try start(folder, Self.topology())
    try waitForEpoch(2, folder, run)
    try disk.fill()
    let hasFailed = Waiting.until { run.poll() != nil || run.errors.contains("checkpoint failed") }
    #expect(hasFailed && run.poll() == nil, "\(run.errors)")
    disk.free()
    let last = Damage.epochs(folder).last ?? 0
    let goesOn = Waiting.until { run.poll() != nil || Damage.epochs(folder).last ?? 0 > last }
    #expect(goesOn, "\(run.errors)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    try expectWhole(folder)
  }

  @Test(
    .enabled(if: SmallDisk.canMount, "a small disk can only be mounted by root"),
    arguments: [".weir", "out"]
  )
  func `a disk that stays full ends the run with the reason, and the next one goes on`(
    _ name: String
  ) throws {
    let folder = TestFolder()
    let disk = try SmallDisk(name, in: folder)
    let run = try start(folder, Self.topology(mostFailures: 3))
    try waitForEpoch(2, folder, run)
    try disk.fill()
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E422") && run.errors.contains("No space left"), "\(run.errors)")
    #expect(ProcessTable.instances(of: folder) == [])
    disk.free()
    let next = try start(folder, Self.topology(rate: nil))
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(next.errors.contains("going on from checkpoint"), "\(next.errors)")
    try expectWhole(folder)
  }

  // MARK: Folders that cannot be written

  @Test(.enabled(if: geteuid() == 0, "root becomes somebody else, for whom folders can be closed"))
  func `a state folder that cannot be written is an error at the start, and a failure later`()
    throws
  {
    let folder = TestFolder()
    let state = "\(folder.path)/.weir"
    folder.write("run.yaml", Self.topology().text)
    let wrapper = OtherUser.wrapper(folder)
    let path = "\(folder.path)/run.yaml"
    mkdir(state, 0o755)
    let refused = try WeirProcess(["run", path], in: folder, wrapper: wrapper)
    #expect(refused.end() == .exited(2), "\(refused.errors)")
    #expect(
      refused.errors.contains("E107") && refused.errors.contains(".weir"),
      "\(refused.errors)"
    )
    #expect(folder.names(in: "out") == [])
    chown(state, 65_534, 65_534)
    let run = try WeirProcess(["run", path], in: folder, wrapper: wrapper)
    try waitForEpoch(2, folder, run)
    chmod("\(state)/recovery", 0o500)
    let hasFailed = Waiting.until { run.poll() != nil || run.errors.contains("checkpoint failed") }
    #expect(hasFailed && run.poll() == nil, "\(run.errors)")
    chmod("\(state)/recovery", 0o700)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("ermission denied") || run.errors.contains("E101"), "\(run.errors)")
    unlink("\(folder.path)/weir")
    try expectWhole(folder)
  }
}
