import Foundation
import Testing

/// Savepoints of real runs, and runs that begin at them.
@Suite(.serialized) struct SavepointTests {
  private static let expected = RecoveryTopology().undisturbedOutput()

  private func weir(
    _ arguments: [String],
    in folder: TestFolder,
    expecting code: Int32 = 0
  ) throws -> WeirProcess {
    let command = try WeirProcess(arguments, in: folder)
    #expect(command.end() == .exited(code), "\(arguments): \(command.output)\(command.errors)")
    return command
  }

  /// Runs to the middle with some processes of the windows, and stops with a savepoint.
  private func stopped(at path: String, processes: (Int, Int)) throws -> TestFolder {
    let folder = TestFolder()
    let topology = RecoveryTopology(rate: 9000, processes: processes)
    let run = try RecoveryTopology.start(folder, topology.text)
    try RecoveryTopology.waitForCheckpoint(4, folder, run)
    let stop = try weir(["stop", "recovery", "--savepoint", path], in: folder)
    #expect(stop.output.contains("savepoint of 'recovery'"), "\(stop.output)")
    #expect(run.end() == .exited(0), "\(run.errors)")
    return folder
  }

  @Test func `a savepoint of four processes goes on with one, three and seven`() throws {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let first = try stopped(at: path, processes: (4, 4))
    let before = RecoveryTopology.output(first)
    let expected = try Self.expected.get()
    for processes in [1, 3, 7] {
      let folder = TestFolder()
      let topology = RecoveryTopology(rate: nil, processes: (processes, processes))
      folder.write("run.yaml", topology.text)
      let run = try weir(["run", "\(folder.path)/run.yaml", "--from", path], in: folder)
      #expect(run.errors.contains("audit: whole"), "\(run.errors)")
      #expect(run.errors.contains("totals: rescaled, 4 -> \(processes) processes"), "\(run.errors)")
      let after = RecoveryTopology.output(folder)
      for (sink, (parts, expected)) in zip(
        RecoveryTopology.sinks,
        zip(zip(before, after), expected)
      ) {
        let isSame = (parts.0 + parts.1).sorted() == expected
        #expect(
          isSame && !parts.1.isEmpty,
          "\(sink), \(processes): \(parts.0.count) + \(parts.1.count) lines, not \(expected.count)"
        )
      }
    }
  }

  @Test func `a savepoint of a run that was scaled is one, and says in which layout it was taken`()
    throws
  {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let first = TestFolder()
    let topology = RecoveryTopology(rate: 6000, processes: (1, 1))
    let run = try RecoveryTopology.start(first, topology.text)
    try RecoveryTopology.waitForCheckpoint(2, first, run)
    _ = try weir(["scale", "recovery", "totals=3", "visits=2", "totals_out=1"], in: first)
    _ = try weir(["stop", "recovery", "--savepoint", path], in: first)
    #expect(run.end() == .exited(0), "\(run.errors)")
    let folder = TestFolder()
    folder.write("run.yaml", RecoveryTopology(rate: nil, processes: (1, 1)).text)
    let next = try weir(["run", "\(folder.path)/run.yaml", "--from", path], in: folder)
    #expect(next.errors.contains("audit: whole"), "\(next.errors)")
    #expect(next.errors.contains("totals: rescaled, 3 -> 1 processes"), "\(next.errors)")
    let parts = zip(RecoveryTopology.output(first), RecoveryTopology.output(folder))
    let found = parts.map { ($0 + $1).sorted() }
    let isSame = try found == Self.expected.get()
    #expect(isSame)
  }

  @Test func `a run that lives goes on behind its savepoint, and both lead to the same`() throws {
    let folder = TestFolder()
    let path = "\(folder.path)/saved"
    let run = try RecoveryTopology.start(folder, RecoveryTopology(rate: 9000).text)
    try RecoveryTopology.waitForCheckpoint(3, folder, run)
    let saved = try weir(["savepoint", "recovery", path, "--format", "json"], in: folder)
    let text = try #require(saved.output.firstMatch(of: /"epoch" : (\d+)/))
    let epoch = try #require(Int(text.1))
    #expect(run.end() == .exited(0), "\(run.errors)")
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
    // What is visible up to the savepoint, and what a run from there makes, is all there is.
    let other = TestFolder()
    other.write("run.yaml", RecoveryTopology(rate: nil).text)
    let again = try weir(["run", "\(other.path)/run.yaml", "--from", path], in: other)
    #expect(again.errors.contains("audit: whole"), "\(again.errors)")
    for (sink, expected) in zip(RecoveryTopology.sinks, try Self.expected.get()) {
      let before = folder.names(in: "out").filter { name in
        let parts = name.split(separator: "-")
        return parts.first.map(String.init) == sink && parts.count > 2
          && Int(parts[1]).map { $0 <= epoch } == true
      }
      let lines =
        before.flatMap { TestFolder.lines(folder.text("out/\($0)")) }
        + other.sortedLines(in: "out", prefix: sink)
      #expect(lines.sorted() == expected, "\(sink): \(lines.count) lines, not \(expected.count)")
    }
    let audit = try weir(["audit", "\(other.path)/run.yaml"], in: other)
    #expect(audit.output.contains("whole"), "\(audit.output)")
  }

  @Test func `a run that dies before its first checkpoint goes on from the savepoint by itself`()
    throws
  {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let before = RecoveryTopology.output(try stopped(at: path, processes: (2, 1)))
    let folder = TestFolder()
    let slow = RecoveryTopology(checkpoints: "{ every: 1h }", rate: 2000, processes: (3, 2))
    let run = try RecoveryTopology.start(folder, slow.text, options: ["--from", path])
    let isThere = Waiting.until {
      run.poll() != nil || ProcessTable.instances(of: folder).contains { $0.instance == "totals/2" }
    }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
    run.send(SIGKILL)
    #expect(run.end() == .killed(SIGKILL))
    let again = try RecoveryTopology.start(
      folder,
      RecoveryTopology(checkpoints: "{ every: 1h }", rate: nil, processes: (1, 2)).text
    )
    #expect(again.end() == .exited(0), "\(again.errors)")
    #expect(again.errors.contains("audit: whole"), "\(again.errors)")
    for (sink, (parts, expected)) in zip(
      RecoveryTopology.sinks,
      zip(zip(before, RecoveryTopology.output(folder)), try Self.expected.get())
    ) {
      let isSame = (parts.0 + parts.1).sorted() == expected
      #expect(isSame, "\(sink): \(parts.0.count) + \(parts.1.count), not \(expected.count)")
    }
  }

  @Test func `what cannot be saved or begun with is refused, and nothing is changed`() throws {
    let place = TestFolder()
    let path = "\(place.path)/saved"
    let folder = try stopped(at: path, processes: (2, 1))
    // The path is taken.
    for taken in [path, "\(folder.path)/run.yaml"] {
      let command = try weir(["savepoint", "recovery", taken], in: folder, expecting: 2)
      #expect(command.errors.contains("E461"), "\(command.errors)")
    }
    // The run has checkpoints of its own.
    let own = try weir(
      ["run", "\(folder.path)/run.yaml", "--from", path],
      in: folder,
      expecting: 2
    )
    #expect(own.errors.contains("E467"), "\(own.errors)")
    let none = try weir(
      ["run", "\(folder.path)/run.yaml", "--from", "\(place.path)/none"],
      in: folder,
      expecting: 2
    )
    #expect(none.errors.contains("E463"), "\(none.errors)")
    // A run without checkpoints can neither save its state nor begin with one.
    let plain = TestFolder()
    plain.write("run.yaml", RecoveryTopology(checkpoints: "none", rate: 2000).text)
    let refused = try weir(
      ["run", "\(plain.path)/run.yaml", "--from", path],
      in: plain,
      expecting: 2
    )
    #expect(refused.errors.contains("E467"), "\(refused.errors)")
    _ = try weir(["run", "\(plain.path)/run.yaml", "--detach"], in: plain)
    let nothing = try weir(
      ["savepoint", "recovery", "\(place.path)/nothing"],
      in: plain,
      expecting: 2
    )
    #expect(nothing.errors.contains("E462"), "\(nothing.errors)")
    _ = try weir(["stop", "recovery", "--now"], in: plain)
    // Of a run that has stopped, the last checkpoint.
    _ = try weir(["savepoint", "recovery", "\(place.path)/later"], in: folder)
    // One that has finished has no state.
    let other = TestFolder()
    other.write("run.yaml", RecoveryTopology(rate: nil).text)
    _ = try weir(["run", "\(other.path)/run.yaml", "--from", path], in: other)
    let finished = try weir(
      ["savepoint", "recovery", "\(place.path)/end"],
      in: other,
      expecting: 2
    )
    #expect(finished.errors.contains("E462"), "\(finished.errors)")
    #expect(place.names(in: "").sorted().filter { !$0.hasPrefix(".") } == ["later", "r", "saved"])
  }
}
