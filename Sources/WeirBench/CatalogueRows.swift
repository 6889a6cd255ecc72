import WeirColumns

/// Rows with a column of every type, and of every type as text: what functions and casts take.
enum CatalogueRows {
  static let schema = Schema([
    Field("flag", .bool), Field("quantity", .int), Field("epoch", .int),
    Field("cents", .decimal(scale: 2)), Field("price", .float), Field("ratio", .float),
    Field("time", .timestamp), Field("wait", .duration), Field("sparse", .int),
    Field("card", .string), Field("merchant", .string), Field("line", .string),
    Field("flag_text", .string), Field("quantity_text", .string), Field("epoch_text", .string),
    Field("cents_text", .string), Field("price_text", .string), Field("time_text", .string),
    Field("wait_text", .string), Field("raw", .bytes), Field("document", .json),
  ])

  /// A batch as long as the engine's; times run on with two seconds of disorder, at first in two
  /// minutes and then in one.
  static func batch() -> Batch {
    let batch = Batch(schema, capacity: HarborRows.rowsPerBatch)
    var random = BenchRandom()
    var start: Int64 = 1_767_225_601_500_000
    for row in 0..<HarborRows.rowsPerBatch {
      start += 100
      append(row, start - Int64(random.below(2_000_000)), &random, batch)
    }
    batch.count = HarborRows.rowsPerBatch
    return batch
  }

  private static func append(
    _ row: Int,
    _ time: Int64,
    _ random: inout BenchRandom,
    _ batch: Batch
  ) {
    let isDeclined = random.below(5) == 0
    let quantity = random.below(2000)
    let cents = 100 + random.below(20_000)
    let wait = Int64(random.below(36_000)) * 100_000
    let card = "c" + HarborRows.padded(random.below(100_000), 6)
    let merchant = "m" + HarborRows.padded(random.below(2000), 4)
    let status = isDeclined ? "DECLINED" : "APPROVED"
    let price = Double(cents) / 100
    let columns = batch.columns
    let words = [
      isDeclined ? 1 : 0, Int64(quantity), time / 1000, Int64(cents),
      Int64(bitPattern: price.bitPattern),
      Int64(bitPattern: (Double(random.below(1 << 40)) / 7e11).bitPattern), time, wait,
    ]
    for (index, word) in words.enumerated() { columns[index].append(word: word, at: row) }
    if row % 8 == 0 {
      columns[8].appendNull(at: row)
    } else {
      columns[8].append(word: Int64(quantity), at: row)
    }
    let texts = [
      card, merchant, "\(status),\(merchant),\(card)", isDeclined ? "true" : "false",
      "\(quantity)", "\(time / 1000)", DecimalText.text(Int64(cents), scale: 2), "\(price)",
      TimestampText.text(time), DurationText.text(wait), card, "{\"id\":\"\(card)\"}",
    ]
    for (index, text) in texts.enumerated() { columns[9 + index].append(text: text, at: row) }
  }
}
