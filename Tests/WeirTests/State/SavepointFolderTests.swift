import Foundation
import Testing
import WeirCore
import WeirPOSIX
import WeirTesting
import WeirWire

@testable import Weir

/// Savepoints that are not what was written.
struct SavepointFolderTests {
  /// A savepoint of an operator without rows, and what it says.
  private static func written(
    _ folder: TemporaryFolder
  ) throws -> (SavepointFolder, StoredSavepoint) {
    let state = StateFolder("\(folder.path)/run")
    try FileManager.default.createDirectory(
      atPath: state.files,
      withIntermediateDirectories: true
    )
    let shape = try #require(StateShape(description))
    let subject = shape.makeOperator()
    var sections: [StateSection] = []
    subject.mark(rewriting: [], isFull: true)
    while !subject.writeSlice(maximumBytes: 1 << 20, into: &sections) {}
    let file = StateFileWriter("sums-0-3-1", in: state.files, epoch: Epoch(3))
    var left = [sections]
    let reference = try file.write(
      description,
      keyGroups: 8,
      tables: subject.liveTables,
      next: { () throws(WeirError) in left.popLast() ?? [] }
    )
    var source = StageOutline("in", .source, processes: 1)
    source.connector = .files
    source.folder = "/data/in"
    var sums = StageOutline("sums", .keyed, processes: 1)
    sums.state = description
    var members: [Manifest.Member] = []
    for stage in [source, sums] {
      var snapshot = InstanceSnapshot(epoch: Epoch(3), incarnation: Incarnation(1))
      if stage.kind == .keyed { snapshot.state = reference }
      members.append(Manifest.Member(instance: InstanceID(stage.name, 0), snapshot: snapshot))
    }
    let origin = RunOrigin(
      text: "weir: 1\n",
      fingerprint: 7,
      stages: [source, sums],
      partitions: [["/data/in/a.jsonl", "/data/in/old/b.jsonl"], []],
      startedAt: WallTime(microseconds: 5)
    )
    let stored = StoredManifest(Manifest(epoch: Epoch(3), members: members), of: origin)
    let path = "\(folder.path)/saved"
    let result = try SavepointWriter(stored, of: "run", in: state, to: path).write()
    #expect(result.epoch == 3 && result.files == 1)
    let saved = SavepointFolder(path)
    return (saved, try saved.read())
  }

  private static let description = StateDescription([
    .init("format", "\(StateDescription.formatVersion)"), .init("stage", "sums"),
    .init("clause", "window"), .init("window", "tumbling 60000000, offset 0"),
    .init("key groups", "8"), .init("key hash", "1"), .init("key", "card string"),
    .init("aggregate", "n = count()"), .init("aggregate", "total = sum(amount decimal(2))"),
  ])

  @Test func `no path of the machine is in a savepoint, and it reads as it was written`() throws {
    let folder = TemporaryFolder()
    let (saved, savepoint) = try Self.written(folder)
    #expect(savepoint.stored.origin.partitions[0] == ["a.jsonl", "old/b.jsonl"])
    #expect(savepoint.stored.origin.stages.allSatisfy { $0.folder == nil })
    let text = try String(contentsOfFile: saved.record, encoding: .utf8)
    #expect(!text.contains("/data/in") && !text.contains(folder.path))
    try saved.verify(savepoint)
    #expect(SavepointFolder.bytes(savepoint)["sums"] ?? 0 > 0)
  }

  @Test func `each damaged byte of a savepoint is found, and told as damage`() throws {
    let folder = TemporaryFolder()
    let (saved, savepoint) = try Self.written(folder)
    let files = ["savepoint.json", "state/sums-0-3-1"]
    var random = WeirTesting.SeededRandom(seed: 5)
    for name in files {
      let path = "\(saved.path)/\(name)"
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      for trial in 0..<200 {
        var bytes = whole
        let place = random.integer(0...bytes.count - 1)
        if trial % 4 == 0 {
          bytes.removeLast(bytes.count - place)
        } else {
          bytes[place] ^= 1 << UInt8(random.integer(0...7))
        }
        // A line end behind the record means nothing.
        if name == "savepoint.json", bytes.count >= whole.count - 1, place == whole.count - 1 {
          continue
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: WeirError.self, "\(name), byte \(place)") {
          let read = try saved.read()
          try saved.verify(read)
        }
        #expect(
          error.map { ["E464", "E465"].contains($0.code) } == true,
          "\(String(describing: error))"
        )
      }
      try Data(whole).write(to: URL(fileURLWithPath: path))
    }
    #expect(try saved.read() == savepoint)
    try FileManager.default.removeItem(atPath: "\(saved.path)/state/sums-0-3-1")
    #expect(throws: WeirError.self) { try saved.verify(savepoint) }
  }

  /// Records whose checksum fits and whose parts do not.
  @Test func `parts that do not fit together are refused`() throws {
    let folder = TemporaryFolder()
    let (saved, savepoint) = try Self.written(folder)
    var cases: [StoredSavepoint] = []
    func add(_ change: (inout StoredSavepoint) -> Void) {
      var changed = savepoint
      change(&changed)
      cases.append(changed)
    }
    add { $0.stored.manifest.members.removeLast() }
    add { $0.stored.manifest.members[0].instance = InstanceID("in", 1) }
    add { $0.stored.manifest.members[0].snapshot.epoch = Epoch(2) }
    add { $0.stored.manifest.members[1].snapshot.state?.file = "../../etc/passwd" }
    add { $0.stored.manifest.members[1].snapshot.state?.file = "" }
    add { $0.stored.manifest.members[1].snapshot.state?.earlier = [".."] }
    add {
      $0.stored.manifest.members[0].snapshot.state = $0.stored.manifest.members[1].snapshot.state
    }
    add { $0.stored.manifest.members[1].snapshot.inherited = [StateReference(file: "a", bytes: 1)] }
    add { $0.stored.origin.partitions.removeLast() }
    add { $0.stored.origin.stages = [] }
    add { $0.keyGroups = 0 }
    add { $0.keyGroups = 1 << 20 }
    for (number, changed) in cases.enumerated() {
      try Data(RecordCodec.encode(changed)).write(to: URL(fileURLWithPath: saved.record))
      let error = #expect(throws: WeirError.self, "case \(number)") { try saved.read() }
      #expect(error?.code == "E464", "case \(number): \(String(describing: error))")
    }
  }

  @Test func `a savepoint of a later form says so`() throws {
    let folder = TemporaryFolder()
    let (saved, _) = try Self.written(folder)
    let text = try String(contentsOfFile: saved.record, encoding: .utf8)
    #expect(text.contains("\"savepoint\":1"))
    let content = text.dropFirst(33).dropLast(2).replacing(
      "\"savepoint\":1",
      with: "\"savepoint\":9"
    )
    var checksum = Checksum()
    Array(content.utf8).withUnsafeBytes { checksum.add($0) }
    let digits = String(checksum.value, radix: 16)
    let sum = String(repeating: "0", count: 8 - digits.count) + digits
    let sealed = "{\"checksum\":\"\(sum)\",\"content\":\(content)}\n"
    try Data(sealed.utf8).write(to: URL(fileURLWithPath: saved.record))
    let error = #expect(throws: WeirError.self) { try saved.read() }
    #expect(error?.code == "E465", "\(String(describing: error))")
  }

  @Test func `paths lead from a folder to a file and back`() {
    let cases = [
      ("/data/in/a.jsonl", "/data/in", "a.jsonl"), ("/data/a", "/data/in", "../a"),
      ("/other/b/c", "/data/in", "../../other/b/c"), ("/data/in/x/y", "/", "data/in/x/y"),
    ]
    for (path, folder, way) in cases {
      #expect(PortablePath.relative(path, to: folder) == way)
      #expect(PortablePath.resolved(way, in: folder) == path)
    }
    #expect(PortablePath.resolved("../b", in: "/") == "/b")
    // However a folder is spelt, its files are called as it calls them.
    #expect(PortablePath.relative("/data/./in/a", to: "/data/./in") == "a")
    #expect(PortablePath.resolved("a", in: "/data/./in") == "/data/./in/a")
  }
}
