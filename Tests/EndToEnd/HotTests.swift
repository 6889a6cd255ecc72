import Foundation
import Testing

/// Where a run is hot, asked of a real one.
@Suite(.serialized) struct HotTests {
  /// What `weir status --format json` tells of it.
  private struct Status: Decodable {
    struct Stage: Decodable {
      var name: String
      var instances: [Instance]
      var hotKeys: HotKeys?
    }

    struct Instance: Decodable {
      var instance: String
      var shares: Shares?
    }

    struct Shares: Decodable {
      var busy: Double
      var backpressured: Double
      var idle: Double
    }

    struct HotKeys: Decodable {
      var columns: [String]
      var keys: [Key]
    }

    struct Key: Decodable {
      var key: [String]
      var share: Double
      var error: Double
      var instance: String
    }

    struct Bottleneck: Decodable {
      var kind: String
      var stage: String?
      var outlook: Outlook?
    }

    struct Outlook: Decodable {
      var helps: Bool
      var limit: String?
    }

    struct Machine: Decodable { var cores: Double }

    var stages: [Stage]
    var bottleneck: Bottleneck?
    var machine: Machine?

    subscript(stage: String) -> Stage? { stages.first { $0.name == stage } }
  }

  /// What `weir advise --format json` tells.
  private struct Report: Decodable {
    struct Advice: Decodable {
      var isTooShort: Bool
      var stages: [Stage]
    }

    struct Stage: Decodable {
      var name: String
      var processes: Int
      var wanted: Int?
      var advised: Int
      var goal: String?
      var limit: String?
    }

    var advice: Advice
    var edit: String?
  }

  /// Rows without end, as fast as they can be made, for an operator that does more with each than the
  /// source; nine of ten of one key if asked.
  private func topology(_ name: String, card: String, processes: Int) -> String {
    """
    weir: 1
    name: \(name)
    checkpoints: { every: 1s }
    sources:
      payments:
        generate:
          seed: 1
          columns:
            card: \(card)
            at: { clock: { start: 2026-01-01T00:00:00Z, rows_per_second: 1000 } }
        event_time: at
    operators:
      totals:
        from: payments
        key: card
        aggregate: { n: count(), a: min(card), b: max(at), c: count_distinct(at) }
        having: n < 0
        processes: \(processes)
    sinks:
      out: { from: totals, file: { path: out/ }, format: json }
    """
  }

  private func start(_ folder: TestFolder, _ text: String) throws -> WeirProcess {
    folder.write("hot.yaml", text)
    return try WeirProcess(
      ["run", "\(folder.path)/hot.yaml", "--format", "json"],
      in: folder
    )
  }

  /// Waits until the status says so; the last one that was asked for.
  private func status(
    _ folder: TestFolder,
    _ run: WeirProcess,
    until isSo: (Status) -> Bool
  ) throws -> Status {
    var last: Status?
    let came = Waiting.until {
      guard run.poll() == nil, run.errors.contains("running") else { return run.poll() != nil }
      let status = try? WeirProcess.json(["status", "hot"], in: folder, as: Status.self)
      last = status ?? last
      return status.map(isSo) ?? false
    }
    try #require(came && run.poll() == nil, "\(String(describing: last)) \(run.errors)")
    return try #require(last)
  }

  private func stop(_ folder: TestFolder, _ run: WeirProcess) throws {
    let stop = try WeirProcess(["stop", "hot", "--now"], in: folder)
    #expect(stop.end() == .exited(0), "\(stop.errors)")
    run.end()
    #expect(ProcessTable.instances(of: folder) == [])
  }

  @Test func `a key with nine of ten rows is named, and so is what it does to the run`() throws {
    let folder = TestFolder()
    let card = "{ weights: { hot: 0.9, b: 0.04, c: 0.03, d: 0.02, e: 0.01 } }"
    let run = try start(folder, topology("hot", card: card, processes: 2))
    let found = try status(folder, run) { status in
      status["totals"]?.hotKeys?.keys.first.map { $0.error < 0.02 } == true
        && status.bottleneck?.stage == "totals" && status.bottleneck?.kind == "operator"
        && status.stages.allSatisfy { $0.instances.allSatisfy { $0.shares != nil } }
    }
    let hot = try #require(found["totals"]?.hotKeys)
    #expect(hot.columns == ["card"])
    let first = try #require(hot.keys.first)
    #expect(first.key == ["hot"])
    #expect(abs(first.share - 0.9) < 0.03, "\(first)")
    #expect(found["payments"]?.hotKeys == nil)
    for stage in found.stages {
      for instance in stage.instances {
        let shares = try #require(instance.shares)
        let sum = shares.busy + shares.backpressured + shares.idle
        #expect(abs(sum - 1) < 0.001, "\(instance)")
      }
    }
    #expect(found.bottleneck?.kind == "operator")
    #expect(found.bottleneck?.outlook?.helps == false)
    #expect(found.bottleneck?.outlook?.limit == "hotKey")
    #expect(found.machine.map { $0.cores > 0 } == true)
    let text = try WeirProcess(["status", "hot"], in: folder)
    #expect(text.end() == .exited(0))
    #expect(text.output.contains("bottleneck: "), "\(text.output)")
    #expect(text.output.contains("hottest keys of totals by card: 'hot' "), "\(text.output)")
    #expect(text.output.contains("  totals/1 "), "\(text.output)")
    try stop(folder, run)
  }

  @Test func `advise says that an operator which holds up its source wants processes`() throws {
    let folder = TestFolder()
    let card = "{ pick: \"c%05d\", count: 50000 }"
    let run = try start(folder, topology("hot", card: card, processes: 1))
    _ = try status(folder, run) {
      $0.bottleneck?.stage == "totals" && $0.bottleneck?.kind == "operator"
    }
    let report: Report = try WeirProcess.json(
      ["advise", "hot", "--measure", "5s"],
      in: folder
    )
    #expect(!report.advice.isTooShort)
    let source = try #require(report.advice.stages.first { $0.name == "payments" })
    #expect(source.goal == "fastest")
    #expect(source.advised == 1)
    let totals = try #require(report.advice.stages.first { $0.name == "totals" })
    #expect(totals.processes == 1)
    #expect(totals.wanted.map { $0 > 1 } == true, "\(totals)")
    // The machine of the test may have no core for it, and then it says so.
    #expect((totals.limit == "cores") == (totals.advised < totals.wanted ?? 0), "\(totals)")
    if totals.advised > 1 {
      #expect(report.edit?.contains("+    processes: \(totals.advised)") == true)
    } else {
      #expect(report.edit == nil)
    }
    try stop(folder, run)
    let gone = try WeirProcess(["advise", "hot", "--measure", "1s"], in: folder)
    #expect(gone.end() == .exited(2))
    #expect(gone.errors.contains("E471"), "\(gone.errors)")
  }
}
