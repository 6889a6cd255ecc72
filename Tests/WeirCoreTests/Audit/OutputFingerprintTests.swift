import Testing
import WeirColumns
import WeirTesting

@Suite struct OutputFingerprintTests {
  private static let schema = Schema([
    Field("a", .string), Field("n", .int), Field("x", .float), Field("_time", .timestamp),
  ])

  private static let rows: [[Value]] = [
    ["alpha", 1, 0.5, 7], ["beta", 2, -0.25, 8], [nil, 3, 1e300, 9], ["", nil, nil, 10],
    ["a longer text than sixteen bytes", -4, 0, 11],
  ]

  private func fingerprint(_ rows: [[Value]], _ schema: Schema = Self.schema) -> UInt64 {
    let batch = Batch.of(schema, rows)
    let rows = SelectionBuffer(capacity: 1)
    return withExtendedLifetime(rows) {
      OutputFingerprint(schema, capacity: 1).of(batch, rows.all(batch.count))
    }
  }

  @Test func `no rows have no fingerprint`() { #expect(fingerprint([]) == 0) }

  @Test func `the fingerprint does not depend on order or batches`() {
    let whole = fingerprint(Self.rows)
    #expect(fingerprint(Self.rows.reversed()) == whole)
    for cut in 0...Self.rows.count {
      let parts = fingerprint(Array(Self.rows[..<cut])) &+ fingerprint(Array(Self.rows[cut...]))
      #expect(parts == whole)
    }
  }

  @Test func `only selected rows count`() {
    let batch = Batch.of(Self.schema, Self.rows)
    let buffer = SelectionBuffer(capacity: 8)
    var selection = buffer.all(3)
    selection.indices[0] = 1
    selection.indices[1] = 4
    selection.count = 2
    let some = withExtendedLifetime(buffer) { OutputFingerprint(Self.schema).of(batch, selection) }
    #expect(some == fingerprint([Self.rows[1], Self.rows[4]]))
  }

  @Test func `every change of a value changes it`() {
    let whole = fingerprint(Self.rows)
    let others: [Value] = ["other", 99, 99.5]
    for row in Self.rows.indices {
      for column in 0..<3 {
        var changed = Self.rows
        changed[row][column] = others[column]
        #expect(fingerprint(changed) != whole, "row \(row), column \(column)")
        changed[row][column] = nil
        #expect((fingerprint(changed) == whole) == (Self.rows[row][column] == nil))
      }
    }
    #expect(fingerprint(Array(Self.rows.dropLast())) != whole)
    #expect(fingerprint(Self.rows + [Self.rows[0]]) != whole)
  }

  @Test func `values that change places between rows change it`() {
    var changed = Self.rows
    changed[0][1] = Self.rows[1][1]
    changed[1][1] = Self.rows[0][1]
    #expect(fingerprint(changed) != fingerprint(Self.rows))
  }

  @Test func `columns that no sink writes are no part of it`() {
    var changed = Self.rows
    changed[0][3] = 99
    #expect(fingerprint(changed) == fingerprint(Self.rows))
  }

  @Test func `the order of columns does not matter, their names and types do`() {
    let pair = Schema([Field("a", .int), Field("b", .int)])
    let turned = Schema([Field("b", .int), Field("a", .int)])
    let renamed = Schema([Field("a", .int), Field("c", .int)])
    let retyped = Schema([Field("a", .int), Field("b", .duration)])
    let fingerprint = fingerprint([[1, 2]], pair)
    #expect(self.fingerprint([[2, 1]], turned) == fingerprint)
    #expect(self.fingerprint([[2, 1]], pair) != fingerprint)
    #expect(self.fingerprint([[1, 2]], renamed) != fingerprint)
    #expect(self.fingerprint([[1, 2]], retyped) != fingerprint)
  }

  @Test func `what files do not tell apart is the same`() {
    let float = Schema([Field("x", .float)])
    #expect(fingerprint([[-0.0]], float) == fingerprint([[0.0]], float))
    let json = Schema([Field("j", .json)])
    #expect(fingerprint([[.bytes(Array("null".utf8))]], json) == fingerprint([[nil]], json))
    #expect(fingerprint([[.bytes(Array("\"null\"".utf8))]], json) != fingerprint([[nil]], json))
    let text = Schema([Field("t", .string)])
    #expect(fingerprint([["null"]], text) != fingerprint([[nil]], text))
    #expect(fingerprint([[""]], text) != fingerprint([[nil]], text))
  }

  @Test func `it is kept in state folders, so it must stay what it is`() {
    #expect(fingerprint(Self.rows) == 14_412_485_855_884_066_098)
  }
}
