import Testing
import WeirColumns

@Suite struct ColumnTests {
  private func words(_ values: [Int64?]) -> Column {
    let column = Column(.int, capacity: values.count)
    for (row, value) in values.enumerated() {
      column.words[row] = value ?? 0
      if value == nil {
        column.beginMarks(rows: values.count)
        column.marks[row] = RowMark.null.rawValue
      }
    }
    return column
  }

  @Test func `gathering keeps values, nulls and order`() {
    let source = words([1, nil, 3, 4])
    let buffer = SelectionBuffer(capacity: 4)
    var rows = buffer.all(4)
    rows.count = 3
    buffer.indices[0] = 0
    buffer.indices[1] = 1
    buffer.indices[2] = 3
    let target = Column(.int, capacity: 1)
    target.append(source, rows, used: 0)
    target.append(source, rows, used: 3)
    #expect((0..<6).map { target.words[$0] } == [1, 0, 4, 1, 0, 4])
    #expect((0..<6).map { target.marks[$0] } == [0, 1, 0, 0, 1, 0])
  }

  @Test func `text grows over the arena and long text survives`() {
    let long = String(repeating: "ü", count: 3000)
    let texts = ["", "a", long, "exactly16bytes!!", "seventeen bytes!!"]
    let source = Column(.string, capacity: 1, byteCapacity: 1)
    for (row, text) in texts.enumerated() { source.append(text: text, at: row) }
    let buffer = SelectionBuffer(capacity: 8)
    let target = Column(.string, capacity: 1)
    target.append(source, buffer.all(texts.count), used: 0)
    target.append(source, first: texts.count, used: texts.count)
    #expect((0..<10).map { target.text(at: $0) } == texts + texts)
  }

  @Test func `a null key never hashes like a value, and what lies under it is not seen`() {
    let left = words([7, nil])
    let right = words([0, nil])
    right.words[1] = 99
    let buffer = SelectionBuffer(capacity: 2)
    var hashes = [[UInt64]](repeating: [0, 0], count: 2)
    KeyHash.hash([left, right], buffer.all(2), into: &hashes[0])
    right.words[1] = 5
    left.words[1] = 8
    KeyHash.hash([left, right], buffer.all(2), into: &hashes[1])
    #expect(hashes[0] == hashes[1])
    #expect(hashes[0][0] != hashes[0][1])
  }

  @Test func `key hashes of version 1 never change`() {
    let texts = ["", "a", "c012345", "exactly16bytes!!", "seventeen bytes!!"]
    let column = Column(.string, capacity: 8)
    for (row, text) in texts.enumerated() { column.append(text: text, at: row) }
    let buffer = SelectionBuffer(capacity: 8)
    var hashes = [UInt64](repeating: 0, count: texts.count)
    KeyHash.hash([column], buffer.all(texts.count), into: &hashes)
    #expect(hashes == golden)
  }

  private let golden: [UInt64] = [
    7_319_084_450_742_262_070, 17_321_265_977_664_396_146, 10_941_052_940_427_637_704,
    17_629_775_448_907_823_089, 1_325_593_337_746_959_479,
  ]
}
