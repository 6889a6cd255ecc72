import Testing
import WeirCore
import WeirTesting

@testable import Weir

/// Files of which not everything is a record.
@Suite struct BadRecordTests {
  @Test func `a read is bounded too where it finds nothing but bad records`() throws {
    let fixture = FileSourceFixture()
    let lines = 200_000
    let text = String(repeating: "broken\n", count: lines) + FileSourceFixture.json("a")
    try fixture.folder.write("in/a", text)
    let source = try fixture.source(["a"])
    var rejected: [Int] = []
    var rows = 0
    while true {
      let read = try source.read(
        ReadRequest(scope: .partition(PartitionID(0)), maximumRows: 100)
      )
      rejected.append(read.rejected.count)
      rows += read.batch.count
      source.recycle(read.batch)
      if read.next == .ended { break }
    }
    // A block of the file at a time: whoever waits for an answer in between gets one.
    #expect(rejected.count > 4 && rejected.allSatisfy { $0 < lines / 4 }, "\(rejected)")
    #expect(rejected.reduce(0, +) == lines)
    #expect(rows == 1)
  }
}
