import Glibc
import Testing

/// Runs that go on with other numbers of processes than have taken their checkpoint.
@Suite(.serialized) struct LayoutTests {
  private static let expected = RecoveryTopology().undisturbedOutput()

  private func start(
    _ folder: TestFolder,
    totals: Int,
    visits: Int,
    rate: Int? = RecoveryTopology().rate
  ) throws -> WeirProcess {
    let topology = RecoveryTopology(rate: rate, processes: (totals, visits))
    return try RecoveryTopology.start(folder, topology.text)
  }

  private func names(_ folder: TestFolder, _ stage: String) -> [String] {
    ProcessTable.instances(of: folder).map(\.instance).filter { $0.hasPrefix(stage) }.sorted()
  }

  @Test func `state follows its key groups to more processes and to fewer`() throws {
    let folder = TestFolder()
    let first = try start(folder, totals: 2, visits: 1, rate: 6000)
    try RecoveryTopology.waitForCheckpoint(3, folder, first)
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL))
    let more = try start(folder, totals: 4, visits: 3, rate: 6000)
    try RecoveryTopology.waitForCheckpoint(5, folder, more)
    #expect(names(folder, "totals/") == (0..<4).map { "totals/\($0)" })
    // What was inherited is inherited again as long as no checkpoint has followed.
    let victim = try #require(
      ProcessTable.instances(of: folder).first { $0.instance == "totals/3" }
    )
    kill(victim.id, SIGKILL)
    try RecoveryTopology.waitForCheckpoint(7, folder, more)
    more.send(SIGTERM)
    #expect(more.end() == .exited(0), "\(more.errors)")
    let fewer = try start(folder, totals: 1, visits: 2)
    #expect(fewer.end() == .exited(0), "\(fewer.errors)")
    #expect(fewer.errors.contains("audit: whole"), "\(fewer.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test func `a run that has finished says so with another number of processes`() throws {
    let folder = TestFolder()
    let first = try start(folder, totals: 1, visits: 1, rate: nil)
    #expect(first.end() == .exited(0), "\(first.errors)")
    let again = try start(folder, totals: 3, visits: 2)
    #expect(again.end() == .exited(0), "\(again.errors)")
    #expect(again.errors.contains("has finished"), "\(again.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  @Test func `the number of processes of a generator is refused`() throws {
    let folder = TestFolder()
    let first = try start(folder, totals: 1, visits: 1)
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    let text = RecoveryTopology().text
    let changes = [
      (
        "event_time: at", "event_time: at\n    processes: 2",
        "'processes' of 'payments' has changed"
      )
    ]
    for (old, new, message) in changes {
      #expect(text.contains(old))
      let run = try RecoveryTopology.start(folder, text.replacing(old, with: new))
      #expect(run.end() == .exited(2), "\(run.errors)")
      #expect(run.errors.contains("E442") && run.errors.contains(message), "\(run.errors)")
    }
  }
}
