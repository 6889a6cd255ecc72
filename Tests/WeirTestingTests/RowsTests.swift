import Testing
import WeirColumns
import WeirTesting

/// Rows as literals, seeds, files: the tools that other tests stand on.
@Suite struct RowsTests {
  private let schema = Schema(
    [
      Field("b", .bool), Field("i", .int), Field("f", .float), Field("s", .string),
      Field("j", .json), Field("t", .timestamp),
    ],
    eventTime: 5
  )

  @Test func `rows written as literals are read back`() {
    let rows: [[Value]] = [
      [true, -1, 0.5, "", .bytes([1, 2]), 7],
      [nil, nil, nil, nil, nil, 8],
      [false, .error(.overflow), 2.0, "text", .bytes([]), 9],
    ]
    let batch = Batch.of(schema, rows)
    #expect(batch.values == rows)
    #expect(batch.stampValues == [nil, nil, nil])
  }

  @Test func `stamps are read back, and appended behind rows without any`() {
    let batch = Batch.of(schema, [[true, 1, 1.0, "a", nil, 1]])
    batch.append(
      [[true, 2, 1.0, "b", nil, 2], [true, 3, 1.0, "c", nil, 3]],
      stamps: [nil, 5]
    )
    #expect(batch.stampValues == [nil, nil, 5])
    #expect(batch.values.map { $0[3] } == ["a", "b", "c"])
  }

  @Test func `rows are compared as sets in an order of their own`() {
    let rows: [[Value]] = [["b", 1], [nil, 2], ["a", 3], [4, 4], ["a"]]
    #expect(rows.inOrder == [[nil, 2], [4, 4], ["a"], ["a", 3], ["b", 1]])
    #expect(rows.reversed().inOrder == rows.inOrder)
  }

  @Test func `the same seed gives the same numbers`() {
    var one = SeededRandom(seed: 0)
    var other = SeededRandom(seed: 0)
    #expect(one.next() == 0xE220_A839_7B1D_CDAF)
    _ = other.next()
    #expect((0..<9).map { _ in one.integer(0...99) } == (0..<9).map { _ in other.integer(0...99) })
    var fork = one.fork()
    #expect(fork.next() != one.next())
  }
}
