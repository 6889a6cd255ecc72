import WeirColumns

/// Card authorizations for measuring: the columns of Harbor Fleet, made from a fixed seed.
enum HarborRows {
  static let schema = Schema(
    [
      Field("auth_id", .string), Field("card_token", .string), Field("merchant_id", .string),
      Field("status", .string), Field("amount_usd", .decimal(scale: 2)),
      Field("terminal_ts", .timestamp),
    ],
    eventTime: 5
  )

  static let rowsPerBatch = 8192

  /// Batches of rows, `rowsPerSecond` of event time apart, disordered by up to two seconds.
  static func batches(_ count: Int, cards: Int, rowsPerSecond: Int64 = 10_000) -> [Batch] {
    var random = BenchRandom()
    var time: Int64 = 1_767_225_600_000_000
    return (0..<count).map { number in
      let batch = Batch(schema, capacity: rowsPerBatch)
      for row in 0..<rowsPerBatch {
        let sequence = number * rowsPerBatch + row
        batch.columns[0].append(text: "a" + padded(sequence, 7), at: row)
        batch.columns[1].append(text: "c" + padded(random.below(cards), 6), at: row)
        batch.columns[2].append(text: "m" + padded(random.below(2000), 4), at: row)
        batch.columns[3].append(
          text: random.below(5) == 0 ? "DECLINED" : "APPROVED",
          at: row
        )
        batch.columns[4].append(word: Int64(100 + random.below(20_000)), at: row)
        batch.columns[5].append(word: time - Int64(random.below(2_000_000)), at: row)
        time += 1_000_000 / rowsPerSecond
      }
      batch.count = rowsPerBatch
      return batch
    }
  }

  /// Moves all event times on, so that batches can be used again behind themselves.
  static func shift(_ batches: [Batch], by microseconds: Int64) {
    for batch in batches {
      let times = batch.times.words
      for row in 0..<batch.count { times[row] += microseconds }
    }
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
