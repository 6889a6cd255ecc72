import Foundation
import Testing

/// Runs that begin at savepoints with a changed file, on another machine as it were, and savepoints that
/// are kept for good.
@Suite(.serialized) struct UpgradeTests {
  // MARK: The topology

  private static let text = """
    weir: 1
    name: ledger
    checkpoints: { every: 200ms }
    sources:
      entries:
        file: { path: in/entries-*.jsonl, follow: true }
        schema: { id: string, account: string, amount: decimal(2), note: string, at: timestamp }
        event_time: at
    operators:
      hourly:
        from: entries
        key: account
        window: { tumbling: 1h }
        aggregate: { n: count(), total: sum(amount), last_note: last(note), mean: "sum(amount) / count()" }
        processes: 2
      rolling:
        from: entries
        key: [account, note]
        window: { sliding: 2h, every: 30m }
        aggregate: { total: sum(amount), notes: count_distinct(note) }
      visits:
        from: entries
        key: account
        window: { session: 10m }
        aggregate: { first: first(id), most: max(amount), n: count() }
      totals:
        from: entries
        key: account
        aggregate: { total: sum(amount), notes: count_distinct(note), longest: max(note) }
    sinks:
      hourly_out: { from: hourly, file: { path: out/hourly.jsonl }, format: json }
      rolling_out: { from: rolling, file: { path: out/rolling.jsonl }, format: json }
      visits_out: { from: visits, file: { path: out/visits.jsonl }, format: json }
      totals_out: { from: totals, file: { path: out/totals.jsonl }, format: json }
    """

  private static let sinks = ["hourly", "rolling", "visits", "totals"]

  /// Rows of a file, in order of event time; each account is in each twelve of them.
  private static func lines(_ numbers: Range<Int>, file: Int) -> String {
    let notes = ["", "rent", "a note of more than fifteen bytes, ä", "two \\\"words\\\"", "x"]
    return numbers.map { number in
      let minute = number * 7 + number % 3
      let time = "2026-03-01T\(pad(minute / 60)):\(pad(minute % 60)):\(pad(number * 11 % 60))Z"
      let account = "account \(number % 5)" + (number % 5 == 4 ? " with a name that is long" : "")
      return """
        {"id":"e\(file)-\(number)","account":"\(account)","amount":\(number * 37 % 900).\(pad(number * 13 % 100)),\
        "note":"\(notes[number * 3 % 5])","at":"\(time)"}

        """
    }.joined()
  }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static let files = (0..<2).map { file in
    (before: lines(0..<80, file: file), after: lines(80..<170, file: file))
  }

  // MARK: Running it

  private static func weir(
    _ arguments: [String],
    in folder: TestFolder,
    expecting code: Int32 = 0
  ) throws -> WeirProcess {
    let command = try WeirProcess(arguments, in: folder)
    #expect(command.end() == .exited(code), "\(arguments): \(command.output)\(command.errors)")
    return command
  }

  /// Waits until so many rows have been read, by this run.
  private static func wait(for rows: Int, _ folder: TestFolder, _ run: WeirProcess) throws {
    let isThere = Waiting.until {
      guard run.poll() == nil else { return true }
      guard let command = try? WeirProcess(["status", "ledger", "--format", "json"], in: folder),
        command.end() == .exited(0)
      else { return false }
      let status = try? JSONDecoder().decode(LiveStatus.self, from: Data(command.output.utf8))
      return status?.stages.first { $0.name == "entries" }?.counters["rowsIn"] == rows
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
  }

  /// Lets a run begin, read all rows, and end its input there.
  private static func drained(
    _ folder: TestFolder,
    rows: Int,
    options: [String] = []
  ) throws -> WeirProcess {
    let run = try WeirProcess(["run", "\(folder.path)/run.yaml"] + options, in: folder)
    try wait(for: rows, folder, run)
    _ = try weir(["stop", "ledger", "--drain"], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    return run
  }

  /// What each sink has made visible; of running totals the last of each account.
  private static func output(_ folder: TestFolder) -> [String: [String]] {
    var output: [String: [String]] = [:]
    for sink in sinks {
      // Parts are in the order of their epochs.
      let lines = folder.names(in: "out").filter { $0.hasPrefix(sink) }.sorted()
        .flatMap { TestFolder.lines(folder.text("out/\($0)")) }
      output[sink] = sink == "totals" ? last(lines) : lines.sorted()
    }
    return output
  }

  private static func last(_ lines: [String]) -> [String] {
    var last: [String: String] = [:]
    for line in lines {
      guard let account = line.firstMatch(of: /"account":"([^"]*)"/) else { continue }
      last[String(account.1)] = line
    }
    return last.values.sorted()
  }

  private static func writeInputs(
    _ folder: TestFolder,
    _ text: (String, String) -> String
  ) {
    for (number, file) in files.enumerated() {
      folder.write("in/entries-\(number).jsonl", text(file.before, file.after))
    }
  }

  /// What nobody disturbs gives of all rows.
  private static func undisturbed(_ text: String = text) throws -> [String: [String]] {
    let folder = TestFolder()
    folder.write("run.yaml", text)
    writeInputs(folder) { $0 + $1 }
    _ = try drained(folder, rows: 340)
    return output(folder)
  }

  /// A run that has read the first rows, and has stopped with a savepoint.
  private static func saved(at path: String) throws -> TestFolder {
    let folder = TestFolder()
    folder.write("run.yaml", text)
    writeInputs(folder) { before, _ in before }
    let run = try WeirProcess(["run", "\(folder.path)/run.yaml"], in: folder)
    try wait(for: 160, folder, run)
    _ = try weir(["stop", "ledger", "--savepoint", path], in: folder)
    #expect(run.end() == .exited(0), "\(run.errors)")
    return folder
  }

  /// What has to come after a savepoint, if so much had come before.
  private static func rest(
    _ all: [String: [String]],
    _ before: [String: [String]]
  ) -> [String: [String]] {
    var rest: [String: [String]] = [:]
    for sink in sinks {
      var lines = all[sink] ?? []
      // All totals change again.
      if sink != "totals" {
        for line in before[sink] ?? [] {
          if let place = lines.firstIndex(of: line) { lines.remove(at: place) }
        }
      }
      rest[sink] = lines
    }
    return rest
  }

  // MARK: Tests

  @Test func `files that were copied are known again, and the rows behind them are read once`()
    throws
  {
    let place = TestFolder()
    let first = try Self.saved(at: "\(place.path)/saved")
    let expected = Self.rest(try Self.undisturbed(), Self.output(first))
    let folder = TestFolder()
    folder.write("run.yaml", Self.text)
    Self.writeInputs(folder) { $0 + $1 }
    let run = try Self.drained(folder, rows: 180, options: ["--from", "\(place.path)/saved"])
    #expect(run.errors.contains("audit: whole"), "\(run.errors)")
    #expect(Self.output(folder) == expected)
    // One that is not what was read is refused.
    let other = TestFolder()
    other.write("run.yaml", Self.text)
    Self.writeInputs(other) { $0.replacing("rent", with: "RENT") + $1 }
    let refused = try Self.weir(
      ["run", "\(other.path)/run.yaml", "--from", "\(place.path)/saved"],
      in: other,
      expecting: 2
    )
    #expect(refused.errors.contains("E435"), "\(refused.errors)")
  }

  @Test func `listed files are dealt to other processes, and their inputs are audited`() throws {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let listed = Self.text.replacing("follow: true", with: "follow: false")
    let first = TestFolder()
    first.write("run.yaml", listed.replacing("follow: false", with: "follow: false, rate: 150"))
    Self.writeInputs(first) { $0 + $1 }
    let run = try WeirProcess(["run", "\(first.path)/run.yaml"], in: first)
    let isThere = Waiting.until {
      run.poll() != nil
        || first.names(in: ".weir/ledger").contains { name in
          name.hasPrefix("manifest-") && Int(name.dropFirst(9).dropLast(5)).map { $0 >= 4 } == true
        }
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
    _ = try Self.weir(["stop", "ledger", "--savepoint", path], in: first)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let expected = Self.rest(try Self.undisturbed(), Self.output(first))
    let folder = TestFolder()
    let changed = listed.replacing("event_time: at", with: "event_time: at\n    processes: 2")
    let file = folder.write("run.yaml", changed)
    Self.writeInputs(folder) { $0 + $1 }
    // What a beginning that a crash has cut short has left is no state.
    folder.write(".weir/ledger/state/hourly-0-1-1", "half a state")
    let again = try Self.weir(["run", file, "--from", path], in: folder)
    #expect(again.errors.contains("audit: whole"), "\(again.errors)")
    #expect(again.errors.contains("entries: rescaled, 1 -> 2 processes"), "\(again.errors)")
    #expect(!again.errors.contains("E446"), "\(again.errors)")
    #expect(Self.output(folder) == expected)
    let audit = try Self.weir(["audit", file], in: folder)
    #expect(audit.output.contains("whole"), "\(audit.output)")
    // Without its files a source cannot go on.
    let other = TestFolder()
    let lost = try Self.weir(
      ["run", other.write("run.yaml", changed), "--from", path],
      in: other,
      expecting: 2
    )
    #expect(lost.errors.contains("E468"), "\(lost.errors)")
  }

  @Test func `a changed file goes on as the difference says`() throws {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let first = try Self.saved(at: path)
    let changed = Self.text
      .replacing(
        "n: count(), total: sum(amount), last_note",
        with: "total: sum(amount), small: min(amount), last_note"
      )
      .replacing("processes: 2", with: "processes: 3")
      .replacing("most: max(amount), n: count()", with: "n: count()")
      .replacing("visits:", with: "stays:\n    renamed_from: visits")
      .replacing("{ from: visits", with: "{ from: stays")
      .replacing("window: { sliding: 2h, every: 30m }", with: "window: { sliding: 3h, every: 30m }")
    let folder = TestFolder()
    let file = folder.write("run.yaml", changed)
    Self.writeInputs(folder) { $0 + $1 }
    let diff = try Self.weir(["diff", path, file, "--format", "json"], in: folder, expecting: 1)
    let fates = diff.output.matches(of: /"fate" : "(\w+)"/).map { String($0.1) }
    #expect(
      fates == [
        "kept", "migrated", "incompatible", "migrated", "kept", "kept", "kept", "kept", "kept",
      ],
      "\(diff.output)"
    )
    let refused = try Self.weir(["run", file, "--from", path], in: folder, expecting: 2)
    #expect(
      refused.errors.contains("E466") && refused.errors.contains("'rolling'"),
      "\(refused.errors)"
    )
    #expect(
      folder.names(in: "out") == []
        && folder.names(in: ".weir/ledger").filter { $0.hasPrefix("m") } == []
    )
    let needless = try Self.weir(
      ["run", file, "--from", path, "--drop-state", "rolling", "--drop-state", "hourly"],
      in: folder,
      expecting: 2
    )
    #expect(needless.errors.contains("E470"), "\(needless.errors)")
    let run = try Self.drained(
      folder,
      rows: 180,
      options: ["--from", path, "--drop-state", "rolling"]
    )
    #expect(run.errors.contains("audit: whole"), "\(run.errors)")
    // What was carried is as if nothing had happened; what is new knows only the rows since.
    let all = Self.rest(try Self.undisturbed(), Self.output(first))
    let output = Self.output(folder)
    func without(_ fields: [String], _ lines: [String]?) -> [String] {
      (lines ?? []).map { line in
        fields.reduce(line) { text, field in
          let pattern = try? Regex("\"\(field)\":(\"([^\"\\\\]|\\\\.)*\"|[^,}]*),?")
          return pattern.map { text.replacing($0, with: "") } ?? text
        }
      }.sorted()
    }
    #expect(without(["n"], all["hourly"]) == without(["small"], output["hourly"]))
    #expect(without(["most"], all["visits"]) == (output["visits"] ?? []).sorted())
    #expect(all["totals"] == output["totals"])
  }

  @Test func `what a savepoint holds is shown by key`() throws {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let first = try Self.saved(at: path)
    let shown = try Self.weir(["snapshot", "inspect", path], in: first)
    for text in ["savepoint", "160 records of 2 partitions", "totals: 5 keys, running totals"] {
      #expect(shown.output.contains(text), "\(text) in \(shown.output)")
    }
    // What is held of an account is what its rows add up to.
    let one = try Self.weir(
      [
        "snapshot", "inspect", path, "--operator", "totals", "--key", "account 3", "--format",
        "json",
      ],
      in: first
    )
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [String: Any]
    )
    let operators = try #require(json["operators"] as? [[String: Any]])
    let entries = try #require(operators.first?["entries"] as? [[String: Any]])
    #expect(operators.count == 1 && entries.count == 1)
    #expect(entries.first?["rows"] as? Int == 32)
    #expect(one.output.contains("\"total\":\(Self.totalText(3))"), "\(one.output)")
    // The state folder of the run shows the same.
    let folder = try Self.weir(
      [
        "snapshot", "inspect", "\(first.path)/.weir/ledger", "--operator", "totals", "--key",
        "account 3",
        "--format", "json",
      ],
      in: first
    )
    #expect(folder.output.contains("\"total\":\(Self.totalText(3))"), "\(folder.output)")
    let unknown = try Self.weir(
      ["snapshot", "inspect", path, "--operator", "nobody"],
      in: first,
      expecting: 2
    )
    #expect(unknown.errors.contains("'hourly', 'rolling', 'visits', 'totals'"), "\(unknown.errors)")
  }

  private static func totalText(_ account: Int) -> String {
    let cents = (0..<80).filter { $0 % 5 == account }
      .reduce(0) { $0 + 2 * ($1 * 37 % 900 * 100 + $1 * 13 % 100) }
    return "\(cents / 100).\(pad(cents % 100))"
  }

  // MARK: Golden savepoints

  private static let golden: String = {
    var path = #filePath
    path.removeLast("UpgradeTests.swift".count)
    return path + "Golden"
  }()

  /// Savepoints of all versions of their form, each with the rows that must come after it.
  @Test func `savepoints that are kept for good are gone on from`() throws {
    let manager = FileManager.default
    let newest = "\(Self.golden)/savepoint-1"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1",
      !manager.fileExists(atPath: newest)
    {
      try Self.writeGolden(newest)
    }
    let kept = try manager.contentsOfDirectory(atPath: Self.golden).filter {
      $0.hasPrefix("savepoint-")
    }
    #expect(!kept.isEmpty)
    for name in kept.sorted() {
      let path = "\(Self.golden)/\(name)"
      let folder = TestFolder()
      folder.write("run.yaml", TestFolder.text("\(path)/run.yaml"))
      for file in TestFolder.names("\(path)/in") {
        folder.write("in/\(file)", TestFolder.bytes("\(path)/in/\(file)"))
      }
      let run = try Self.drained(folder, rows: 180, options: ["--from", "\(path)/saved"])
      #expect(run.errors.contains("audit: whole"), "\(run.errors)")
      let output = Self.output(folder)
      for sink in Self.sinks {
        let expected = TestFolder.lines(TestFolder.text("\(path)/expected/\(sink).jsonl"))
        #expect(!expected.isEmpty && output[sink] == expected, "\(name), \(sink)")
      }
    }
  }

  private static func writeGolden(_ path: String) throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: "\(path)/in", withIntermediateDirectories: true)
    try manager.createDirectory(atPath: "\(path)/expected", withIntermediateDirectories: true)
    let first = try saved(at: "\(path)/saved")
    let expected = rest(try undisturbed(), output(first))
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/run.yaml"))
    for (number, file) in files.enumerated() {
      let bytes = Data((file.before + file.after).utf8)
      try bytes.write(to: URL(fileURLWithPath: "\(path)/in/entries-\(number).jsonl"))
    }
    for sink in sinks {
      let lines = (expected[sink] ?? []).map { $0 + "\n" }.joined()
      try Data(lines.utf8).write(to: URL(fileURLWithPath: "\(path)/expected/\(sink).jsonl"))
    }
  }
}
