import Testing
import WeirColumns
import WeirTesting

@testable import Weir
@testable import WeirCore

/// Records that kill the parser of a source: noted before they are parsed, and kept from it.
@Suite struct PoisonRecordTests {
  private let fixture = FileSourceFixture()

  /// A source `in` of one stage.
  private static func job() -> JobPlan {
    var builder = PlanBuilder()
    builder.source("in", Schema([Field("name", .string)]))
    return builder.plan()
  }

  /// What one read of the file `a` gave, and what was noted before anything was parsed.
  private struct Outcome {
    var names: [String] = []
    var rejected: [RejectedRecord] = []
    var marks: [WorkMark] = []
    /// What the parser was given, piece by piece.
    var parsed: [String] = []
    var position: SourcePosition?
  }

  /// Reads all of a file in reads of so many rows, as an instance with such care would.
  private func read(
    _ text: String,
    _ format: RecordFormat = .json,
    care: WorkCare = .usual,
    most: Int = 100,
    quarantine: [QuarantinedRow] = []
  ) throws -> Outcome {
    var fixture = fixture
    fixture.format = format
    try fixture.folder.write("in/a", text)
    let source = try fixture.source(["a"])
    let memory = MarkMemory()
    let rowGuard = RowGuard(Self.job(), memory: memory, care: care, quarantine: quarantine)
    var (marks, parsed): ([WorkMark], [String]) = ([], [])
    rowGuard.recordTrap = { _, bytes in
      if let mark = memory.mark { marks.append(mark) }
      parsed.append(String(decoding: bytes, as: UTF8.self))
    }
    var outcome = Outcome()
    var seen: UInt64 = 0
    while true {
      let rows = try source.read(
        ReadRequest(scope: .partition(PartitionID(0)), maximumRows: most),
        RecordGuard(rowGuard, of: 0, seen: seen)
      )
      #expect(memory.mark == nil)
      seen += UInt64(rows.batch.count + rows.rejected.count)
      outcome.names += rows.batch.values.map { "\($0[0])" }
      outcome.rejected += rows.rejected
      outcome.position = rows.position ?? outcome.position
      source.recycle(rows.batch)
      if rows.next == .ended { break }
    }
    outcome.marks = marks
    outcome.parsed = parsed
    return outcome
  }

  private static let lines =
    FileSourceFixture.json("a", "b") + "broken\n\n"
    + FileSourceFixture.json("c", "d").dropLast()

  /// A quoted value with a line end in it, and one that is malformed.
  private static let table = "name\na\n\"b\n\"\"\n,b\"\nc\"c\nd\n"

  @Test(arguments: [
    (lines, RecordFormat.json), (table, .csv(header: true, delimiter: 44, nulls: "")),
  ])
  func `with care each record is noted, with its place, and the rows are the same`(
    _ text: String,
    _ format: RecordFormat
  ) throws {
    let usual = try read(text, format)
    #expect(usual.marks.allSatisfy { $0.kind == .record && $0.fingerprints.isEmpty })
    #expect(usual.marks.first?.position == 100)
    for care in [WorkCare.recording, .careful] {
      for most in [1, 3, 100] {
        let careful = try read(text, format, care: care, most: most)
        #expect(careful.names == usual.names && careful.rejected == usual.rejected)
        #expect(careful.position == usual.position)
        #expect(careful.parsed.joined() == text)
        let offsets = careful.marks.map { Int($0.place?.offset ?? 0) }
        var places: [Int] = []
        for piece in careful.parsed { places.append((places.last ?? 0) + piece.utf8.count) }
        #expect(offsets == [0] + places.dropLast())
        #expect(careful.marks.allSatisfy { $0.fingerprints.count == 1 && $0.rows == 1 })
        #expect(careful.marks.first?.position == 1)
        let prints = Set(careful.marks.flatMap(\.fingerprints))
        #expect(prints.count == careful.marks.count)
        let place = careful.marks[1].place
        #expect(place?.text.hasSuffix("in/a, byte \(place?.offset ?? 0)") == true)
      }
    }
  }

  @Test(
    arguments: [(lines, RecordFormat.json), (table, .csv(header: true, delimiter: 44, nulls: ""))],
    [WorkCare.usual, .careful]
  )
  func `a record that kills is kept from the parser, rejected as it stands, and reading goes on`(
    _ input: (text: String, format: RecordFormat),
    _ care: WorkCare
  ) throws {
    let usual = try read(input.text, input.format)
    let marks = try read(input.text, input.format, care: .careful).marks
    let pieces = try read(input.text, input.format, care: .careful).parsed
    for (mark, piece) in zip(marks, pieces) where piece.contains("b") {
      let row = QuarantinedRow(
        stage: "in",
        kind: .record,
        fingerprint: mark.fingerprints[0],
        reason: "its parser died of it",
        place: mark.place
      )
      let kept = try read(input.text, input.format, care: care, quarantine: [row])
      let poison = kept.rejected.filter(\.isPoison)
      #expect(poison.count == 1)
      #expect(poison.first.map { String(decoding: $0.raw, as: UTF8.self) + "\n" } == piece)
      #expect(poison.first?.reason == "its parser died of it")
      #expect(poison.first?.place == mark.place?.text)
      // Names are written in quotes.
      #expect(kept.names == usual.names.filter { !piece.contains("\"\($0.dropFirst().prefix(1))") })
      #expect(!kept.parsed.joined().contains(piece))
      #expect(kept.position == usual.position)
    }
  }

  @Test func `other bytes at the same place, or the same at another, are parsed`() throws {
    let marks = try read(Self.lines, care: .careful).marks
    let row = QuarantinedRow(
      stage: "in",
      kind: .record,
      fingerprint: marks[1].fingerprints[0],
      reason: "",
      place: marks[1].place
    )
    let others = FileSourceFixture.json("a", "x", "b")
    #expect(
      try read(others, quarantine: [row]).names == ["a", "x", "b"].map { "\(Value.text($0))" }
    )
    let shifted = FileSourceFixture.json("aa", "b")
    #expect(try read(shifted, quarantine: [row]).rejected.isEmpty)
  }
}
