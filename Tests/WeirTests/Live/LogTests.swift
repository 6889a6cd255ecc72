import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@testable import Weir

struct LogFilterTests {
  private static let lines = [
    "2026-01-01T00:00:00Z info    harbor: starting process=1 topology=declines.yaml",
    "2026-01-01T00:00:00Z info    harbor: progress rows_in=17 stage=declines",
    "2026-01-01T00:00:00Z info    harbor: progress rows_in=17 stage=declines_out watermark=end",
    "2026-01-01T00:00:00Z warning harbor: died code=E404 error=''declines/1' died' instance=declines/1",
    "weir: declines/0: error[E101]: cannot open",
    #"{"instance":"declines/1","level":"info","message":"finished","run":"harbor"}"#,
    #"{"level":"info","message":"progress","rows_in":"17","stage":"declines"}"#,
    "the number of declines is high",
  ]

  private func passed(_ stage: String?) -> [Int] {
    let filter = LogFilter(stage)
    return Self.lines.indices.filter { filter.passes(Self.lines[$0][...]) }
  }

  @Test func `without a stage every line passes`() {
    #expect(passed(nil) == Array(Self.lines.indices))
  }

  @Test func `a line is about a stage if it names it or one of its instances`() {
    #expect(passed("declines") == [1, 3, 4, 5, 6])
    #expect(passed("declines_out") == [2])
    #expect(passed("decline") == [])
  }

  @Test func `a line is about an instance if it names that one`() {
    #expect(passed("declines/1") == [3, 5])
    #expect(passed("declines/0") == [4])
    #expect(passed("declines/10") == [])
  }

  @Test func `lines are printed when they are whole, wherever they are cut`() {
    let text = Self.lines.joined(separator: "\n") + "\n"
    let bytes = Array(text.utf8)
    for cut in stride(from: 0, to: bytes.count, by: 7) {
      var printed = ""
      var printer = LogPrinter(LogFilter("declines")) { text in
        printed += text
        return true
      }
      printer.take(bytes[..<cut])
      printer.take(bytes[cut...])
      printer.finish()
      #expect(printed == [1, 3, 4, 5, 6].map { Self.lines[$0] + "\n" }.joined())
      #expect(printer.hasPrinted)
    }
  }

  @Test func `a last line without an end is printed at the end`() {
    var printed = ""
    var printer = LogPrinter(LogFilter(nil)) { text in
      printed += text
      return true
    }
    printer.take("one\ntwo".utf8)
    #expect(printed == "one\n")
    printer.finish()
    #expect(printed == "one\ntwo\n")
  }
}

struct RunLogsTests {
  private let folder = TemporaryFolder()

  private func time(_ second: Int64) -> WallTime {
    WallTime(microseconds: SampleRun.midnight + second * 1_000_000)
  }

  @Test func `the last runs keep their logs, and the newest is found`() throws {
    let logs = RunLogs("\(folder.path)/log")
    #expect(try logs.newest() == [])
    for run in 0..<8 {
      try logs.begin(at: time(Int64(run)), process: 17).append("run \(run)\n")
    }
    #expect(try Folder.names(in: logs.folder).count == RunLogs.keptRuns)
    #expect(try logs.newest() == ["\(logs.folder)/20260101T000007Z-17.log"])
    try folder.write("log/20260101T000007Z-17.log.1", "before\n")
    #expect(
      try logs.newest()
        == [
          "\(logs.folder)/20260101T000007Z-17.log.1", "\(logs.folder)/20260101T000007Z-17.log",
        ]
    )
  }

  @Test func `a state folder that holds only a log holds no state`() throws {
    let state = StateFolder(folder.path)
    try folder.write("lock", "")
    _ = try state.logs.begin(at: time(0), process: 1)
    #expect(try !state.holdsState())
    try folder.write("numbers", "")
    #expect(try state.holdsState())
  }
}

struct DetachedRunTests {
  @Test func `a run is started again as it was, and goes on`() {
    let own = ["weir", "run", "a.yaml", "--detach", "--fresh", "--base", "b"]
    let again = DetachedRun.again(DetachedRun.arguments(own))
    #expect(again == ["weir", "run", "a.yaml", "--base", "b", "--detach"])
    #expect(DetachedRun.isDetached(again))
    #expect(DetachedRun.again(["weir", "run", "a.yaml", "--fresh"]) == ["weir", "run", "a.yaml"])
    let begun = ["weir", "run", "--from", "saved", "a.yaml", "--drop-state", "b", "--drop-state=c"]
    #expect(DetachedRun.again(begun) == ["weir", "run", "a.yaml"])
    #expect(
      DetachedRun.again(["weir", "run", "a.yaml", "--from=saved"]) == ["weir", "run", "a.yaml"]
    )
  }

  @Test func `the process in the background gets the same arguments, and where to say it runs`() {
    #expect(
      DetachedRun.arguments(["weir", "run", "a.yaml", "--detach", "--fresh"])
        == ["weir", "run", "a.yaml", "--fresh", "--ready-descriptor", "3"]
    )
  }

  @Test func `a sink that writes to standard output keeps a run from the background`() {
    #expect(throws: Never.self) { try DetachedRun.check(SampleRun.job()) }
    let error = #expect(throws: WeirError.self) {
      try DetachedRun.check(SampleRun.job(sink: .standardOutput(.json)))
    }
    #expect(error?.code == "E476")
    #expect(error?.message.contains("'alerts'") == true)
  }
}
