import WeirTesting

/// What sessions are, as `Invariants.md` defines them: unions of the rows' overlapping intervals.
enum PlainSessions {
  /// A row joins what ends no earlier than this.
  private static func reach(_ row: PlainModel.Row, _ gap: Int64, _ lateness: Int64) -> Int64 {
    max(row.time - gap, row.stamp.map { $0 - gap - lateness } ?? .min)
  }

  private static func isLate(_ row: PlainModel.Row, _ gap: Int64, _ lateness: Int64) -> Bool {
    row.stamp.map { row.time + gap + lateness < $0 } ?? false
  }

  /// Rows `[k, start, end, count, sum of n, largest n, end - 1]` of all sessions.
  static func results(_ rows: [PlainModel.Row], gap: Int64, lateness: Int64) -> [[Value]] {
    var keys: [Value: [PlainModel.Row]] = [:]
    for row in rows where !isLate(row, gap, lateness) {
      keys[row.values[0], default: []].append(row)
    }
    var results: [[Value]] = []
    for (key, rows) in keys {
      var session: [PlainModel.Row] = []
      var last = Int64.min
      for row in rows.sorted(by: { reach($0, gap, lateness) < reach($1, gap, lateness) }) {
        if !session.isEmpty, reach(row, gap, lateness) > last {
          results.append(result(key, session, gap))
          session = []
        }
        last = session.isEmpty ? row.time : max(last, row.time)
        session.append(row)
      }
      results.append(result(key, session, gap))
    }
    return results.inOrder
  }

  private static func result(_ key: Value, _ rows: [PlainModel.Row], _ gap: Int64) -> [Value] {
    let numbers = rows.map { PlainModel.word($0.values[1]) }
    let times = rows.map(\.time)
    let end = (times.max() ?? 0) + gap
    return [
      key, .int(times.min() ?? 0), .int(end), .int(Int64(rows.count)),
      .int(numbers.reduce(0, +)), .int(numbers.max() ?? 0), .int(end - 1),
    ]
  }

  /// The rows that no session takes, each with how late it is.
  static func late(_ rows: [PlainModel.Row], gap: Int64, lateness: Int64) -> [[Value]] {
    rows.filter { isLate($0, gap, lateness) }.map { row in
      row.values + [.int((row.stamp ?? 0) - row.time)]
    }.inOrder
  }
}
