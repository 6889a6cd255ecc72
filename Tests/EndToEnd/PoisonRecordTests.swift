import Glibc
import Testing

/// What kills while no row is in hand: records of a file, and results of windows.
@Suite(.serialized) struct PoisonRecordTests {
  private static let lines = 4_000
  private static let poisonLine = 2_345
  private static let poisonKey = "k7"

  /// Lines of a file, `without` one of them.
  private static func input(without left: Int? = nil) -> String {
    (0..<lines).filter { $0 != left }.map { line(of: $0) + "\n" }.joined()
  }

  private static func line(of number: Int) -> String {
    "{\"id\":\"r\(number)\",\"k\":\"k\(number % 20)\",\"n\":\(number),\"at\":\(number * 100)}"
  }

  private static func topology(
    onBadRecord: String = "divert",
    onError: String = "divert",
    rate: Bool = true
  ) -> String {
    """
    weir: 1
    name: poison
    checkpoints: { every: 100ms }
    batch: { rows: 200 }
    sources:
      lines:
        file: { path: in.jsonl\(rate ? ", rate: 4000" : "") }
        format: json
        schema: { id: string, k: string, n: int, at: timestamp }
        event_time: at
        on_bad_record: \(onBadRecord)
    operators:
      sums:
        from: lines
        key: k
        window: { tumbling: 200s }
        aggregate: { rows: count(), total: sum(n) }
        having: rows > 0
        select: [k, window_start, rows, total]
        on_error: \(onError)
    sinks:
      copy: { from: lines, file: { path: out/copy.jsonl }, format: json }
      sums-out: { from: sums, file: { path: out/sums.jsonl }, format: json }
    \(onBadRecord == "divert" ? "  bad: { from: lines.rejected, file: { path: out/bad.jsonl } }" : "")
    \(onError == "divert" ? "  failed: { from: sums.errors, file: { path: out/failed.jsonl } }" : "")
    """
  }

  private func run(
    _ folder: TestFolder,
    _ topology: String,
    input: String = PoisonRecordTests.input(),
    kills order: String? = nil
  ) throws -> WeirProcess {
    folder.write("in.jsonl", input)
    folder.write("run.yaml", topology)
    let run = try WeirProcess(
      ["run", "\(folder.path)/run.yaml", "--format", "json", "--log-level", "debug"],
      in: folder,
      environment: order.map { ["WEIR_FAILPOINT": $0, "SWIFT_BACKTRACE": "enable=no"] } ?? [:]
    )
    run.end()
    return run
  }

  /// The lines of a sink in both folders.
  private static func rows(
    _ sink: String,
    _ one: TestFolder,
    _ other: TestFolder
  ) -> ([String], [String]) {
    (one.sortedLines(in: "out", prefix: sink), other.sortedLines(in: "out", prefix: sink))
  }

  private static let recordOrder = "record:lines:\"r\(poisonLine)\""

  @Test(arguments: ["divert", "skip"])
  func `a record that kills the parser is rejected as it stands, and reading goes on`(
    _ policy: String
  ) throws {
    let folder = TestFolder()
    let run = try run(folder, Self.topology(onBadRecord: policy), kills: Self.recordOrder)
    #expect(run.poll() == .exited(0), "\(run.errors)")
    let clean = TestFolder()
    let text = Self.input(without: Self.poisonLine)
    let expected = try self.run(clean, Self.topology(rate: false), input: text)
    #expect(expected.poll() == .exited(0), "\(expected.errors)")
    for sink in ["copy", "sums"] {
      let (found, wanted) = Self.rows(sink, folder, clean)
      #expect(found == wanted && !found.isEmpty, "\(sink): \(run.errors)")
    }
    let source = try run.summary()["lines"]
    #expect(source?.rejected == 1 && source?.quarantined == 1 && source?.isBalanced == true)
    #expect(run.errors.contains("E428") && run.errors.contains("E427"), "\(run.errors)")
    let deaths = run.errors.split(separator: "\n").count { $0.contains("code=E404") }
    #expect(deaths == 3, "\(run.errors)")
    guard policy == "divert" else { return }
    #expect(source?.quarantinedTo == "lines.rejected")
    let offset = (0..<Self.poisonLine).reduce(0) { $0 + Self.line(of: $1).utf8.count + 1 }
    let bad = folder.sortedLines(in: "out", prefix: "bad")
    #expect(bad.count == 1)
    #expect(bad.first?.contains("\\\"id\\\":\\\"r\(Self.poisonLine)\\\"") == true, "\(bad)")
    #expect(bad.first?.contains("its parser died of it") == true, "\(bad)")
    #expect(bad.first?.contains("in.jsonl, byte \(offset)\"") == true, "\(bad)")
  }

  @Test func `with fail the run stops and names file and byte`() throws {
    let folder = TestFolder()
    let run = try run(folder, Self.topology(onBadRecord: "fail"), kills: Self.recordOrder)
    #expect(run.poll() == .exited(1), "\(run.errors)")
    let offset = (0..<Self.poisonLine).reduce(0) { $0 + Self.line(of: $1).utf8.count + 1 }
    #expect(run.errors.contains("a record kills 'lines'"), "\(run.errors)")
    #expect(run.errors.contains("in.jsonl, byte \(offset))"), "\(run.errors)")
    #expect(run.errors.contains("'on_bad_record: skip' or 'divert'"), "\(run.errors)")
  }

  @Test(arguments: ["firing", "result"])
  func `results that kill are set aside, and the rest fires`(_ kind: String) throws {
    let folder = TestFolder()
    let order = "\(kind):sums:\(Self.poisonKey)"
    let run = try run(folder, Self.topology(), kills: order)
    #expect(run.poll() == .exited(0), "\(run.errors)")
    let clean = TestFolder()
    let expected = try self.run(clean, Self.topology(rate: false))
    #expect(expected.poll() == .exited(0), "\(expected.errors)")
    let isKept = { (line: String) in line.contains("\"k\":\"\(Self.poisonKey)\"") }
    let (found, wanted) = Self.rows("sums", folder, clean)
    #expect(found == wanted.filter { !isKept($0) }, "\(run.errors)")
    let failed = folder.sortedLines(in: "out", prefix: "failed")
    #expect(failed.count == wanted.count(where: isKept) && failed.allSatisfy(isKept), "\(failed)")
    #expect(failed.allSatisfy { $0.contains("its operator died of it") }, "\(failed)")
    let clause = kind == "firing" ? "aggregate" : "select"
    #expect(
      failed.allSatisfy { $0.contains("\"expression\":\"\(clause), window 1970-01-01T00:") },
      "\(failed)"
    )
    #expect(try run.summary()["sums"]?.errors == failed.count)
    #expect(run.errors.contains("a result that kills 'sums' is kept from it"), "\(run.errors)")
    let (copy, whole) = Self.rows("copy", folder, clean)
    #expect(copy == whole)
  }
}
