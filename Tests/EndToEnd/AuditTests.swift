import Foundation
import Testing

/// The proof that nothing is lost or doubled: whole after kills, and faulty after every hand that
/// touches the output.
@Suite(.serialized) struct AuditTests {
  private static let topology = RecoveryTopology()

  private func start(
    _ folder: TestFolder,
    _ topology: RecoveryTopology = Self.topology,
    options: [String] = []
  ) throws -> WeirProcess {
    try RecoveryTopology.start(folder, topology.text, options: options)
  }

  /// What `weir audit` says, and how it ends.
  private func audit(_ folder: TestFolder, options: [String] = []) throws -> (Int32?, String) {
    let arguments = ["audit", "\(folder.path)/run.yaml"] + options
    let audit = try WeirProcess(arguments, in: folder)
    guard case .exited(let code)? = audit.end() else { return (nil, audit.errors) }
    return (code, audit.output + audit.errors)
  }

  private func expectWhole(_ folder: TestFolder) throws {
    let (code, text) = try audit(folder)
    #expect(code == 0, "\(text)")
    #expect(text.contains("whole: 4 paths, 30,000 rows read"), "\(text)")
  }

  // MARK: Whole

  @Test func `a run is whole after processes and coordinators were killed`() throws {
    let folder = TestFolder()
    var topology = Self.topology
    // It is to live until it has been audited.
    topology.rate = 6_000
    let first = try start(folder, topology)
    for (number, stage) in ["totals", "payments", "copy_out"].enumerated() {
      try RecoveryTopology.waitForCheckpoint(2 + 2 * number, folder, first)
      for victim in ProcessTable.instances(of: folder) where victim.stage == stage {
        kill(victim.id, SIGKILL)
      }
    }
    // While it goes on, it is audited up to its last complete checkpoint.
    let (code, text) = try audit(folder)
    #expect(code == 0, "\(text)")
    first.send(SIGKILL)
    #expect(first.end() == .killed(SIGKILL))
    #expect(Waiting.until { ProcessTable.instances(of: folder).isEmpty })
    let (killed, said) = try audit(folder)
    #expect(killed == 0, "\(said)")
    let second = try start(folder, topology)
    #expect(second.end() == .exited(0), "\(second.errors)")
    #expect(second.errors.contains("audit: whole: 4 paths, 30,000 rows read"), "\(second.errors)")
    try expectWhole(folder)
  }

  @Test func `a run without checkpoints is audited when it ends, unless that is not wanted`() throws
  {
    var topology = Self.topology
    topology.checkpoints = "none"
    topology.rate = nil
    let folder = TestFolder()
    let run = try start(folder, topology, options: ["--format", "json"])
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.output.contains("\"isWhole\" : true"), "\(run.output)")
    let (code, text) = try audit(folder)
    #expect(code == 2 && text.contains("E450"), "\(text)")
    let again = try start(folder, topology, options: ["--fresh", "--no-audit"])
    #expect(again.end() == .exited(0), "\(again.errors)")
    #expect(!again.errors.contains("audit:"), "\(again.errors)")
  }

  // MARK: Faulty

  /// A whole run, and what is in its files.
  private func finished() throws -> TestFolder {
    var topology = Self.topology
    topology.rate = 40_000
    let folder = TestFolder()
    let run = try start(folder, topology)
    #expect(run.end() == .exited(0), "\(run.errors)")
    try expectWhole(folder)
    return folder
  }

  /// Expects one exit code 1, faults with all these words, and that the run is whole again after.
  private func expectFault(
    _ folder: TestFolder,
    _ words: [String],
    _ change: (String) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let names = folder.names(in: "out").filter { $0.hasPrefix("copy-") }
    let part = try #require(names.dropFirst().first)
    let before = folder.names(in: "out").map { ($0, folder.text("out/\($0)")) }
    change("out/\(part)")
    let (code, text) = try audit(folder)
    #expect(code == 1, "\(text)", sourceLocation: sourceLocation)
    #expect(
      text.contains("faulty  payments -> copy_out"),
      "\(text)",
      sourceLocation: sourceLocation
    )
    #expect(text.contains("whole  payments -> visits -> visits_out"), "\(text)")
    for word in words + [part] {
      #expect(text.contains(word), "\(word): \(text)", sourceLocation: sourceLocation)
    }
    for name in folder.names(in: "out") { unlink("\(folder.path)/out/\(name)") }
    for (name, text) in before { folder.write("out/\(name)", text) }
    try expectWhole(folder)
  }

  @Test func `a part that is deleted, doubled or edited is found and named`() throws {
    let folder = try finished()
    func edit(_ path: String, _ change: (inout [String]) -> Void) {
      var lines = TestFolder.lines(folder.text(path))
      change(&lines)
      folder.write(path, lines.map { $0 + "\n" }.joined())
    }
    try expectFault(folder, ["a part is missing"]) { unlink("\(folder.path)/\($0)") }
    try expectFault(folder, ["is no part of the output", "copy-0000099999-0.jsonl"]) { path in
      folder.write("out/copy-0000099999-0.jsonl", folder.text(path))
    }
    try expectFault(folder, ["other rows than were sent"]) { path in
      edit(path) { lines in
        let digit = lines[3].contains("\"cents\":1") ? "2" : "1"
        lines[3].replace(/"cents":[0-9]/, with: "\"cents\":\(digit)", maxReplacements: 1)
      }
    }
    try expectFault(folder, ["1 row missing"]) { edit($0) { $0.remove(at: 7) } }
    try expectFault(folder, ["1 row too many"]) { edit($0) { $0.insert($0[2], at: 5) } }
    try expectFault(folder, ["line 2 is not as weir writes it"]) { path in
      edit(path) { $0[1] = $0[1].replacing(":", with: ": ", maxReplacements: 1) }
    }
    try expectFault(folder, ["its last line has no end", "1 row missing"]) { path in
      folder.write(path, String(folder.text(path).dropLast(9)))
    }
  }

  @Test func `inputs that were changed after they were read are found, or not looked at`() throws {
    let folder = TestFolder()
    let lines = (0..<4000).map { "{\"id\":\($0),\"name\":\"row \($0)\"}\n" }
    folder.write("in/a.jsonl", lines.joined())
    folder.write(
      "run.yaml",
      """
      weir: 1
      name: recovery
      sources:
        payments: { file: { path: in/a.jsonl }, format: json, schema: { id: int, name: string } }
      sinks:
        copy_out: { from: payments, file: { path: out/copy/ }, format: csv }
      """
    )
    let run = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("audit: whole: 1 path, 4,000 rows read, 4,000 in files"))
    #expect(try audit(folder).0 == 0)
    folder.write("in/a.jsonl", lines.joined().replacing("row 77\"", with: "row 78\""))
    let (code, text) = try audit(folder)
    #expect(code == 1 && text.contains("in/a.jsonl"), "\(text)")
    #expect(try audit(folder, options: ["--no-inputs"]).0 == 0)
    unlink("\(folder.path)/in/a.jsonl")
    let (gone, said) = try audit(folder, options: ["--format", "json"])
    #expect(gone == 0 && said.contains("cannot be read again"), "\(said)")
  }

  @Test func `another topology, and a run that never was, cannot be audited`() throws {
    let folder = try finished()
    var other = Self.topology
    other.seed += 1
    folder.write("run.yaml", other.text)
    let (code, text) = try audit(folder)
    #expect(code == 2 && text.contains("E450") && text.contains("another topology"), "\(text)")
    let empty = TestFolder()
    empty.write("run.yaml", Self.topology.text)
    let (none, said) = try audit(empty)
    #expect(none == 2 && said.contains("E450"), "\(said)")
  }
}
