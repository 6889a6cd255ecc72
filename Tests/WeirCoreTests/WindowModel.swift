import WeirColumns
import WeirCore

/// Aligned windows over plain arrays: every row is kept, every result computed anew.
struct WindowModel {
  private struct Kept {
    var row: TestRow
    /// The ends of the windows that take it.
    var ends: [Int64]
    /// What it was judged by: it is late for the windows that end there or before.
    var judge: Int64
  }

  let size: Int64
  let every: Int64
  let offset: Int64
  let lateness: Int64
  let keys: [Int]
  let aggregates: [AggregateSpec]
  /// Over the values of the aggregates.
  var having: (([TestValue?]) -> Bool)?
  var hasMarks = false

  private var kept: [Kept] = []
  private var watermark = Int64.min
  private(set) var onTime: [String] = []
  private(set) var updates: [String] = []
  private(set) var late: [String] = []

  init(
    size: Int64,
    every: Int64,
    offset: Int64 = 0,
    lateness: Int64 = 0,
    keys: [Int],
    aggregates: [AggregateSpec]
  ) {
    self.size = size
    self.every = every
    self.offset = offset
    self.lateness = lateness
    self.keys = keys
    self.aggregates = aggregates
    hasMarks = lateness > 0
  }

  private func ends(of time: Int64) -> [Int64] {
    // The first end after the time, and each after it while the window still begins before it.
    var end = offset
    while end > time { end -= every }
    while end <= time { end += every }
    var ends: [Int64] = []
    while end - size <= time {
      ends.append(end)
      end += every
    }
    return ends
  }

  mutating func process(_ rows: [TestRow]) {
    var taken: [Kept] = []
    for row in rows {
      let judge = max(watermark, row.stamp ?? .min)
      let limit = judge < .min + lateness ? judge : judge - lateness
      let open = ends(of: row.time).filter { $0 > limit }
      if open.isEmpty {
        late.append("\(row.time) \(judge - row.time)")
      } else {
        taken.append(Kept(row: row, ends: open, judge: judge))
      }
    }
    var touched: [(Int64, [TestValue?])] = []
    for item in taken {
      for end in item.ends where end <= watermark {
        let key = keys.map { item.row.values[$0] }
        if !touched.contains(where: { $0.0 == end && $0.1 == key }) { touched.append((end, key)) }
      }
    }
    touched.sort { $0.0 != $1.0 ? $0.0 < $1.0 : Self.precedes($0.1, $1.1) }
    let before = touched.map { result(end: $0.0, key: $0.1) }
    kept += taken
    for (index, (end, key)) in touched.enumerated() {
      if let after = result(end: end, key: key) {
        updates.append(line(after, end, key, [1, 0]))
      } else if let before = before[index] {
        updates.append(line(before, end, key, [0, 1]))
      }
    }
  }

  mutating func advance(to time: Int64) {
    guard time > watermark else { return }
    let due = Set(kept.flatMap(\.ends)).filter { $0 > watermark && $0 <= time }.sorted()
    for end in due {
      var keys: [[TestValue?]] = []
      for item in kept where item.ends.contains(end) {
        let key = self.keys.map { item.row.values[$0] }
        if !keys.contains(key) { keys.append(key) }
      }
      for key in keys.sorted(by: Self.precedes) {
        let first = result(end: end, key: key, onTime: true)
        if let first { onTime.append(line(first, end, key, [0, 0])) }
        // What came late for a window before it fired changes its result at once.
        guard kept.contains(where: { isLate($0, end, key) }) else { continue }
        if let after = result(end: end, key: key) {
          updates.append(line(after, end, key, [1, 0]))
        } else if let first {
          updates.append(line(first, end, key, [0, 1]))
        }
      }
    }
    watermark = time
    kept.removeAll { $0.ends.allSatisfy { $0 <= time - lateness } }
  }

  private func isLate(_ item: Kept, _ end: Int64, _ key: [TestValue?]) -> Bool {
    item.ends.contains(end) && end <= item.judge && keys.map { item.row.values[$0] } == key
  }

  private func result(end: Int64, key: [TestValue?], onTime: Bool = false) -> [TestValue?]? {
    let rows = kept.filter { item in
      item.ends.contains(end) && keys.map { item.row.values[$0] } == key
        && !(onTime && end <= item.judge)
    }
    guard !rows.isEmpty else { return nil }
    let values = aggregates.map { AggregateModel.result($0, rows.map(\.row)) }
    return having.map { $0(values) } ?? true ? values : nil
  }

  private func line(
    _ values: [TestValue?],
    _ end: Int64,
    _ key: [TestValue?],
    _ marks: [Int64]
  ) -> String {
    let marks: [TestValue?] = hasMarks ? marks.map { .word($0) } : []
    return rendered(key + [.word(end - size), .word(end)] + values + marks + [.word(end - 1)])
  }

  static func precedes(_ left: [TestValue?], _ right: [TestValue?]) -> Bool {
    for (first, second) in zip(left, right) where first != second {
      guard let first else { return false }
      guard let second else { return true }
      return TestValue.precedes(first, second)
    }
    return false
  }
}
