import Glibc
import Testing

/// The three guarantees of a file sink, and that of standard output, when processes are killed.
@Suite(.serialized) struct DeliveryTests {
  private static let rows = 12_000
  private static let deliveries = ["exactly-once", "at-least-once", "at-most-once"]

  private static func topology(_ delivery: String, rate: Int = 6000) -> String {
    """
    weir: 1
    name: delivery
    checkpoints: { every: 100ms, max_failures: 1000 }
    restarts: { most: 100 }
    batch: { rows: 128 }
    sources:
      numbers:
        generate:
          rows: \(rows)
          rate: \(rate)
          columns: { id: { sequence: "n%09d" }, key: { pick: "k%d", count: 50 } }
    operators:
      totals: { from: numbers, key: key, aggregate: { n: count() } }
    sinks:
      copy: { from: numbers, file: { path: out/copy.jsonl }, delivery: \(delivery) }
      rest: { from: totals, discard: {} }
    """
  }

  private func start(_ folder: TestFolder, _ text: String) throws -> WeirProcess {
    folder.write("run.yaml", text)
    return try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
  }

  /// The last checkpoint that is complete.
  private func lastCheckpoint(_ folder: TestFolder) -> Int {
    folder.names(in: ".weir/delivery").filter { $0.hasPrefix("manifest-") }
      .compactMap { Int($0.dropFirst(9).dropLast(5)) }.max() ?? 0
  }

  private func waitForCheckpoint(_ number: Int, _ folder: TestFolder, _ run: WeirProcess) throws {
    let isThere = Waiting.until { run.poll() != nil || lastCheckpoint(folder) >= number }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }

  private func kill(_ run: WeirProcess, _ folder: TestFolder) {
    run.send(SIGKILL)
    #expect(run.end() == .killed(SIGKILL), "\(run.errors)")
    #expect(Waiting.until { ProcessTable.instances(of: folder).isEmpty })
  }

  /// How often each row can be seen, by its number.
  private func counts(_ folder: TestFolder) -> [Int] {
    var counts = [Int](repeating: 0, count: Self.rows)
    for line in folder.sortedLines(in: "out", prefix: "copy") {
      let digits = line.drop { $0 != "n" }.dropFirst().prefix(9)
      guard let number = Int(digits), counts.indices.contains(number) else {
        Issue.record("'\(line)' is no row")
        continue
      }
      counts[number] += 1
    }
    return counts
  }

  private func finish(_ folder: TestFolder, _ text: String) throws {
    let run = try start(folder, text)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
  }

  // MARK: Files

  @Test(arguments: deliveries)
  func `killed again and again, rows are doubled or lost only where that was allowed`(
    _ delivery: String
  ) throws {
    let folder = TestFolder()
    let text = Self.topology(delivery)
    var run = try start(folder, text)
    for (turn, stage) in ["copy", "numbers", "copy", "totals", "copy"].enumerated() {
      try waitForCheckpoint(lastCheckpoint(folder) + 2, folder, run)
      for victim in ProcessTable.instances(of: folder) where victim.stage == stage {
        Glibc.kill(victim.id, SIGKILL)
      }
      guard turn == 2 else { continue }
      kill(run, folder)
      run = try start(folder, text)
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    let counts = counts(folder)
    if delivery != "at-least-once" { #expect(counts.allSatisfy { $0 <= 1 }) }
    if delivery != "at-most-once" { #expect(counts.allSatisfy { $0 >= 1 }) }
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
  }

  @Test(arguments: deliveries)
  func `what no checkpoint completes is visible at once only where rows may be doubled`(
    _ delivery: String
  ) throws {
    let folder = TestFolder()
    let text = Self.topology(delivery)
    let run = try start(folder, text)
    try waitForCheckpoint(2, folder, run)
    // The state cannot be written any more, so no checkpoint is complete; sinks go on with theirs.
    let state = "\(folder.path)/.weir/delivery/state"
    #expect(rename(state, state + ".away") == 0)
    #expect(Waiting.until { run.poll() != nil || run.errors.contains("E421") }, "\(run.errors)")
    let last = lastCheckpoint(folder)
    let prepared = Waiting.until {
      run.poll() != nil
        || folder.names(in: "out").contains { name in
          let numbers = name.split(separator: "-").compactMap { Int($0) }
          return name.hasPrefix(delivery == "at-least-once" ? "copy-" : ".weir-")
            && numbers.first.map { $0 > last } ?? false
        }
    }
    try #require(prepared && run.poll() == nil, "\(run.errors)")
    kill(run, folder)
    #expect(rename(state + ".away", state) == 0)
    try finish(folder, text)
    let counts = counts(folder)
    #expect(counts.allSatisfy { $0 >= 1 })
    let doubled = counts.count { $0 > 1 }
    #expect(delivery == "at-least-once" ? doubled > 0 : doubled == 0, "\(doubled)")
  }

  @Test(arguments: deliveries)
  func `what a crash leaves hidden of a complete checkpoint is lost only where that was allowed`(
    _ delivery: String
  ) throws {
    let folder = TestFolder()
    let text = Self.topology(delivery)
    let run = try start(folder, text)
    try waitForCheckpoint(3, folder, run)
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    // As if everything had been killed between the manifest and the commit.
    let last = lastCheckpoint(folder)
    let digits = String(repeating: "0", count: 10 - "\(last)".count) + "\(last)"
    let part = "\(folder.path)/out/copy-\(digits)-0.jsonl"
    let rows = TestFolder.lines(TestFolder.text(part)).count
    #expect(rows > 0)
    let manifest = folder.text(".weir/delivery/manifest-\(digits).json")
    // Its hidden name stands behind the number of its bytes.
    let isNamed = manifest.range(of: ":.weir-delivery.copy-\(last)-")
    #expect((isNamed == nil) == (delivery == "at-least-once"))
    if let isNamed {
      let start = manifest.index(after: isNamed.lowerBound)
      let before = manifest[..<isNamed.lowerBound]
      let length = Int(before.suffix(2)) ?? 0
      let hidden = manifest[start...].prefix(length)
      #expect(rename(part, "\(folder.path)/out/\(hidden)") == 0)
    }
    try finish(folder, text)
    let counts = counts(folder)
    #expect(counts.allSatisfy { $0 <= 1 })
    #expect(counts.count { $0 == 0 } == (delivery == "at-most-once" ? rows : 0))
  }

  @Test(arguments: zip(deliveries, ["when their", "before their", "nobody asks for it twice"]))
  func `what each guarantee means is said by weir check`(_ delivery: String, _ why: String) throws {
    let folder = TestFolder()
    folder.write("run.yaml", Self.topology(delivery))
    let check = try WeirProcess(["check", "\(folder.path)/run.yaml"], in: folder)
    #expect(check.end() == .exited(0), "\(check.errors)")
    #expect(check.output.contains("copy: \(delivery)\n"), "\(check.output)")
    #expect(check.output.contains(why), "\(check.output)")
  }

  // MARK: Standard output

  @Test func `rows on standard output come again after a failure, whole, and none is lost`() throws
  {
    let folder = TestFolder()
    let text = Self.topology("at-least-once").replacing(
      "copy: { from: numbers, file: { path: out/copy.jsonl },",
      with: "copy: { from: numbers, stdout: {}, processes: 2,"
    )
    let run = try start(folder, text)
    for _ in 0..<3 {
      try waitForCheckpoint(lastCheckpoint(folder) + 1, folder, run)
      let instances = ProcessTable.instances(of: folder)
      for victim in instances where victim.stage == "copy" { Glibc.kill(victim.id, SIGKILL) }
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    folder.write("out/copy", run.output)
    #expect(counts(folder).allSatisfy { $0 >= 1 })
    let whole = TestFolder.lines(run.output).allSatisfy {
      $0.hasPrefix("{\"id\":\"n") && $0.hasSuffix("}")
    }
    #expect(whole)
    let check = try WeirProcess(["check", "\(folder.path)/run.yaml"], in: folder)
    #expect(check.end() == .exited(0), "\(check.errors)")
    #expect(check.output.contains("cannot be taken back"), "\(check.output)")
  }
}
