import Testing

/// A topology with windows, sessions, late rows and several sinks over generated rows.
struct RecoveryTopology {
  var rows = 30_000
  var checkpoints = "{ every: 150ms, keep: 2 }"
  /// Rows a second, so that there is a middle; nil: as fast as can be.
  var rate: Int? = 12_000
  var seed = 1
  /// Of the sliding windows.
  var size = "2m"
  /// Processes of the windows and of the sessions.
  var processes = (totals: 2, visits: 1)
  /// More clauses of the sliding windows.
  var more = ""

  var text: String {
    """
    weir: 1
    name: recovery
    checkpoints: \(checkpoints)
    batch: { rows: 256 }
    sources:
      payments:
        generate:
          rows: \(rows)
          \(rate.map { "rate: \($0)" } ?? "")
          seed: \(seed)
          columns:
            id: { sequence: "a%09d" }
            card: { pick: "c%04d", count: 900, skew: 0.5 }
            cents: { uniform: [1, 100000], type: int }
            at:
              clock: { start: 2026-01-01T00:00:00Z, rows_per_second: 50 }
              disorder: 20s
              late: { fraction: 0.01, by: [3m, 10m] }
        event_time: at
        watermark: { lag: 20s }
    operators:
      totals:
        from: payments
        key: card
        window: { sliding: \(size), every: 30s }
        \(more)
        aggregate: { n: count(), cents: sum(cents), first: min(id), last: max(id) }
        processes: \(processes.totals)
      visits:
        from: payments
        key: card
        window: { session: 8s }
        aggregate: { n: count(), last: max(id) }
        processes: \(processes.visits)
    sinks:
      totals_out: { from: totals, file: { path: out/totals.jsonl }, format: json, processes: 2 }
      visits_out: { from: visits, file: { path: out/visits.jsonl }, format: json }
      late_out: { from: totals.late, file: { path: out/late.jsonl }, format: json }
      copy_out: { from: payments, file: { path: out/copy.jsonl }, format: json }
    """
  }

  static let sinks = ["totals", "visits", "late", "copy"]

  /// The lines that each sink has made visible, in order of their text.
  static func output(_ folder: TestFolder) -> [[String]] {
    sinks.map { folder.sortedLines(in: "out", prefix: $0) }
  }

  /// What a run without checkpoints, which nobody disturbs, makes.
  func undisturbedOutput() -> Result<[[String]], any Error> {
    Result {
      var plain = self
      plain.checkpoints = "none"
      plain.rate = nil
      let folder = TestFolder()
      folder.write("run.yaml", plain.text)
      let run = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
      #expect(run.end() == .exited(0), "\(run.errors)")
      return Self.output(folder)
    }
  }

  /// Expects the output that is given, and that nothing is left beside it.
  static func expectWhole(_ folder: TestFolder, _ expected: [[String]]) {
    for (sink, (found, expected)) in zip(sinks, zip(output(folder), expected)) {
      #expect(!expected.isEmpty, "\(sink)")
      let isSame = found == expected
      #expect(isSame, "\(sink): \(found.count) lines, not \(expected.count)")
    }
    #expect(ProcessTable.instances(of: folder) == [])
    #expect(folder.names(in: "r/weir") == [])
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
  }

  // MARK: A run of it

  /// Starts a run in a folder.
  static func start(
    _ folder: TestFolder,
    _ text: String,
    options: [String] = []
  ) throws -> WeirProcess {
    folder.write("run.yaml", text)
    return try WeirProcess(["run", "\(folder.path)/run.yaml"] + options, in: folder)
  }

  /// The names of the manifests that it has.
  static func manifests(_ folder: TestFolder) -> [String] {
    folder.names(in: ".weir/recovery").filter { $0.hasPrefix("manifest-") }
  }

  /// Waits until so many checkpoints are complete, and the run is in its middle.
  static func waitForCheckpoint(
    _ number: Int,
    _ folder: TestFolder,
    _ run: WeirProcess
  ) throws {
    let isThere = Waiting.until {
      run.poll() != nil
        || manifests(folder).contains { name in
          Int(name.dropFirst(9).dropLast(5)).map { $0 >= number } ?? false
        }
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }
}
