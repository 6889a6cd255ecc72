import Foundation
import Glibc
import Testing

/// What `weir drill --format json` prints.
private struct PrintedDrill: Decodable {
  struct Drill: Decodable {
    var instance: String
    var process: pid_t
    var epoch: Int
    var instances: Int
    var seenMicroseconds: Int
    var readyMicroseconds: Int
    var goMicroseconds: Int
    var runningMicroseconds: Int
    var caughtUpMicroseconds: Int
    var outputMicroseconds: Int
    var gapMicroseconds: Int
    var stateBytes: Int
    var restartMicroseconds: Int?
    var rowsReplayed: Int?
    var failures: Int
    var hasRecovered: Bool
  }

  struct Goal: Decodable {
    var goal: String
    var isMet: Bool
  }

  struct Audit: Decodable {
    var isWhole: Bool
    var checkpoint: Int
    var rowsFound: Int
  }

  var seed: UInt64
  var drills: [Drill]
  var goals: [Goal]
  var audit: Audit?
}

/// Drills on a run that lives: processes die for real, and nothing is lost.
@Suite(.serialized) struct DrillTests {
  private static let rows = 12_000

  /// Rows at a pace, for some seconds; what comes out does not depend on what was killed.
  private static func topology(checkpoints: String = "{ every: 100ms }") -> String {
    EndlessRun.topology("drilled", checkpoints: checkpoints, rate: 2000, rows: rows, window: "1s")
  }

  private func start(_ folder: TestFolder, _ text: String = topology()) throws -> WeirProcess {
    folder.write("run.yaml", text)
    let run = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
    let isReady = Waiting.until { run.poll() != nil || run.errors.contains("running") }
    try #require(isReady && run.poll() == nil, "\(run.errors)")
    return run
  }

  /// Runs a drill to its end and reads what it prints.
  private func drill(
    _ options: [String],
    in folder: TestFolder,
    code: Int32 = 0
  ) throws -> PrintedDrill {
    let drill = try WeirProcess(
      ["drill", "\(folder.path)/run.yaml", "--format", "json"] + options,
      in: folder
    )
    #expect(drill.end() == .exited(code), "\(drill.errors)")
    return try JSONDecoder().decode(PrintedDrill.self, from: Data(drill.output.utf8))
  }

  private func expectOrder(_ drill: PrintedDrill.Drill) {
    let times = [
      0, drill.seenMicroseconds, drill.readyMicroseconds, drill.goMicroseconds,
      drill.outputMicroseconds, drill.runningMicroseconds,
    ]
    #expect(times == times.sorted() && times[1] > 0, "\(drill)")
    #expect(drill.caughtUpMicroseconds > drill.goMicroseconds, "\(drill)")
    #expect(drill.gapMicroseconds > 0, "\(drill)")
    #expect(drill.hasRecovered && drill.instances == 5, "\(drill)")
  }

  /// All rows are there once, whatever was killed.
  private func expectWhole(_ folder: TestFolder, _ run: WeirProcess) {
    #expect(run.end() == .exited(0), "\(run.errors)")
    let lines = folder.sortedLines(in: "out", prefix: "copy")
    #expect(lines.count == Self.rows && Set(lines).count == Self.rows)
    #expect(ProcessTable.instances(of: folder) == [])
  }

  @Test func `a drill kills a process for real and measures how the run comes back`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let report = try drill(
      ["--kill", "totals/1", "--goal", "running<1h", "--goal", "gap<1h"],
      in: folder
    )
    #expect(report.goals.map(\.isMet) == [true, true])
    #expect(report.drills.map(\.instance) == ["totals/1"])
    for drill in report.drills { expectOrder(drill) }
    let audit = try #require(report.audit)
    #expect(audit.isWhole && audit.rowsFound > 0)
    #expect(audit.checkpoint > report.drills[0].epoch)
    #expect(run.errors.contains("'totals/1' died"), "\(run.errors)")
    #expect(run.errors.contains("caught up"), "\(run.errors)")
    expectWhole(folder, run)
  }

  @Test func `several die at one moment, and others are drawn one after the other`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let both = try drill(["--kill", "payments", "--kill", "copy_out/0"], in: folder)
    #expect(both.drills.map(\.instance) == ["payments/0", "copy_out/0"])
    #expect(both.drills.allSatisfy { $0.hasRecovered && $0.failures == 2 }, "\(both)")
    let drawn = try drill(["--random", "3", "--seed", "5"], in: folder)
    #expect(drawn.drills.count == 3 && drawn.seed == 5)
    for drill in drawn.drills { expectOrder(drill) }
    // Each went back to a checkpoint that was not complete yet when the one before was hit.
    let epochs = drawn.drills.map(\.epoch)
    #expect(Set(epochs).count == 3 && epochs == epochs.sorted(), "\(epochs)")
    expectWhole(folder, run)
  }

  @Test func `a drill sees that a row of the output is missing`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let isThere = Waiting.until { !folder.sortedLines(in: "out", prefix: "copy").isEmpty }
    try #require(isThere, "\(run.errors)")
    let parts = folder.names(in: "out").filter { $0.hasPrefix("copy") }
    let part = try #require(parts.sorted().first)
    let lines = TestFolder.lines(folder.text("out/\(part)"))
    folder.write("out/\(part)", lines.dropLast().map { $0 + "\n" }.joined())
    let report = try drill(["--kill", "totals"], in: folder, code: 1)
    #expect(report.drills.allSatisfy(\.hasRecovered) && report.audit?.isWhole == false)
    let named = try WeirProcess(["audit", "drilled"], in: folder)
    #expect(named.end() == .exited(1), "\(named.errors)")
    let unasked = try drill(["--kill", "totals", "--no-audit"], in: folder)
    #expect(unasked.audit == nil)
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
  }

  @Test func `a goal that is missed is exit code 1`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let report = try drill(
      ["--hang", "totals", "--goal", "running<1h", "--goal", "recovery<1us"],
      in: folder,
      code: 1
    )
    #expect(report.goals.map(\.isMet) == [true, false])
    // Nobody is taken for hung before three seconds of silence.
    #expect(report.drills.allSatisfy { $0.seenMicroseconds > 1_900_000 }, "\(report)")
    expectWhole(folder, run)
  }

  @Test func `a coordinator that was killed is started again, and the run goes on`() throws {
    let folder = TestFolder()
    let first = try start(folder)
    let hasCheckpoint = Waiting.until {
      folder.names(in: ".weir/drilled").contains { $0.hasPrefix("manifest-") }
    }
    #expect(hasCheckpoint, "\(first.errors)")
    let report = try drill(["--coordinator"], in: folder)
    let drill = try #require(report.drills.first)
    #expect(drill.instance == "coordinator" && drill.process == first.id)
    #expect(drill.hasRecovered && drill.restartMicroseconds ?? 0 > 0 && drill.instances == 5)
    #expect(first.end() == .killed(SIGKILL))
    // The new one appends to the log of the old one.
    let isOver = Waiting.until { first.errors.contains("drilled finished") }
    #expect(isOver, "\(first.errors)")
    #expect(first.errors.contains("going on from checkpoint"), "\(first.errors)")
    let lines = folder.sortedLines(in: "out", prefix: "copy")
    #expect(lines.count == Self.rows && Set(lines).count == Self.rows)
    #expect(ProcessTable.instances(of: folder) == [])
  }

  @Test func `what cannot be hit is said, and nothing is`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let unknown = try WeirProcess(["drill", "drilled", "--kill", "total"], in: folder)
    #expect(unknown.end() == .exited(2))
    #expect(unknown.errors.contains("E491"), "\(unknown.errors)")
    #expect(unknown.errors.contains("totals/1"), "\(unknown.errors)")
    let none = try WeirProcess(["drill", "undrilled"], in: folder)
    #expect(none.end() == .exited(2))
    #expect(none.errors.contains("E471"), "\(none.errors)")
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(!run.errors.contains("died"), "\(run.errors)")
    let other = TestFolder()
    let fragile = try start(other, Self.topology(checkpoints: "none"))
    let refused = try WeirProcess(["drill", "drilled"], in: other)
    #expect(refused.end() == .exited(2))
    #expect(refused.errors.contains("E492"), "\(refused.errors)")
    fragile.send(SIGTERM)
    #expect(fragile.end() == .exited(0), "\(fragile.errors)")
  }
}
