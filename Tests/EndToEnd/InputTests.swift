import Glibc
import Testing

/// Input and surroundings that are not as they should be.
@Suite(.serialized) struct InputTests {
  /// One source that is copied as it is, and summed by key.
  private static func topology(
    onBadRecord: String = "fail",
    onError: String = "fail",
    filter: String = "true",
    path: String = "in.jsonl",
    format: String = "json",
    rejects: Bool = false,
    errors: Bool = false
  ) -> String {
    """
    weir: 1
    name: input
    checkpoints: none
    sources:
      lines:
        file: { path: \(path) }
        format: \(format)
        schema: { id: string, n: int, cents: decimal(2), at: timestamp }
        event_time: at
        on_bad_record: \(onBadRecord)
    operators:
      sums:
        from: lines
        where: \(filter)
        key: id
        window: { tumbling: 1h }
        aggregate: { rows: count(), total: sum(cents) }
        on_error: \(onError)
        processes: 2
    sinks:
      copy: { from: lines, file: { path: out/copy.jsonl }, format: json }
      sums-out: { from: sums, file: { path: out/sums.jsonl }, format: json }
    \(rejects ? "  bad: { from: lines.rejected, file: { path: out/bad.jsonl }, format: json }" : "")
    \(errors ? "  failed: { from: sums.errors, file: { path: out/failed.jsonl }, format: json }" : "")
    """
  }

  private func run(
    _ folder: TestFolder,
    _ topology: String,
    wrapper: [String] = [],
    environment: [String: String] = [:]
  ) throws -> WeirProcess {
    folder.write("input.yaml", topology)
    let run = try WeirProcess(
      ["run", "\(folder.path)/input.yaml", "--format", "json"],
      in: folder,
      wrapper: wrapper,
      environment: environment
    )
    run.end()
    #expect(ProcessTable.instances(of: folder) == [])
    #expect(folder.names(in: "r/weir") == [])
    #expect(folder.names(in: "out").filter { $0.hasPrefix(".") } == [])
    return run
  }

  private func line(_ id: String, _ n: String, _ cents: String = "1.00") -> String {
    "{\"id\":\(id),\"n\":\(n),\"cents\":\(cents),\"at\":\"2026-01-01T00:00:00Z\"}\n"
  }

  private func copy(_ id: String, _ n: String, _ cents: String = "1.00") -> String {
    String(line(id, n, cents).dropLast())
  }

  // MARK: Bad records

  /// Lines that are no rows, and a word of the reason that must be given.
  private static let bad: [(line: String, reason: String)] = [
    ("nonsense", "nonsense"),
    ("{\"id\":\"x\",\"n\":\"1\",\"at\":\"2026-01-01T00:00:00Z\"}", "'n'"),
    ("{\"id\":\"x\",\"n\":12.5,\"at\":\"2026-01-01T00:00:00Z\"}", "'n'"),
    ("{\"id\":\"x\",\"n\":1,\"cents\":0.001,\"at\":\"2026-01-01T00:00:00Z\"}", "'cents'"),
    ("{\"id\":\"x\",\"n\":1}", "'at'"),
    ("{\"id\":\"x\",\"n\":1,\"at\":\"2026-01-01T00:00:00\"}", "'at'"),
    ("{\"id\":\"x\",\"n\":9223372036854775808,\"at\":0}", "'n'"),
    ("{\"id\":\"x\"", "line"),
    ("[1]", "line"),
  ]

  @Test func `a bad record fails the run and says which and why`() throws {
    for (bad, reason) in Self.bad {
      let folder = TestFolder()
      folder.write("in.jsonl", line("\"a\"", "1") + bad + "\n" + line("\"b\"", "2"))
      let run = try run(folder, Self.topology())
      #expect(run.poll() == .exited(1), "\(bad): \(run.errors)")
      #expect(run.errors.contains("lines"), "\(bad): \(run.errors)")
      #expect(run.errors.contains("in.jsonl"), "\(bad): \(run.errors)")
      if reason.hasPrefix("'") { #expect(run.errors.contains(reason), "\(bad): \(run.errors)") }
      // What failed has published nothing.
      #expect(folder.names(in: "out") == [])
    }
  }

  @Test func `bad records are skipped or diverted, and counted`() throws {
    let text = line("\"a\"", "1") + Self.bad.map { $0.line + "\n" }.joined() + line("\"b\"", "2")
    let expected = [copy("\"a\"", "1"), copy("\"b\"", "2")]
    for policy in ["skip", "divert"] {
      let folder = TestFolder()
      folder.write("in.jsonl", text)
      let isDiverted = policy == "divert"
      let run = try run(folder, Self.topology(onBadRecord: policy, rejects: isDiverted))
      #expect(run.poll() == .exited(0), "\(run.errors)")
      #expect(folder.sortedLines("out/copy.jsonl") == expected)
      let source = try run.summary()["lines"]
      #expect(source?.rejected == Self.bad.count)
      #expect(source?.isBalanced == true)
      guard isDiverted else { continue }
      let diverted = TestFolder.lines(folder.text("out/bad.jsonl"))
      #expect(diverted.count == Self.bad.count)
      for (line, bad) in zip(diverted, Self.bad) {
        let raw = ModelText.text(bad.line)
        #expect(line.hasPrefix("{\"raw\":\(raw),\"error\":\""), "\(line)")
      }
    }
  }

  // MARK: Forms of files

  @Test func `line ends, byte order marks and last lines are taken as they come`() throws {
    let expected = [copy("\"a\"", "1"), copy("\"b\"", "2")]
    let texts = [
      line("\"a\"", "1") + String(line("\"b\"", "2").dropLast()),
      (line("\"a\"", "1") + line("\"b\"", "2")).split(separator: "\n").joined(separator: "\r\n")
        + "\r\n",
      "\u{feff}" + line("\"a\"", "1") + line("\"b\"", "2"),
      line("\"a\"", "1") + "\n  \n" + line("\"b\"", "2"),
    ]
    for text in texts {
      let folder = TestFolder()
      folder.write("in.jsonl", text)
      let run = try run(folder, Self.topology())
      #expect(run.poll() == .exited(0), "\(text): \(run.errors)")
      #expect(folder.sortedLines("out/copy.jsonl") == expected, "\(text)")
    }
  }

  @Test func `CSV is read with quotes, line ends and byte order marks`() throws {
    let text =
      "\u{feff}id,n,cents,at\r\n\"a \"\"x\"\"\",1,1,2026-01-01T00:00:00Z\r\n"
      + "\"b,\nc\",,-0.5,2026-01-01T00:00:00Z"
    let folder = TestFolder()
    folder.write("in.csv", text)
    let run = try run(folder, Self.topology(path: "in.csv", format: "csv"))
    #expect(run.poll() == .exited(0), "\(run.errors)")
    #expect(
      folder.sortedLines("out/copy.jsonl") == [
        copy("\"a \\\"x\\\"\"", "1"), copy("\"b,\\nc\"", "null", "-0.50"),
      ]
    )
  }

  @Test func `an empty file is an input without rows`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", "")
    let run = try run(folder, Self.topology())
    #expect(run.poll() == .exited(0), "\(run.errors)")
    #expect(folder.sortedLines("out/copy.jsonl") == [])
    #expect(try run.summary()["lines"]?.rowsIn == 0)
  }

  @Test func `escapes, surrogate pairs and very long texts pass through unchanged`() throws {
    let long = String(repeating: "long text ", count: 100_000)
    let folder = TestFolder()
    folder.write(
      "in.jsonl",
      line("\"\\ud83d\\ude00 \\u00fc\\/\\t\\u0000\"", "1") + line("\"\(long)\"", "2")
    )
    let run = try run(folder, Self.topology())
    #expect(run.poll() == .exited(0), "\(run.errors)")
    let expected = [
      copy("\"\(long)\"", "2"), copy("\"😀 ü/\\t\\u0000\"", "1"),
    ].sorted()
    #expect(folder.sortedLines("out/copy.jsonl") == expected)
    let sums = folder.sortedLines("out/sums.jsonl")
    #expect(sums.count == 2)
    #expect(sums.contains { $0.hasPrefix("{\"id\":\"\(long)\"") })
  }

  @Test func `half of a surrogate pair is a bad record`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"\\ud83d\"", "1") + line("\"a\"", "2"))
    let run = try run(folder, Self.topology(onBadRecord: "skip"))
    #expect(run.poll() == .exited(0), "\(run.errors)")
    #expect(folder.sortedLines("out/copy.jsonl") == [copy("\"a\"", "2")])
  }

  // MARK: Keys

  @Test func `null keys are one group, and one key may have nearly all rows`() throws {
    let folder = TestFolder()
    var text = ""
    for row in 0..<5000 {
      text += line(row % 10 > 0 ? "\"hot\"" : row % 20 == 0 ? "null" : "\"k\(row)\"", "\(row)")
    }
    folder.write("in.jsonl", text)
    let run = try run(folder, Self.topology())
    #expect(run.poll() == .exited(0), "\(run.errors)")
    let sums = folder.sortedLines("out/sums.jsonl")
    #expect(sums.count == 252)
    #expect(sums.contains { $0.hasPrefix("{\"id\":\"hot\"") && $0.contains("\"rows\":4500,") })
    #expect(sums.contains { $0.hasPrefix("{\"id\":null,") && $0.contains("\"rows\":250,") })
    #expect(try run.summary()["sums"]?.isBalanced == true)
  }

  // MARK: Errors in rows

  @Test func `decimals hold their whole range, and a sum that does not fails the run`() throws {
    let folder = TestFolder()
    let edges = ["92233720368547758.07", "-92233720368547758.08", "0.00"]
    folder.write("in.jsonl", edges.map { line("\"\($0)\"", "1", $0) }.joined())
    let whole = try run(folder, Self.topology())
    #expect(whole.poll() == .exited(0), "\(whole.errors)")
    #expect(
      folder.sortedLines("out/copy.jsonl") == edges.map { copy("\"\($0)\"", "1", $0) }.sorted()
    )

    let other = TestFolder()
    other.write("in.jsonl", line("\"a\"", "1", edges[0]) + line("\"a\"", "1", "0.01"))
    let over = try run(other, Self.topology())
    #expect(over.poll() == .exited(1), "\(over.errors)")
    #expect(over.errors.contains("sums"), "\(over.errors)")
    #expect(over.errors.contains("total"), "\(over.errors)")
    #expect(!other.names(in: "out").contains("sums.jsonl"))
  }

  @Test func `an expression that fails for a row does what the operator says`() throws {
    let text = line("\"a\"", "2") + line("\"a\"", "0") + line("\"a\"", "5")
    for policy in ["fail", "skip", "divert"] {
      let folder = TestFolder()
      folder.write("in.jsonl", text)
      let isDiverted = policy == "divert"
      let run = try run(
        folder,
        Self.topology(onError: policy, filter: "10 / n > 0", errors: isDiverted)
      )
      guard policy != "fail" else {
        #expect(run.poll() == .exited(1), "\(run.errors)")
        #expect(run.errors.contains("sums") && run.errors.contains("10 / n"), "\(run.errors)")
        #expect(folder.names(in: "out") == [])
        continue
      }
      #expect(run.poll() == .exited(0), "\(run.errors)")
      #expect(folder.sortedLines("out/sums.jsonl").first?.contains("\"rows\":2,") == true)
      let sums = try run.summary()["sums"]
      #expect(sums?.errors == 1)
      #expect(sums?.isBalanced == true)
      guard isDiverted else { continue }
      let failed = folder.sortedLines("out/failed.jsonl")
      #expect(failed.count == 1)
      #expect(failed.first?.contains("\"n\":0,") == true, "\(failed)")
      #expect(failed.first?.contains("10 / n") == true, "\(failed)")
    }
  }

  // MARK: Surroundings

  @Test func `a missing input is named before anything starts`() throws {
    let folder = TestFolder()
    let run = try run(folder, Self.topology())
    #expect(run.poll() == .exited(2), "\(run.errors)")
    #expect(run.errors.contains("lines") && run.errors.contains("in.jsonl"), "\(run.errors)")
    let check = try WeirProcess(["check", "\(folder.path)/input.yaml"], in: folder)
    #expect(check.end() == .exited(0), "\(check.errors)")
  }

  @Test func `output of an earlier run is never overwritten`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"a\"", "1"))
    #expect(try run(folder, Self.topology()).poll() == .exited(0))
    let first = folder.text("out/copy.jsonl")
    folder.write("in.jsonl", line("\"b\"", "1"))
    let refused = try run(folder, Self.topology())
    #expect(refused.poll() == .exited(2), "\(refused.errors)")
    #expect(refused.errors.contains("copy.jsonl"), "\(refused.errors)")
    #expect(refused.errors.contains("--fresh"), "\(refused.errors)")
    #expect(folder.text("out/copy.jsonl") == first)
    let fresh = try WeirProcess(["run", "\(folder.path)/input.yaml", "--fresh"], in: folder)
    #expect(fresh.end() == .exited(0), "\(fresh.errors)")
    #expect(folder.sortedLines("out/copy.jsonl") == [copy("\"b\"", "1")])
    let old = folder.names(in: "out").filter { $0.contains(".old-") && $0.hasPrefix("copy") }
    #expect(old.count == 1)
    #expect(old.first.map { folder.text("out/\($0)") } == first)
  }

  @Test(.enabled("only root can become somebody else") { geteuid() == 0 })
  func `an output folder that cannot be written is named before anything starts`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"a\"", "1"))
    folder.write("input.yaml", Self.topology())
    folder.write("out/other", "")
    let run = try WeirProcess(
      ["run", "\(folder.path)/input.yaml"],
      in: folder,
      wrapper: OtherUser.wrapper(folder)
    )
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("copy") && run.errors.contains("/out"), "\(run.errors)")
    #expect(folder.names(in: "out") == ["other"])
  }

  @Test func `too few open files are said before anything starts`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"a\"", "1"))
    // The shell lowers the limit that cannot be raised again.
    let wrapper = ["sh", "-c", "ulimit -n 64; exec \"$@\"", "sh"]
    let run = try run(folder, Self.topology(), wrapper: wrapper)
    #expect(run.poll() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("64"), "\(run.errors)")
    #expect(run.errors.contains("ulimit"), "\(run.errors)")
    #expect(folder.names(in: "out") == [])
  }

  @Test func `a low limit on open files is raised as far as it may be`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"a\"", "1"))
    let wrapper = ["sh", "-c", "ulimit -S -n 32; exec \"$@\"", "sh"]
    let run = try run(folder, Self.topology(), wrapper: wrapper)
    #expect(run.poll() == .exited(0), "\(run.errors)")
  }

  @Test func `a folder too deep for sockets is named`() throws {
    let folder = TestFolder()
    folder.write("in.jsonl", line("\"a\"", "1"))
    let deep = String(repeating: "deep/", count: 20)
    folder.write(deep + "file", "")
    let run = try run(
      folder,
      Self.topology(),
      environment: ["XDG_RUNTIME_DIR": "\(folder.path)/\(deep)"]
    )
    #expect(run.poll() == .exited(2), "\(run.errors)")
    #expect(run.errors.contains("deep/deep"), "\(run.errors)")
    #expect(run.errors.contains("XDG_RUNTIME_DIR"), "\(run.errors)")
  }
}
