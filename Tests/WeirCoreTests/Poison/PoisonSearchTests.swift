import Testing

@testable import WeirCore

/// What follows from death to death.
@Suite struct PoisonSearchTests {
  private func mark(
    _ rows: [UInt64],
    stage: StageIndex = 1,
    position: UInt64 = 100
  ) -> WorkMark {
    WorkMark(stage: stage, rows: rows.count, position: position, fingerprints: rows)
  }

  /// A search after two faults at these rows.
  private func careful(_ rows: [UInt64]) -> PoisonSearch {
    var search = PoisonSearch()
    #expect(search.died(mark([]), by: .fault) == .nothing)
    #expect(search.care == .recording)
    #expect(search.died(mark(rows), by: .fault) == .careful)
    #expect(search.care == .careful)
    return search
  }

  @Test func `the third death names the row, if the second had it in hand`() {
    var search = careful([7, 8, 9])
    #expect(search.died(mark([8]), by: .fault) == .guilty(stage: 1, fingerprint: 8))
    // Others behind it need not be found anew.
    #expect(search.died(mark([30]), by: .fault) == .guilty(stage: 1, fingerprint: 30))
  }

  @Test func `a row that the second death had not in hand must be named twice`() {
    var search = careful([7, 8, 9])
    #expect(search.died(mark([4]), by: .fault) == .nothing)
    #expect(search.died(mark([5]), by: .fault) == .nothing)
    #expect(search.died(mark([5]), by: .fault) == .guilty(stage: 1, fingerprint: 5))
  }

  @Test func `who is killed from outside has no row taken away but one named twice`() {
    var search = PoisonSearch()
    #expect(search.died(mark([]), by: .kill) == .nothing)
    #expect(search.care == .usual)
    #expect(search.died(mark([], stage: 2), by: .kill) == .nothing)
    #expect(search.care == .usual)
    #expect(search.died(mark([], stage: 2), by: .kill) == .careful)
    #expect(search.died(mark([7]), by: .kill) == .nothing)
    #expect(search.died(mark([8]), by: .kill) == .nothing)
    #expect(search.died(mark([7]), by: .kill) == .nothing)
    // As when the system ends it for its memory.
    #expect(search.died(mark([7]), by: .kill) == .guilty(stage: 1, fingerprint: 7))
    // What was found so far proves nothing against the next.
    #expect(search.died(mark([9]), by: .kill) == .nothing)
  }

  @Test func `deaths in the names of different stages have nothing in common`() {
    var search = PoisonSearch()
    #expect(search.died(mark([], stage: 1), by: .fault) == .nothing)
    #expect(search.died(mark([7, 8], stage: 2), by: .fault) == .nothing)
    #expect(search.died(mark([7, 8], stage: 1), by: .fault) == .nothing)
    #expect(search.care == .recording)
    #expect(search.died(mark([7, 8], stage: 1), by: .fault) == .careful)
    #expect(search.died(mark([7], stage: 2), by: .fault) == .nothing)
    #expect(search.died(mark([7], stage: 1), by: .fault) == .nothing)
    #expect(search.died(mark([7], stage: 1), by: .fault) == .guilty(stage: 1, fingerprint: 7))
  }

  @Test func `a fault after kills must be named twice, since nothing was noted before`() {
    var search = PoisonSearch()
    #expect(search.died(mark([]), by: .kill) == .nothing)
    #expect(search.died(mark([]), by: .kill) == .careful)
    #expect(search.died(mark([7]), by: .fault) == .nothing)
    #expect(search.died(mark([7]), by: .fault) == .guilty(stage: 1, fingerprint: 7))
  }

  @Test func `rows that cannot be told apart are never taken one by one`() {
    var search = PoisonSearch()
    for _ in 0..<4 { #expect(search.died(mark([]), by: .fault) == .nothing) }
    #expect(search.care == .recording)
  }

  @Test func `the search is over when a checkpoint is past the latest death`() {
    var search = careful([7])
    #expect(search.died(mark([9], position: 90), by: .fault) == .nothing)
    var counters = [StageCounters(), StageCounters()]
    #expect(!search.isOver(counters))
    counters[1].rowsIn = 99
    #expect(!search.isOver(counters))
    counters[1].rowsIn = 100
    #expect(search.isOver(counters))
    // In a process of its own an operator counts what it has done, not what came in.
    counters[1].rowsIn = 0
    counters[1].counted = 60
    counters[1].late = 39
    #expect(!search.isOver(counters))
    counters[1].errors = 1
    #expect(search.isOver(counters))
    #expect(!PoisonSearch().isOver(counters))
  }

  @Test func `who has said why it ends, or was asked to, has died of no row`() {
    let mark = mark([])
    func cause(_ end: ProcessEnd, _ code: String? = nil) -> PoisonSearch.Cause? {
      PoisonDeath(mark, end, lastWords: code.map { WeirError($0, "") })?.cause
    }
    for signal in [4, 5, 6, 7, 8, 11] as [Int32] {
      #expect(cause(.killed(signal: signal)) == .fault)
    }
    #expect(cause(.exited(code: 3)) == .fault)
    #expect(cause(.killed(signal: 9)) == .kill)
    #expect(cause(.killed(signal: 9), "E424") == .kill)
    #expect(cause(.killed(signal: 9), "E103") == nil)
    #expect(cause(.exited(code: 1), "E501") == nil)
    #expect(cause(.exited(code: 0)) == nil)
    for signal in [1, 2, 15] as [Int32] { #expect(cause(.killed(signal: signal)) == nil) }
  }
}
