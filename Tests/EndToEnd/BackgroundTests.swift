import Foundation
import Glibc
import Testing

/// Runs in the background, their logs, their checkpoints, and what is left when they are gone.
@Suite(.serialized) struct BackgroundTests {
  /// A run in the background; one that a failing test leaves is killed.
  private final class Background {
    let process: pid_t

    init(_ folder: TestFolder, checkpoints: String = "{ every: 100ms }") throws {
      folder.write("run.yaml", EndlessRun.topology("console", checkpoints: checkpoints))
      let run: LiveStatus.Run = try WeirProcess.json(
        ["run", "\(folder.path)/run.yaml", "--detach"],
        in: folder
      )
      process = run.process
    }

    deinit { kill(process, SIGKILL) }

    var isAlive: Bool { ProcessTable.isAlive(process) }
  }

  private func run(_ arguments: [String], in folder: TestFolder) throws -> WeirProcess {
    let command = try WeirProcess(arguments, in: folder)
    _ = command.end()
    return command
  }

  private func expectNothingLeft(_ folder: TestFolder) {
    #expect(ProcessTable.instances(of: folder) == [])
    #expect(folder.names(in: "r/weir") == [])
  }

  private static func target(_ process: pid_t, _ descriptor: Int) -> String {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(process)/fd/\(descriptor)", &room, room.count)
    return String(decoding: room.prefix(max(count, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  @Test func `a run in the background has a session and a log of its own`() throws {
    let folder = TestFolder()
    let background = try Background(folder)
    #expect(background.isAlive)
    #expect(getsid(background.process) == background.process)
    // Nobody waits for the end of what the command wrote to.
    for process in [background.process] + ProcessTable.instances(of: folder).map(\.id) {
      for descriptor in 1...2 {
        #expect(Self.target(process, descriptor).hasSuffix(".log"), "process \(process)")
      }
    }
    let status: LiveStatus = try WeirProcess.json(["status", "console"], in: folder)
    #expect(status.phase == "running")
    let stop = try run(["stop", "console"], in: folder)
    #expect(stop.poll() == .exited(0), "\(stop.errors)")
    #expect(!background.isAlive)
    expectNothingLeft(folder)
    EndlessRun.expectWholeCopy(folder)
  }

  @Test func `logs prints what a run said, all of it or about a stage`() throws {
    let folder = TestFolder()
    let background = try Background(folder)
    let victim = try #require(
      ProcessTable.instances(of: folder).first { $0.instance == "totals/1" }
    )
    kill(victim.id, SIGKILL)
    let isTold = Waiting.until {
      (try? run(["logs", "console", "totals"], in: folder))?.output.contains("died") == true
    }
    #expect(isTold)
    let all = try run(["logs", "console"], in: folder)
    #expect(all.poll() == .exited(0))
    #expect(all.output.contains("console: starting"), "\(all.output)")
    #expect(all.output.contains("console: running"), "\(all.output)")
    let stage = TestFolder.lines(try run(["logs", "console", "totals"], in: folder).output)
    #expect(!stage.isEmpty)
    #expect(stage.allSatisfy { $0.contains("totals") && !$0.contains("totals_out") }, "\(stage)")
    let other = try run(["logs", "console", "missing"], in: folder)
    #expect(other.output.isEmpty)
    #expect(other.errors.contains("no line"), "\(other.errors)")

    let following = try WeirProcess(["logs", "console", "--follow"], in: folder)
    #expect(Waiting.until { following.output.contains("console: running") })
    // One whose reader has gone ends by itself.
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let unread = try WeirProcess(["logs", "console", "-f"], in: folder, output: pipe)
    close(reader)
    #expect(unread.end() == .exited(0), "\(unread.errors)")
    _ = try run(["stop", "console"], in: folder)
    #expect(following.end() == .exited(0), "\(following.errors)")
    #expect(following.output.contains("console: stopped"), "\(following.output)")
    // Once it has ended it is called by its file.
    let after = try run(["logs", "\(folder.path)/run.yaml"], in: folder)
    #expect(after.output.contains("console: stopped"), "\(after.output)\(after.errors)")
    #expect(!background.isAlive)
  }

  @Test func `what keeps a run from the background is said at once, with its exit code`() throws {
    let folder = TestFolder()
    folder.write("faulty.yaml", "weir: 1\nname: console\n")
    let faulty = try run(["run", "\(folder.path)/faulty.yaml", "--detach"], in: folder)
    #expect(faulty.poll() == .exited(2))
    #expect(faulty.errors.contains("error[W"), "\(faulty.errors)")

    let printing = EndlessRun.topology("console")
      .replacingOccurrences(of: "file: { path: out/copy.jsonl }", with: "stdout: {}")
    folder.write("printing.yaml", printing)
    let refused = try run(["run", "\(folder.path)/printing.yaml", "--detach"], in: folder)
    #expect(refused.poll() == .exited(2))
    #expect(refused.errors.contains("E476"), "\(refused.errors)")

    let background = try Background(folder)
    let second = try run(["run", "\(folder.path)/run.yaml", "--detach"], in: folder)
    #expect(second.poll() == .exited(2))
    #expect(second.errors.contains("E111"), "\(second.errors)")
    _ = try run(["stop", "console"], in: folder)
    #expect(!background.isAlive)
    expectNothingLeft(folder)
  }

  private struct Listed: Decodable {
    struct Checkpoint: Decodable {
      struct Times: Decodable { var slowest: String }
      struct Fault: Decodable { var code: String }

      var epoch: Int
      var neededBytes: Int
      var times: Times?
      var fault: Fault?
    }

    var checkpoints: [Checkpoint]
  }

  @Test func `checkpoints are listed while a run lives and after, and damage is told`() throws {
    let folder = TestFolder()
    let background = try Background(folder, checkpoints: "{ every: 100ms, keep: 3 }")
    func listed(_ word: String) throws -> [Listed.Checkpoint] {
      try WeirProcess.json(["checkpoints", word], in: folder, as: Listed.self).checkpoints
    }
    #expect(Waiting.until { (try? listed("console"))?.count == 3 })
    // Each is whole, though a living run removes the oldest at any time.
    #expect(try listed("console").allSatisfy { $0.fault == nil })
    _ = try run(["stop", "console"], in: folder)
    #expect(!background.isAlive)
    let path = "\(folder.path)/run.yaml"
    let before = try listed(path)
    #expect(before.count == 3)
    #expect(before.allSatisfy { $0.fault == nil && $0.neededBytes > 0 && $0.times != nil })
    let newest = try #require(before.first?.epoch)
    let file = try #require(
      folder.names(in: ".weir/console/state").first { $0.contains("-\(newest)-") }
    )
    var bytes = TestFolder.bytes("\(folder.path)/.weir/console/state/\(file)")
    bytes[bytes.count / 2] ^= 1
    folder.write(".weir/console/state/\(file)", bytes)
    let after = try listed(path)
    #expect(after.first?.fault?.code == "E515")
    let table = try run(["checkpoints", path], in: folder)
    #expect(table.poll() == .exited(0))
    #expect(table.output.contains("cannot be gone on from"), "\(table.output)")
  }

  @Test func `clean is refused while a run lives, and then leaves only what is visible`() throws {
    let folder = TestFolder()
    let background = try Background(folder)
    let path = "\(folder.path)/run.yaml"
    let isVisible = Waiting.until {
      !folder.names(in: "out").filter { $0.hasPrefix("copy") }.isEmpty
    }
    #expect(isVisible)
    let refused = try run(["clean", path], in: folder)
    #expect(refused.poll() == .exited(2))
    #expect(refused.errors.contains("E478"), "\(refused.errors)")
    // Killed, it leaves its sockets and hidden parts, too.
    kill(background.process, SIGKILL)
    #expect(Waiting.until { ProcessTable.instances(of: folder).isEmpty && !background.isAlive })
    #expect(folder.names(in: "r/weir").count == 1)
    // Its name is known still, since it died without a word.
    let cleaned = try run(["clean", "console"], in: folder)
    #expect(cleaned.poll() == .exited(0), "\(cleaned.errors)")
    #expect(cleaned.output.contains(".weir/console\""), "\(cleaned.output)")
    #expect(folder.names(in: ".weir") == [])
    #expect(folder.names(in: "out").allSatisfy { !$0.hasPrefix(".") })
    #expect(!folder.names(in: "out").isEmpty)
    expectNothingLeft(folder)
    let again = try run(["clean", path], in: folder)
    #expect(again.poll() == .exited(0))
    #expect(again.output.contains("nothing is left"), "\(again.output)")
  }
}
