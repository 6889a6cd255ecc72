import WeirColumns
import WeirCore

/// Sessions over plain arrays: every row of a session is kept, every result computed anew.
///
/// Two rows of a key are neighbours if they are at most a gap apart and a session that ended with
/// the earlier one would still take the later one; sessions are what neighbours make.
struct SessionModel {
  private struct Session {
    var key: [TestValue?]
    var rows: [TestRow]
    var hasFired = false

    var start: Int64 { rows.map(\.time).min() ?? 0 }
    var last: Int64 { rows.map(\.time).max() ?? 0 }
  }

  private struct Line {
    var end: Int64
    var key: [TestValue?]
    var isRetraction: Bool
    var text: String
  }

  let gap: Int64
  let lateness: Int64
  let keys: [Int]
  let aggregates: [AggregateSpec]
  /// Over the number of rows.
  var having: ((Int) -> Bool) = { _ in true }
  private var sessions: [Session] = []
  private var watermark = Int64.min
  private(set) var onTime: [String] = []
  private(set) var updates: [String] = []
  private(set) var late: [String] = []

  init(gap: Int64, lateness: Int64, keys: [Int], aggregates: [AggregateSpec]) {
    self.gap = gap
    self.lateness = lateness
    self.keys = keys
    self.aggregates = aggregates
  }

  mutating func process(_ rows: [TestRow]) {
    let before = sessions.filter(\.hasFired)
    var changed: [TestRow] = []
    for row in rows {
      let judge = max(watermark, row.stamp ?? .min)
      if row.time + gap + lateness < judge {
        late.append("\(row.time) \(judge - row.time)")
        continue
      }
      changed.append(row)
      var joined = Session(key: keys.map { row.values[$0] }, rows: [row])
      let isJoined = sessions.map { $0.key == joined.key && areNeighbours($0, row) }
      let neighbours = zip(sessions, isJoined).filter(\.1).map(\.0)
      sessions = zip(sessions, isJoined).filter { !$0.1 }.map(\.0)
      for neighbour in neighbours { joined.rows += neighbour.rows }
      sessions.append(joined)
    }
    var lines: [Line] = []
    for index in sessions.indices {
      let old = before.filter { isPart($0, of: sessions[index]) }
      let isTouched = !old.contains { $0.rows.count == sessions[index].rows.count }
      sessions[index].hasFired = sessions[index].last + gap < watermark
      guard isTouched else { continue }
      let now = sessions[index]
      for was in old where having(was.rows.count) {
        let isSame = was.start == now.start && was.last == now.last
        if !isSame || !having(now.rows.count) { lines.append(line(was, isRetraction: true)) }
      }
      if now.hasFired, having(now.rows.count), changed.contains(where: { isRow($0, of: now) }) {
        lines.append(line(now, isUpdate: true))
      }
    }
    updates += sorted(lines)
  }

  private func areNeighbours(_ session: Session, _ row: TestRow) -> Bool {
    session.rows.contains { other in
      let (earlier, later) = other.time < row.time ? (other, row) : (row, other)
      return later.time - earlier.time <= gap
        && (later.stamp ?? .min) <= earlier.time + gap + lateness
    }
  }

  private func isRow(_ row: TestRow, of session: Session) -> Bool {
    keys.map { row.values[$0] } == session.key && session.start <= row.time
      && row.time <= session.last
  }

  private func isPart(_ old: Session, of session: Session) -> Bool {
    old.key == session.key && session.start <= old.start && old.last <= session.last
  }

  mutating func advance(to time: Int64) {
    guard time > watermark else { return }
    watermark = time
    var lines: [Line] = []
    for index in sessions.indices
    where !sessions[index].hasFired && sessions[index].last + gap < time {
      sessions[index].hasFired = true
      if having(sessions[index].rows.count) { lines.append(line(sessions[index])) }
    }
    onTime += sorted(lines)
    let limit = lateness + gap
    sessions.removeAll { $0.last + limit < time }
  }

  private func sorted(_ lines: [Line]) -> [String] {
    lines.sorted { left, right in
      if left.end != right.end { return left.end < right.end }
      if left.key != right.key { return WindowModel.precedes(left.key, right.key) }
      return left.isRetraction && !right.isRetraction
    }.map(\.text)
  }

  private func line(
    _ session: Session,
    isUpdate: Bool = false,
    isRetraction: Bool = false
  ) -> Line {
    let end = session.last + gap
    let values = aggregates.map { AggregateModel.result($0, session.rows) }
    let marks: [TestValue?] =
      lateness > 0 ? [.word(isUpdate ? 1 : 0), .word(isRetraction ? 1 : 0)] : []
    let text = rendered(
      session.key + [.word(session.start), .word(end)] + values + marks + [.word(end - 1)]
    )
    return Line(end: end, key: session.key, isRetraction: isRetraction, text: text)
  }
}
