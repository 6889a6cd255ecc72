import Glibc
import Testing

/// Runs with checkpoints: whatever is killed and whenever it is stopped, the output is the same.
@Suite(.serialized) struct RecoveryTests {
  private static let rows = RecoveryTopology().rows

  /// What an undisturbed run without checkpoints makes.
  private static let expected = RecoveryTopology().undisturbedOutput()

  private static func topology(
    checkpoints: String = RecoveryTopology().checkpoints,
    rate: Int? = RecoveryTopology().rate,
    seed: Int = 1,
    size: String = "2m"
  ) -> String {
    RecoveryTopology(checkpoints: checkpoints, rate: rate, seed: seed, size: size).text
  }

  private static func output(_ folder: TestFolder) -> [[String]] {
    RecoveryTopology.output(folder)
  }

  private func start(
    _ folder: TestFolder,
    _ text: String = RecoveryTests.topology(),
    options: [String] = []
  ) throws -> WeirProcess {
    let loud = ["--format", "json", "--log-level", "debug"]
    return try RecoveryTopology.start(folder, text, options: loud + options)
  }

  private func expectWhole(_ folder: TestFolder) throws {
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  // MARK: Undisturbed

  @Test func `a run with checkpoints writes what one without writes`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(try run.summary().outcome == "finished")
    try expectWhole(folder)
    // Older checkpoints and the files that only they name are gone.
    #expect(RecoveryTopology.manifests(folder).count == 2)
    #expect(folder.names(in: "out").filter { $0.hasPrefix("copy-") }.count > 3)
  }

  // MARK: Processes that die

  @Test(arguments: ["payments", "totals", "visits", "copy_out", "totals_out"])
  func `a killed process is replaced and nothing is lost or doubled`(_ stage: String) throws {
    let folder = TestFolder()
    let run = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    let instances = ProcessTable.instances(of: folder)
    let victim = try #require(instances.first { $0.stage == stage }, "\(instances)")
    kill(victim.id, SIGKILL)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("recovered"), "\(run.errors)")
    #expect(run.errors.contains(victim.instance))
    try expectWhole(folder)
    let report = try run.summary()
    #expect(report.outcome == "finished")
    for stage in report.stages { #expect(stage.isBalanced, "\(stage)") }
    #expect(report["payments"]?.rowsOut == Self.rows)
  }

  @Test func `a process after the other is killed, spares too, and the run gets through`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    for (number, stage) in ["totals", "spare", "payments", "totals", "late_out"].enumerated() {
      try RecoveryTopology.waitForCheckpoint(2 + 2 * number, folder, run)
      let instances = ProcessTable.instances(of: folder)
      for victim in instances where victim.stage == stage { kill(victim.id, SIGKILL) }
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    try expectWhole(folder)
  }

  @Test func `all instances killed at once come back`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    for instance in ProcessTable.instances(of: folder) { kill(instance.id, SIGKILL) }
    #expect(run.end() == .exited(0), "\(run.errors)")
    try expectWhole(folder)
  }

  @Test func `a process that hangs is killed and replaced`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    let instances = ProcessTable.instances(of: folder)
    let victim = try #require(instances.first { $0.stage == "totals" }, "\(instances)")
    kill(victim.id, SIGSTOP)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("E424"), "\(run.errors)")
    try expectWhole(folder)
  }

  // MARK: Runs that go on

  @Test func `a killed coordinator leaves a state that the next run goes on from`() throws {
    let folder = TestFolder()
    for number in [3, 8] {
      let run = try start(folder)
      try RecoveryTopology.waitForCheckpoint(number, folder, run)
      run.send(SIGKILL)
      #expect(run.end() == .killed(SIGKILL))
    }
    let last = try start(folder)
    #expect(last.end() == .exited(0), "\(last.errors)")
    #expect(last.errors.contains("going on from checkpoint"), "\(last.errors)")
    try expectWhole(folder)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a stopped run goes on where it was stopped`(_ signal: Int32) throws {
    let folder = TestFolder()
    let first = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, first)
    first.send(signal)
    #expect(first.end() == .exited(signal == SIGINT ? 130 : 0), "\(first.errors)")
    // A stop fires no window, and shows all that had come out.
    let expected = try Self.expected.get()
    for (found, expected) in zip(Self.output(folder), expected) {
      #expect(Set(found).isSubset(of: expected) && found.count < expected.count)
    }
    let read = try #require(first.summary()["payments"]).rowsOut
    #expect(Self.output(folder)[3].count == read)
    let next = try start(folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    try expectWhole(folder)
  }

  @Test func `a run that has finished says so and does nothing`() throws {
    let folder = TestFolder()
    let first = try start(folder, Self.topology(rate: nil))
    #expect(first.end() == .exited(0), "\(first.errors)")
    let names = folder.names(in: "out")
    let again = try start(folder, Self.topology(rate: nil))
    #expect(again.end() == .exited(0), "\(again.errors)")
    #expect(again.errors.contains("has finished"), "\(again.errors)")
    #expect(try again.summary().outcome == "finished")
    #expect(try again.summary()["payments"]?.rowsOut == Self.rows)
    #expect(folder.names(in: "out") == names)
    try expectWhole(folder)
  }

  @Test func `fresh moves state and output aside and begins anew`() throws {
    let folder = TestFolder()
    let first = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, first)
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL))
    let next = try start(folder, Self.topology(rate: nil), options: ["--fresh"])
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(!next.errors.contains("going on"), "\(next.errors)")
    #expect(folder.names(in: ".weir").count == 2)
    for name in folder.names(in: "out") where name.contains(".old-") {
      unlink("\(folder.path)/out/\(name)")
    }
    try expectWhole(folder)
  }

  // MARK: Files

  /// Lines of two files, of which some are broken, read at a pace.
  private static func fileTopology(
    checkpoints: String = "{ every: 150ms }",
    rate: String = ", rate: 2500",
    follow: Bool = false,
    processes: Int = 2
  ) -> String {
    """
    weir: 1
    name: recovery
    checkpoints: \(checkpoints)
    batch: { rows: 64 }
    sources:
      events:
        file: { path: "in/*.csv", follow: \(follow)\(rate) }
        format: csv
        schema: { id: string, card: string, at: timestamp }
        event_time: at
        watermark: { lag: 5s }
        on_bad_record: divert
        processes: \(processes)
    operators:
      totals:
        from: events
        key: card
        window: { tumbling: 1m }
        aggregate: { n: count(), last: max(id) }
        processes: 2
    sinks:
      totals_out: { from: totals, file: { path: out/totals.csv }, format: csv, csv: { header: false } }
      visits_out: { from: events.rejected, file: { path: out/visits.jsonl }, format: json }
      copy_out: { from: events, file: { path: out/copy.jsonl }, format: json }
    """
  }

  private static func writeEvents(_ folder: TestFolder) {
    for file in 0..<3 {
      var text = "id,card,at\n"
      for row in 0..<3000 {
        let time = ModelText.time(row * 100 + file * 7)
        text += "e\(file)-\(row),c\(row % 37),\(time.filter { $0 != "\"" })\n"
        if row % 200 == 199 { text += "broken\n" }
      }
      folder.write("in/\(file).csv", text)
    }
  }

  @Test func `files are gone on with where the last checkpoint had read them`() throws {
    let undisturbed = TestFolder()
    Self.writeEvents(undisturbed)
    let reference = try start(undisturbed, Self.fileTopology(checkpoints: "none", rate: ""))
    #expect(reference.end() == .exited(0), "\(reference.errors)")
    let folder = TestFolder()
    Self.writeEvents(folder)
    let first = try start(folder, Self.fileTopology())
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    for stage in ["events", "totals", "copy_out"] {
      let instances = ProcessTable.instances(of: folder)
      let victim = try #require(instances.first { $0.stage == stage }, "\(instances)")
      kill(victim.id, SIGKILL)
      let before = RecoveryTopology.manifests(folder)
      #expect(Waiting.until { first.poll() != nil || RecoveryTopology.manifests(folder) != before })
    }
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL), "\(first.errors)")
    // They are dealt anew to the processes that there are.
    let second = try start(folder, Self.fileTopology(processes: 3))
    try RecoveryTopology.waitForCheckpoint(9, folder, second)
    second.send(SIGINT)
    #expect(second.end() == .exited(130), "\(second.errors)")
    let last = try start(folder, Self.fileTopology(processes: 1))
    #expect(last.end() == .exited(0), "\(last.errors)")
    // Where a broken line stands is said with the path of its file.
    let found = Self.output(folder).map { $0.map { $0.replacing(folder.path, with: "") }.sorted() }
    let expected = Self.output(undisturbed).map {
      $0.map { $0.replacing(undisturbed.path, with: "") }.sorted()
    }
    #expect(expected[1].count == 45 && expected[3].count == 9000)
    for (found, expected) in zip(found, expected) {
      let isSame = found == expected
      let different = zip(found, expected).first { $0 != $1 }
      #expect(
        isSame,
        "\(found.count) lines, not \(expected.count): \(String(describing: different))"
      )
    }
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
  }

  @Test func `followed files that grow while nobody runs are gone on with`() throws {
    let folder = TestFolder()
    Self.writeEvents(folder)
    let text = Self.fileTopology(rate: "", follow: true)
    let first = try start(folder, text)
    #expect(Waiting.until { Self.output(folder)[3].count == 9000 }, "\(first.errors)")
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    let more = "m1,c1,2026-01-01T02:00:00Z\n"
    let whole = folder.text("in/1.csv") + more
    let descriptor = open("\(folder.path)/in/1.csv", O_WRONLY | O_APPEND)
    #expect(Array(more.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } > 0)
    close(descriptor)
    #expect(folder.text("in/1.csv") == whole)
    folder.write("in/3.csv", "id,card,at\nn1,c2,2026-01-01T02:00:00Z\n")
    let next = try start(folder, text)
    #expect(Waiting.until { Self.output(folder)[3].count == 9002 }, "\(next.errors)")
    next.send(SIGTERM)
    #expect(next.end() == .exited(0), "\(next.errors)")
    let lines = Self.output(folder)[3]
    #expect(Set(lines).count == 9002 && lines.count == 9002)
  }

  // MARK: Refusals

  /// A run that was stopped at a checkpoint.
  private func stopped(_ folder: TestFolder) throws {
    let run = try start(folder)
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
  }

  @Test func `the state of another topology is refused, and what has changed is named`() throws {
    let folder = TestFolder()
    try stopped(folder)
    let before = folder.names(in: "out")
    let text = Self.topology()
    let others = [
      (Self.topology(size: "3m"), "'window' of 'totals' has changed"),
      (Self.topology(checkpoints: "none"), "checkpoints: none"),
      (text.replacing("first: min(id)", with: "first: max(id)"), "'aggregate.first' of 'totals'"),
      (text.replacing("late_out:", with: "later_out:"), "'late_out' has gone; 'later_out' is new"),
    ]
    for (text, reason) in others {
      let other = try start(folder, text)
      #expect(other.end() == .exited(2), "\(other.errors)")
      #expect(other.errors.contains("E442") && other.errors.contains(reason), "\(other.errors)")
      #expect(other.errors.contains("--fresh"), "\(other.errors)")
    }
    #expect(folder.names(in: "out") == before)
    let next = try start(folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    try expectWhole(folder)
  }

  @Test func `what state and output do not depend on can change from one run to the next`() throws {
    let folder = TestFolder()
    try stopped(folder)
    let text =
      "# Another text.\ndescription: of the same\nrestarts: { most: 9 }\n"
      + Self.topology(checkpoints: "{ every: 300ms, keep: 5 }", rate: nil)
      .replacing("batch: { rows: 256 }", with: "batch: { rows: 1000, linger: 1ms }")
      .replacing("count()", with: "count( )")
    let next = try start(folder, text)
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(next.errors.contains("going on from checkpoint"), "\(next.errors)")
    try expectWhole(folder)
    // The changed text is the one that counts from now on.
    let again = try start(folder, Self.topology(rate: nil))
    #expect(again.end() == .exited(0), "\(again.errors)")
    #expect(again.errors.contains("has finished"), "\(again.errors)")
  }

  @Test func `a variable that fills in an expression belongs to the state`() throws {
    let folder = TestFolder()
    let text = Self.topology().replacing(
      "  visits:\n    from: payments\n",
      with: "  visits:\n    from: payments\n    where: \"cents > ${LEAST}\"\n"
    )
    folder.write("run.yaml", text)
    let path = "\(folder.path)/run.yaml"
    let first = try WeirProcess(["run", path], in: folder, environment: ["LEAST": "10"])
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    let other = try WeirProcess(["run", path], in: folder, environment: ["LEAST": "11"])
    #expect(other.end() == .exited(2), "\(other.errors)")
    #expect(other.errors.contains("'where' of 'visits' has changed"), "\(other.errors)")
    let same = try WeirProcess(["run", path], in: folder, environment: ["LEAST": "10"])
    #expect(same.end() == .exited(0), "\(same.errors)")
  }

  @Test func `a file that comes after the run has begun is not read, and that is said`() throws {
    let folder = TestFolder()
    Self.writeEvents(folder)
    let first = try start(folder, Self.fileTopology())
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    folder.write("in/00.csv", "id,card,at\nlate,c1,2026-01-01T00:00:00Z\n")
    let next = try start(folder, Self.fileTopology(rate: ""))
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(next.errors.split(separator: "E446").count == 2, "\(next.errors)")
    #expect(next.errors.contains("in/00.csv"), "\(next.errors)")
    let lines = Self.output(folder)[3]
    #expect(lines.count == 9000 && Set(lines).count == 9000)
  }

  @Test func `a second coordinator is refused and disturbs nothing`() throws {
    let folder = TestFolder()
    let first = try start(folder)
    try RecoveryTopology.waitForCheckpoint(2, folder, first)
    let second = try start(folder)
    #expect(second.end() == .exited(2), "\(second.errors)")
    #expect(second.errors.contains("\(first.id)"), "\(second.errors)")
    #expect(first.end() == .exited(0), "\(first.errors)")
    try expectWhole(folder)
  }

  @Test func `a damaged checkpoint without output is passed over for the one before`() throws {
    let folder = TestFolder()
    try stopped(folder)
    let newest = try #require(RecoveryTopology.manifests(folder).last)
    let number = try #require(Int(newest.dropFirst(9).dropLast(5)))
    // As if the run had been killed before the output of the last two became visible.
    let last = try #require(RecoveryTopology.manifests(folder).first)
    let before = try #require(Int(last.dropFirst(9).dropLast(5)))
    #expect(before < number)
    for name in folder.names(in: "out") {
      let digits = name.split(separator: "-").dropFirst().first.flatMap { Int($0) }
      if let digits, digits > before { unlink("\(folder.path)/out/\(name)") }
    }
    let file = try #require(
      folder.names(in: ".weir/recovery/state").first { $0.hasPrefix("visits-0-\(number)-") }
    )
    var bytes = TestFolder.bytes("\(folder.path)/.weir/recovery/state/\(file)")
    bytes[bytes.count / 2] ^= 1
    folder.write(".weir/recovery/state/\(file)", bytes)
    let next = try start(folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(next.errors.contains("passed over"), "\(next.errors)")
    try expectWhole(folder)
  }
}
