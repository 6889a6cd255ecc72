import Glibc
import Testing

/// Runs whose checkpoints are damaged: they go back behind them, and never write a row twice.
@Suite(.serialized) struct DamageTests {
  private static let topology = RecoveryTopology(
    rows: 20_000,
    checkpoints: "{ every: 100ms, keep: 3 }",
    rate: 12_000
  )

  private static let expected = topology.undisturbedOutput()

  private func start(
    _ folder: TestFolder,
    _ topology: RecoveryTopology = topology,
    options: [String] = []
  ) throws -> WeirProcess {
    folder.write("run.yaml", topology.text)
    return try WeirProcess(["run", "\(folder.path)/run.yaml"] + options, in: folder)
  }

  private func expectWhole(_ folder: TestFolder) throws {
    RecoveryTopology.expectWhole(folder, try Self.expected.get())
  }

  /// A run that was stopped at a checkpoint, with some before it.
  private func stopped(
    _ folder: TestFolder,
    _ topology: RecoveryTopology = topology
  ) throws {
    let run = try start(folder, topology)
    let isThere = Waiting.until { run.poll() != nil || Damage.epochs(folder).last ?? 0 >= 4 }
    try #require(isThere && run.poll() == nil, "\(run.errors)")
    run.send(SIGTERM)
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(Damage.epochs(folder).count == 3)
  }

  // MARK: While the run goes on

  @Test func `a snapshot that is damaged when it is needed is gone back behind`() throws {
    let folder = TestFolder()
    let run = try start(folder)
    let damage = Damage(folder: folder, run: run)
    var epochs: [Int] = []
    for stage in ["visits", "totals"] {
      epochs.append(try damage.strike(stage, afterEpoch: (epochs.last ?? 0) + 3, output: "copy"))
      #expect(
        Waiting.until { run.poll() != nil || Damage.epochs(folder).last ?? 0 > epochs[0] + 2 }
      )
    }
    #expect(run.end() == .exited(0), "\(run.errors)")
    #expect(run.errors.contains("E445") && run.errors.contains("E444"), "\(run.errors)")
    // What was withdrawn is told of, and it is what the damaged checkpoints had made visible.
    let withdrawn = Damage.takeWithdrawn(folder)
    #expect(!withdrawn.isEmpty)
    for name in withdrawn {
      #expect(run.errors.contains("out/.withdrawn/\(name)"), "\(name) in \(run.errors)")
    }
    for epoch in epochs {
      let digits = String(repeating: "0", count: 10 - "\(epoch)".count) + "\(epoch)"
      #expect(withdrawn.contains("copy-\(digits)-0.jsonl"), "\(epoch) in \(withdrawn)")
      #expect(folder.names(in: ".weir/recovery").contains("manifest-\(digits).json.broken"))
    }
    try expectWhole(folder)
  }

  @Test func `without an older checkpoint a damaged snapshot ends the run, and nothing is doubled`()
    throws
  {
    let folder = TestFolder()
    var topology = Self.topology
    topology.checkpoints = "{ every: 100ms, keep: 2 }"
    let run = try start(folder, topology)
    let damage = Damage(folder: folder, run: run)
    // The one before is damaged too.
    let epoch = try damage.strike("visits", afterEpoch: 3, output: "copy") {
      for epoch in damage.epochs {
        for name in folder.names(in: "\(damage.state)/state")
        where name.hasPrefix("visits-0-\(epoch)-") {
          folder.write("\(damage.state)/state/\(name)", Array("not a snapshot".utf8))
        }
      }
    }
    #expect(epoch >= 3)
    #expect(run.end() == .exited(1), "\(run.errors)")
    #expect(run.errors.contains("E441"), "\(run.errors)")
    #expect(run.errors.contains("--fresh"), "\(run.errors)")
    let visible = folder.sortedLines(in: "out", prefix: "copy")
    #expect(Set(visible).count == visible.count)
    let again = try start(folder, topology)
    #expect(again.end() == .exited(2), "\(again.errors)")
    #expect(again.errors.contains("E441"), "\(again.errors)")
  }

  // MARK: Before a run starts

  /// What is done to a file.
  enum Change: CaseIterable {
    case flippedFirst
    case flippedEarly
    case flippedMiddle
    case flippedLate
    case flippedLast
    case halved
    case shortened
    case emptied
    case removed

    func apply(_ bytes: [UInt8]) -> [UInt8]? {
      var bytes = bytes
      switch self {
      case .flippedFirst: bytes[0] ^= 1
      case .flippedEarly: bytes[min(40, bytes.count - 1)] ^= 0x80
      case .flippedMiddle: bytes[bytes.count / 2] ^= 4
      case .flippedLate: bytes[max(bytes.count - 30, 0)] ^= 0x20
      // The line end of a record may be missing: what counts is what it says.
      case .flippedLast: bytes[max(bytes.count - 2, 0)] ^= 2
      case .halved: bytes.removeLast(bytes.count - bytes.count / 2)
      case .shortened: bytes.removeLast(min(3, bytes.count))
      case .emptied: bytes = []
      case .removed: return nil
      }
      return bytes
    }
  }

  /// True if each file is to be damaged in all ways: `ops/fuzz --files`.
  private static let isThorough = getenv("WEIR_EVERY_DAMAGE") != nil

  @Test func `whatever byte of whatever kept file is damaged, the output is whole or refused`()
    throws
  {
    let folder = TestFolder()
    try stopped(folder)
    let state = "\(folder.path)/.weir/recovery"
    let files =
      folder.names(in: ".weir/recovery").filter { $0.hasPrefix("manifest-") || $0 == "numbers" }
      + folder.names(in: ".weir/recovery/state").map { "state/\($0)" }
    #expect(files.count > 8)
    let copy = "\(folder.path)/kept"
    #expect(
      system("cp -a '\(folder.path)/out' '\(copy).out' && cp -a '\(state)' '\(copy).state'") == 0
    )
    var outcomes: [String: Int] = [:]
    var fast = Self.topology
    fast.rate = nil
    for (number, file) in files.enumerated() {
      // Each file is damaged in some of the ways, all files together in all of them.
      for (place, change) in Change.allCases.enumerated()
      where Self.isThorough || (place + number) % 5 == 0 {
        #expect(system("rm -rf '\(folder.path)/out' '\(state)'") == 0)
        #expect(
          system("cp -a '\(copy).out' '\(folder.path)/out' && cp -a '\(copy).state' '\(state)'")
            == 0
        )
        let bytes = TestFolder.bytes("\(state)/\(file)")
        if let changed = change.apply(bytes) {
          folder.write(".weir/recovery/\(file)", changed)
        } else {
          unlink("\(state)/\(file)")
        }
        let run = try start(folder, fast)
        guard let end = run.end() else { continue }
        let what = "\(change) of \(file)"
        if end == .exited(0) {
          let withdrawn = Damage.takeWithdrawn(folder)
          outcomes[withdrawn.isEmpty ? "whole" : "withdrawn", default: 0] += 1
          let isWhole = RecoveryTopology.output(folder) == (try Self.expected.get())
          #expect(isWhole, "\(what): \(run.errors)")
        } else {
          outcomes["refused", default: 0] += 1
          #expect(end == .exited(2) && run.errors.contains("E441"), "\(what): \(run.errors)")
        }
      }
    }
    #expect(
      outcomes["withdrawn", default: 0] > 5 && outcomes["refused", default: 0] > 1,
      "\(outcomes)"
    )
  }

  @Test func `output that was printed cannot be taken back, unless rows may come twice`() throws {
    let folder = TestFolder()
    let text = Self.topology.text.replacing(
      "{ from: payments, file: { path: out/copy.jsonl }, format: json }",
      with: "{ from: payments, stdout: {} }"
    )
    folder.write("run.yaml", text)
    let path = "\(folder.path)/run.yaml"
    let first = try WeirProcess(["run", path], in: folder)
    let isThere = Waiting.until { first.poll() != nil || Damage.epochs(folder).last ?? 0 >= 4 }
    try #require(isThere && first.poll() == nil, "\(first.errors)")
    first.send(SIGTERM)
    #expect(first.end() == .exited(0), "\(first.errors)")
    let newest = try #require(folder.names(in: ".weir/recovery").last { $0.hasPrefix("manifest-") })
    folder.write(".weir/recovery/\(newest)", "{}")
    let before = folder.names(in: "out")
    let refused = try WeirProcess(["run", path], in: folder)
    #expect(refused.end() == .exited(2), "\(refused.errors)")
    #expect(refused.errors.contains("E443") && refused.errors.contains(newest), "\(refused.errors)")
    #expect(refused.errors.contains("--accept-duplicates"), "\(refused.errors)")
    #expect(folder.names(in: "out") == before)
    let next = try WeirProcess(["run", path, "--accept-duplicates"], in: folder)
    #expect(next.end() == .exited(0), "\(next.errors)")
    #expect(!Damage.takeWithdrawn(folder).isEmpty)
    let printed = TestFolder.lines(first.output) + TestFolder.lines(next.output)
    let expected = try Self.expected.get()
    #expect(printed.count > expected[3].count)
    #expect(Set(printed) == Set(expected[3]))
    for (number, sink) in RecoveryTopology.sinks.enumerated().prefix(3) {
      let isSame = folder.sortedLines(in: "out", prefix: sink) == expected[number]
      #expect(isSame, "\(sink)")
    }
  }
}
