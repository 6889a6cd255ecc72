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
    return {
      var offset = 0
      var rows = 0
      while offset < text.count {
        batch.removeAll()
        let block = UnsafeRawBufferPointer(
          start: text.start + offset,
          count: text.count - offset
        )
        offset += reader.read(
          block,
          into: batch,
          maximumRows: HarborRows.rowsPerBatch,
          rejected: &rejected,
          isLast: true
        )
        rows += batch.count
      }
      precondition(rejected.records.isEmpty, "\(rejected.records[0].reason)")
      return rows
    }
  }

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
      for row in 0..<batch.count { times[row] /= 1000 }
      writer.write(
        Batch(viewing: batch, schema: schema, columns: batch.columns),
        nil,
        into: text
      )
    }
    text.reserve(FormatLimits.blockSlack)
    return text
  }
}
