import WeirTesting

/// What operators should say, over plain arrays: every row is kept, every result computed anew.
///
/// Rows are `[k, n, t]`; it shares nothing with the operators but the contract.
enum PlainModel {
  struct Row {
    var values: [Value]
    /// The watermark of the row's partition if the row was behind it.
    var stamp: Int64?

    var time: Int64 { PlainModel.word(values[2]) }
  }

  struct Windows {
    var size: Int64
    var every: Int64
    var lateness: Int64 = 0
  }

  static func word(_ value: Value) -> Int64 {
    guard case .int(let word) = value else { preconditionFailure("\(value) is no number") }
    return word
  }

  /// The rows of a partition, in the order in which they are read.
  static func rows(of records: [SimulatedRecord], lag: Int64) -> [Row] {
    var highest: Int64?
    var rows: [Row] = []
    for record in records {
      guard case .row(let values) = record else { continue }
      var row = Row(values: values)
      if let highest, row.time < highest - lag { row.stamp = highest - lag }
      highest = max(highest ?? row.time, row.time)
      rows.append(row)
    }
    return rows
  }

  /// The ends of the windows that still take a row.
  private static func ends(_ row: Row, _ windows: Windows) -> [Int64] {
    var end = row.time - row.time % windows.every - windows.every
    while end <= row.time { end += windows.every }
    var ends: [Int64] = []
    while end - windows.size <= row.time {
      if row.stamp.map({ end > $0 - windows.lateness }) ?? true { ends.append(end) }
      end += windows.every
    }
    return ends
  }

  /// Rows `[k, start, end, count, sum of n, largest n, end - 1]` of all windows.
  static func results(_ rows: [Row], _ windows: Windows) -> [[Value]] {
    var groups: [[Value]: [Int64]] = [:]
    for row in rows {
      for end in ends(row, windows) {
        groups[[row.values[0], .int(end)], default: []].append(word(row.values[1]))
      }
    }
    return groups.map { key, numbers in
      let end = word(key[1])
      return [
        key[0], .int(end - windows.size), .int(end), .int(Int64(numbers.count)),
        .int(numbers.reduce(0, +)), .int(numbers.max() ?? 0), .int(end - 1),
      ]
    }.inOrder
  }

  /// Rows `[k, count, sum of n, largest n, greatest time]` over all rows of each key.
  static func totals(_ rows: [Row]) -> [[Value]] {
    var keys: [Value: [Row]] = [:]
    for row in rows { keys[row.values[0], default: []].append(row) }
    return keys.map { key, rows in
      let numbers = rows.map { word($0.values[1]) }
      return [
        key, .int(Int64(rows.count)), .int(numbers.reduce(0, +)), .int(numbers.max() ?? 0),
        .int(rows.map(\.time).max() ?? 0),
      ]
    }.inOrder
  }

  /// The rows that no window takes, each with how late it is.
  static func late(_ rows: [Row], _ windows: Windows) -> [[Value]] {
    rows.filter { ends($0, windows).isEmpty }.map { row in
      row.values + [.int((row.stamp ?? 0) - row.time)]
    }.inOrder
  }
}
