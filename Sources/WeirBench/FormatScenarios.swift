import Glibc
import WeirColumns
import WeirFormats

/// Records to rows and rows to records.
enum FormatScenarios {
  static let all = [
    Scenario(name: "json-scan-6-columns") { scan(needed: [0, 1, 2, 3, 4, 5]) },
    Scenario(name: "json-scan-3-columns") { scan(needed: [1, 3, 5]) },
    Scenario(name: "json-write-6-columns", prepare: write),
  ]

  private static func scan(needed: [Int]) -> () -> Int {
    let text = lines()
    let fields = HarborRows.schema.fields.enumerated().map { index, field in
      RecordField(field.name, field.type, isNeeded: needed.contains(index))
    }
    let reader = JSONLinesReader(RecordSchema(fields))
    let batch = Batch(
      Schema(needed.map { HarborRows.schema.fields[$0] }),
      capacity: HarborRows.rowsPerBatch
    )
    var rejected = RejectedRecords()
    // As a source does: blocks that stay in the processor's second cache are filled by a copy, here
    // from memory and there from the page cache, and parsed up to their last whole line.
    let block = UnsafeMutableRawBufferPointer.allocate(
      byteCount: blockBytes + FormatLimits.blockSlack,
      alignment: 64
    )
    return {
      var offset = 0
      var rows = 0
      while offset < text.count {
        let count = min(blockBytes, text.count - offset)
        block.copyMemory(from: UnsafeRawBufferPointer(start: text.start + offset, count: count))
        var done = 0
        while true {
          batch.removeAll()
          let taken = reader.read(
            UnsafeRawBufferPointer(rebasing: block[done..<count]),
            into: batch,
            maximumRows: HarborRows.rowsPerBatch,
            rejected: &rejected,
            isLast: offset + count == text.count
          )
          rows += batch.count
          done += taken
          if taken == 0 || done == count { break }
        }
        offset += done
      }
      precondition(rejected.records.isEmpty, "\(rejected.records[0].reason)")
      return rows
    }
  }

  /// Bytes of a block of a file source.
  private static let blockBytes = 256 << 10

  private static func write() -> () -> Int {
    let batches = HarborRows.batches(16, cards: 100_000)
    let writer = JSONLinesWriter(HarborRows.schema)
    let text = TextBuffer()
    return {
      var rows = 0
      for batch in batches {
        text.removeAll()
        writer.write(batch, nil, into: text)
        rows += batch.count
      }
      return rows
    }
  }

  /// Harbor's records as the ruler's generator writes them: times in milliseconds.
  private static func lines() -> TextBuffer {
    let schema = Schema(
      HarborRows.schema.fields.map { field in
        Field(field.name, field.type == .timestamp ? .int : field.type)
      }
    )
    let writer = JSONLinesWriter(schema)
    let text = TextBuffer()
    for batch in HarborRows.batches(64, cards: 100_000) {
      let times = batch.times.words
      let columns = batch.columns.map { column in
        guard column.type == .timestamp else { return column }
        let milliseconds = Column(.int, capacity: batch.count)
        for row in 0..<batch.count { milliseconds.append(word: times[row] / 1000, at: row) }
        return milliseconds
      }
      writer.write(Batch(viewing: batch, schema: schema, columns: columns), nil, into: text)
    }
    text.reserve(FormatLimits.blockSlack)
    return text
  }
}
