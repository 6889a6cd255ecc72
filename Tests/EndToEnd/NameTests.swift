import Testing

/// Commands about a run know it by its name, whether it lives or not, and need neither the variables
/// that it was started with nor its file as it was.
@Suite(.serialized) struct NameTests {
  /// A run whose state and output are where a variable says, and whose description is a secret.
  private static let text = EndlessRun.topology(
    "named",
    checkpoints: #"{ every: 100ms, store: "file:${PLACE}/state" }"#
  ).replacing("out/totals.jsonl", with: #""${PLACE}/out/totals.jsonl""#)
    .replacing("out/copy.jsonl", with: #""${PLACE}/out/copy.jsonl""#)
    .replacing("checkpoints:", with: "description: \"${secret:WORD}\"\ncheckpoints:")

  private static func variables(_ folder: TestFolder) -> [String: String] {
    ["PLACE": "\(folder.path)/place", "WORD": "a-secret-word"]
  }

  private func start(_ folder: TestFolder) throws -> WeirProcess {
    folder.write("run.yaml", Self.text)
    let run = try WeirProcess(
      ["run", "\(folder.path)/run.yaml"],
      in: folder,
      environment: Self.variables(folder)
    )
    let isReady = Waiting.until {
      run.poll() != nil
        || folder.names(in: "place/state/named").contains { $0.hasPrefix("manifest-") }
    }
    try #require(isReady && run.poll() == nil, "\(run.errors)")
    return run
  }

  /// Runs a command in a shell without the variables; returns all that it says.
  @discardableResult
  private func command(
    _ words: [String],
    in folder: TestFolder,
    code: Int32 = 0,
    environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let command = try WeirProcess(words, in: folder, environment: environment)
    let end = command.end()
    let said = command.output + command.errors
    #expect(end == .exited(code), "\(words): \(said)", sourceLocation: sourceLocation)
    return said
  }

  @Test func `a run is drilled, audited, looked at and stopped without its variables`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    // Whatever becomes of the file: what counts is what the run was started with.
    folder.write("run.yaml", "weir: 1\n")
    for word in ["named", "\(folder.path)/run.yaml"] {
      try command(["status", word], in: folder)
      try command(["checkpoints", word], in: folder)
      #expect(try command(["logs", word], in: folder).contains("running"))
      #expect(try command(["audit", word], in: folder).contains("whole"))
    }
    #expect(try command(["drill", "named", "--kill", "totals"], in: folder).contains("whole"))
    #expect(try command(["clean", "named"], in: folder, code: 2).contains("E478"))
    try command(["stop", "named"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let record = folder.text("place/state/named/started.json")
    #expect(record.contains("\(folder.path)/place") && !record.contains("a-secret-word"))
  }

  @Test func `a run that has ended is known by its name, and by its file that lacks a variable`()
    throws
  {
    let folder = TestFolder()
    let run = try start(folder)
    try command(["stop", "named"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    for word in ["named", "\(folder.path)/run.yaml"] {
      try command(["checkpoints", word], in: folder)
      #expect(try command(["logs", word], in: folder).contains("running"))
      // A secret is nowhere kept.
      let unset = try command(["audit", word], in: folder, code: 2)
      #expect(unset.contains("the environment has no 'WORD'"), "\(unset)")
      let secret = ["WORD": "a-secret-word"]
      #expect(
        try command(["audit", word], in: folder, environment: secret).contains("whole")
      )
    }
    let cleaned = try command(["clean", "named"], in: folder, environment: ["WORD": "any"])
    #expect(cleaned.contains("/place/state/named\""), "\(cleaned)")
    #expect(folder.names(in: "place/out").contains { $0.hasPrefix("copy-") })
    let gone = try command(["audit", "named"], in: folder, code: 2)
    #expect(gone.contains("E471") && gone.contains("path of its topology file"), "\(gone)")
  }

  @Test
  func `a variable that is set elsewhere now leads elsewhere, and nothing is taken from there`()
    throws
  {
    let folder = TestFolder()
    let run = try start(folder)
    try command(["stop", "named"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let other = ["PLACE": "\(folder.path)/other", "WORD": "any"]
    let path = "\(folder.path)/run.yaml"
    let cleaned = try command(["clean", path], in: folder, environment: other)
    #expect(cleaned.contains("nothing is left"), "\(cleaned)")
    try command(["checkpoints", "named"], in: folder)
  }
}
