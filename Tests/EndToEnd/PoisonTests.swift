import Glibc
import Testing

/// Rows that kill their operator: found, kept from it, and told of, while the run goes on.
@Suite(.serialized) struct PoisonTests {
  private static let rows = 9_000
  /// The row that kills.
  private static let poison = "p000004321"

  /// `slow` work: a pushed-up condition, a window in a process of its own, a sink of all that is left.
  private static func topology(
    checkpoints: String = "{ every: 200ms }",
    onError: String = "divert",
    operation: String = "totals",
    most: Int? = nil
  ) -> String {
    """
    weir: 1
    name: poison
    checkpoints: \(checkpoints)
    \(most.map { "restarts: { most: \($0) }" } ?? "")
    batch: { rows: 256 }
    sources:
      payments:
        generate:
          rows: \(rows)
          rate: 6000
          seed: 3
          columns:
            id: { sequence: "p%09d" }
            card: { pick: "c%04d", count: 90, skew: 0.5 }
            cents: { uniform: [1, 100000], type: int }
            at:
              clock: { start: 2026-01-01T00:00:00Z, rows_per_second: 50 }
              disorder: 20s
        event_time: at
        watermark: { lag: 20s }
    operators:
      totals:
        from: payments
        where: cents > 20
        key: card
        window: { tumbling: 30s }
        aggregate: { n: count(), cents: sum(cents), first: min(id), last: max(id) }
        on_error: \(operation == "totals" ? onError : "fail")
        processes: 2
      visits:
        from: payments
        let: { name: upper(id) }
        key: name
        window: { session: 8s }
        aggregate: { n: count() }
        on_error: \(operation == "visits" ? onError : "fail")
      small:
        from: payments
        where: cents < 50000
        on_error: \(operation == "small" ? onError : "fail")
    sinks:
      totals_out: { from: totals, file: { path: out/totals.jsonl }, format: json }
      visits_out: { from: visits, file: { path: out/visits.jsonl }, format: json }
      small_out: { from: small, file: { path: out/small.jsonl }, format: json }
      poison_out: { from: \(operation).poison, file: { path: out/poison.jsonl }, format: json }
    """
  }

  /// What the same topology makes of the rows without the one that kills.
  private static func expected(_ operation: String) throws -> [String: [String]] {
    let folder = TestFolder()
    let place =
      switch operation {
      case "totals": "where: cents > 20"
      case "small": "where: cents < 50000"
      default: "let: { name: upper(id) }"
      }
    let without = "id <> '\(poison)'"
    let isCondition = place.hasPrefix("where")
    let text = topology(checkpoints: "none", operation: operation)
      .replacing("rate: 6000", with: "")
      .replacing(
        place,
        with: isCondition ? "\(place) and \(without)" : "\(place)\n    where: \(without)"
      )
    folder.write("run.yaml", text)
    let run = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    return output(folder)
  }

  private static func output(_ folder: TestFolder) -> [String: [String]] {
    var output: [String: [String]] = [:]
    for sink in ["totals", "visits", "small", "poison"] {
      output[sink] = folder.sortedLines(in: "out", prefix: sink)
    }
    return output
  }

  private func start(
    _ folder: TestFolder,
    _ topology: String,
    kills stage: String?,
    _ text: String = PoisonTests.poison
  ) throws -> WeirProcess {
    folder.write("run.yaml", topology)
    return try WeirProcess(
      ["run", "\(folder.path)/run.yaml", "--format", "json", "--log-level", "debug"],
      in: folder,
      environment: stage.map {
        ["WEIR_FAILPOINT": "poison:\($0):\(text)", "SWIFT_BACKTRACE": "enable=no"]
      } ?? [:]
    )
  }

  /// `totals` and `small` die in the process of the source, which does their conditions; `visits` in
  /// its own, of a value that is made for it.
  @Test(arguments: [
    ("totals", poison), ("small", poison), ("visits", poison.replacing("p", with: "P")),
  ])
  func `a row that kills its operator goes to the poison port, and all else is as without it`(
    _ stage: String,
    _ text: String
  ) throws {
    let folder = TestFolder()
    let run = try start(folder, Self.topology(operation: stage), kills: stage, text)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let expected = try Self.expected(stage)
    let found = Self.output(folder)
    for sink in ["totals", "visits", "small"] {
      let isSame = found[sink] == expected[sink]
      #expect(isSame && found[sink]?.isEmpty == false, "\(sink): \(run.errors)")
    }
    let poison = found["poison"] ?? []
    #expect(poison.count == 1 && expected["poison"] == [])
    #expect(poison.first?.contains("\"id\":\"\(Self.poison)\"") == true, "\(poison)")
    #expect(poison.first?.contains("its operator died of it") == true, "\(poison)")
    let report = try run.summary()
    for stage in report.stages { #expect(stage.isBalanced, "\(stage)") }
    #expect(report[stage]?.errors == 1)
    #expect(report[stage]?.quarantined == 1)
    #expect(report[stage]?.quarantinedTo == "\(stage).poison")
    #expect(run.errors.contains("E428") && run.errors.contains("E427"), "\(run.errors)")
    // Twice on a batch, once on the row alone.
    #expect(
      run.errors.split(separator: "\n").count { $0.contains("code=E404") } == 3,
      "\(run.errors)"
    )
  }

  @Test func `with skip the row is counted and dropped, however few restarts there are`() throws {
    let folder = TestFolder()
    let run = try start(folder, Self.topology(onError: "skip", most: 1), kills: "totals")
    #expect(run.end() == .exited(0), "\(run.errors)")
    let expected = try Self.expected("totals")
    let found = Self.output(folder)
    let isSame = found == expected
    #expect(isSame, "\(run.errors)")
    let report = try run.summary()
    #expect(report["totals"]?.errors == 1 && report["totals"]?.quarantined == 1)
    #expect(report["totals"]?.quarantinedTo == nil)
    for stage in report.stages { #expect(stage.isBalanced, "\(stage)") }
  }

  @Test func `with fail the run stops and names operator and row, and can be gone on with`() throws
  {
    let folder = TestFolder()
    let text = Self.topology(onError: "fail")
    let run = try start(folder, text, kills: "totals")
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E425"), "\(run.errors)")
    #expect(run.errors.contains("a row kills 'totals'"), "\(run.errors)")
    // The row's content is nobody's business.
    #expect(!run.errors.replacing("that was planted", with: "").contains(Self.poison))
    let next = try start(folder, text, kills: nil)
    #expect(next.end() == .exited(0), "\(next.errors)")
    let report = try next.summary()
    #expect(report["totals"]?.errors == 0 && report["totals"]?.quarantined == nil)
  }

  @Test func `a row that kills a sink stops the run, which names them`() throws {
    let folder = TestFolder()
    let run = try start(folder, Self.topology(), kills: "small_out")
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("a row kills 'small_out'"), "\(run.errors)")
  }

  @Test func `what is kept from an operator stays so when the coordinator is killed`() throws {
    let folder = TestFolder()
    let text = Self.topology()
    let first = try start(folder, text, kills: "totals")
    #expect(
      Waiting.until {
        first.poll() != nil || folder.names(in: ".weir/poison").contains("quarantine")
      },
      "\(first.errors)"
    )
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL), "\(first.errors)")
    let next = try start(folder, text, kills: "totals")
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(!next.errors.contains("E404"), "\(next.errors)")
    let expected = try Self.expected("totals")
    let found = Self.output(folder)
    #expect(found["totals"] == expected["totals"])
    #expect(found["poison"]?.count == 1)
    #expect(try next.summary()["totals"]?.quarantined == 1)
  }

  @Test func `who is killed by hand again and again has no row taken away`() throws {
    let folder = TestFolder()
    let run = try start(folder, Self.topology(checkpoints: "{ every: 500ms }"), kills: nil)
    var killed: [pid_t] = []
    while killed.count < 4, run.poll() == nil {
      let instances = ProcessTable.instances(of: folder)
      guard let victim = instances.first(where: { $0.stage == "totals" && !killed.contains($0.id) })
      else { continue }
      killed.append(victim.id)
      kill(victim.id, SIGKILL)
    }
    #expect(killed.count == 4)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let report = try run.summary()
    for stage in report.stages { #expect(stage.errors == 0 && stage.isBalanced, "\(stage)") }
    #expect(!folder.names(in: ".weir/poison").contains("quarantine"))
    #expect(Self.output(folder)["poison"] == [])
  }
}
