import Glibc
import Testing

/// What a run does when nobody reads its standard output any more.
@Suite(.serialized) struct ReaderTests {
  private static func topology(rows: String, sinks: String) -> String {
    """
    weir: 1
    name: reader
    checkpoints: none
    sources:
      numbers:
        generate:
          \(rows)
          columns: { n: { sequence: "row %09d" } }
    operators:
      some: { from: numbers, where: n <> '', processes: 2 }
    sinks:
      live: { from: some, stdout: {}, format: json }
    \(sinks)
    """
  }

  /// A run whose standard output is a pipe that is closed after the first bytes of it.
  private func runIntoHead(_ folder: TestFolder, _ text: String) throws -> WeirProcess {
    folder.write("reader.yaml", text)
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened first, and without waiting: a writer would wait for its reader.
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    defer { close(reader) }
    let run = try WeirProcess(["run", "\(folder.path)/reader.yaml"], in: folder, output: pipe)
    var bytes = [UInt8](repeating: 0, count: 512)
    let hasRead = Waiting.until { read(reader, &bytes, bytes.count) > 0 || run.poll() != nil }
    #expect(hasRead && bytes.starts(with: Array("{\"n\":\"row ".utf8)), "\(run.errors)")
    return run
  }

  @Test func `a reader that has seen enough ends the run without an error`() throws {
    let folder = TestFolder()
    // Rows for ever, to two sinks that print: only the reader can end it.
    let run = try runIntoHead(
      folder,
      Self.topology(
        rows: "seed: 1",
        sinks: """
            more: { from: some, stdout: {}, format: json, processes: 2 }
            copy: { from: some, file: { path: out/copy.jsonl }, format: json }
          """
      )
    )
    #expect(run.end() == .exited(141), "\(run.errors)")
    let errors = run.errors
    #expect(!errors.contains("error"), "\(errors)")
    let told = TestFolder.lines(errors).filter { $0.contains("nobody reads standard output") }
    #expect(told.count == 1, "\(errors)")
    #expect(errors.contains("reader unread after"), "\(errors)")
    // What has reached another sink is published, as on any request to stop.
    #expect(folder.names(in: "out").count == 1)
    #expect(folder.names(in: "out").allSatisfy { !$0.hasPrefix(".") })
    #expect(folder.sortedLines(in: "out", prefix: "copy").allSatisfy { $0.hasSuffix("\"}") })
    #expect(ProcessTable.instances(of: folder) == [])
  }

  @Test func `a reader that takes everything makes no difference`() throws {
    let folder = TestFolder()
    folder.write("reader.yaml", Self.topology(rows: "rows: 100", sinks: ""))
    let run = try WeirProcess(["run", "\(folder.path)/reader.yaml"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(TestFolder.lines(run.output).count == 100)
  }
}
