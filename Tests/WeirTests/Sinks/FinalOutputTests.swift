import Testing
import WeirCore
import WeirPOSIX
import WeirTesting

@testable import Weir

/// What becomes of the output of a run without checkpoints that ends while its sinks show it.
struct FinalOutputTests {
  private let folder = TemporaryFolder()
  private static let sinks = ["a", "b"]

  /// Settles the output of two sinks, whose parts have these names.
  private func settle() throws(WeirError) -> WeirError? {
    var manifest = Manifest(epoch: Epoch(1), members: [])
    for sink in Self.sinks {
      var snapshot = InstanceSnapshot(epoch: Epoch(1), incarnation: Incarnation(1))
      let part = PreparedPart(
        hidden: ".\(sink)",
        final: "\(sink).out",
        length: 1,
        rows: 1,
        checksum: 0
      )
      snapshot.outputs = [PreparedOutput(epoch: Epoch(1), text: part.text)]
      manifest.members.append(Manifest.Member(instance: InstanceID(sink, 0), snapshot: snapshot))
    }
    let outputs = Self.sinks.map {
      FileSinkOutput(
        name: $0,
        delivery: .exactlyOnce,
        names: PartNames("\(folder.path)/\($0)/out.jsonl")
      )
    }
    return try FinalOutput(manifest, outputs).settle()
  }

  @Test(arguments: [["a/a.out", "b/b.out"], ["a/.a", "b/.b"], []])
  func `what is visible as a whole, or not at all, is left as it is`(_ files: [String]) throws {
    for file in files { try folder.write(file, "x") }
    #expect(try settle() == nil)
    for file in files {
      #expect(try folder.files(in: Folder.parent(of: file)).values.contains("x"))
    }
  }

  @Test func `what one sink has shown is withdrawn if another has not`() throws {
    try folder.write("a/a.out", "x")
    try folder.write("b/.b", "y")
    // Not of this run.
    try folder.write("b/b.out", "z")
    let told = try #require(try settle())
    #expect(told.code == "E437")
    #expect(told.detail == "\"\(folder.path)/a/a.out\" was visible and withdrawn")
    #expect(try folder.files(in: "a") == [".a": "x"])
    #expect(try folder.files(in: "b") == [".b": "y", "b.out": "z"])
    #expect(try settle() == nil)
  }
}
