import Testing
import WeirCore
import WeirTesting

@testable import Weir

@Suite struct LineageJournalTests {
  private let temporary = TemporaryFolder()
  private let job = SampleRun.job()
  private var folder: StateFolder { StateFolder(temporary.path) }

  private func point(_ epoch: UInt64) -> LineagePoint {
    let total = RowTotal(rows: epoch * 10, fingerprint: UInt64.max - epoch)
    return LineagePoint(epoch: Epoch(epoch), sent: [total])
  }

  private func points() -> [LineagePoint] { LineageJournal.points(in: folder, of: job) }

  @Test func `what is noted is read, by the next run too`() {
    #expect(points() == [])
    let first = LineageJournal(folder, of: job, after: .none)
    first.note(point(1))
    first.note(point(4))
    first.note(point(4))
    #expect(points() == [point(1), point(4)])
    let next = LineageJournal(folder, of: job, after: Epoch(4))
    next.note(point(5))
    #expect(points() == [point(1), point(4), point(5)])
  }

  @Test func `a run that goes back to an older checkpoint drops what is newer`() {
    let first = LineageJournal(folder, of: job, after: .none)
    for epoch in 1...3 { first.note(point(UInt64(epoch))) }
    let next = LineageJournal(folder, of: job, after: Epoch(2))
    #expect(points() == [point(1), point(2)])
    next.note(point(4))
    #expect(points() == [point(1), point(2), point(4)])
  }

  @Test func `a line that was damaged or cut is passed over`() throws {
    let journal = LineageJournal(folder, of: job, after: .none)
    for epoch in 1...3 { journal.note(point(UInt64(epoch))) }
    let text = try #require(try temporary.files()["lineage"])
    let lines = text.split(separator: "\n").map(String.init)
    for place in lines[1].indices {
      var damaged = lines
      damaged[1].replaceSubrange(place...place, with: lines[1][place] == "7" ? "8" : "7")
      try temporary.write("lineage", damaged.joined(separator: "\n") + "\n")
      #expect(points() == [point(1), point(3)], "\(damaged[1])")
    }
    try temporary.write("lineage", String(text.dropLast(4)))
    #expect(points() == [point(1), point(2)])
  }

  @Test func `what is said of another topology is passed over`() throws {
    try temporary.write("lineage", "1 2 3 4 5 6\n")
    #expect(points() == [])
  }

  @Test func `older lines are thinned out, and it stays small`() throws {
    let journal = LineageJournal(folder, of: job, after: .none)
    let count = LineageJournal.mostPoints * 2
    for epoch in 1...count { journal.note(point(UInt64(epoch))) }
    let kept = points()
    #expect(kept.count <= LineageJournal.mostPoints)
    #expect(kept.last == point(UInt64(count)))
    #expect(kept.suffix(1000).map(\.epoch.number) == Array(UInt64(count - 999)...UInt64(count)))
    #expect(kept.allSatisfy { $0 == point($0.epoch.number) })
  }
}
