/// What an instance has sent along an edge to one instance of its receiver since the run began.
package struct SentRows: Hashable, Sendable, Codable {
  package var edge: EdgeIndex
  /// The index of the instance that receives them.
  package var receiver: Int
  package var rows: UInt64 = 0
  /// The `OutputFingerprint` of the rows; taken, and other than 0, only where they go to files.
  package var fingerprint: UInt64 = 0

  package init(edge: EdgeIndex, receiver: Int, rows: UInt64 = 0, fingerprint: UInt64 = 0) {
    self.edge = edge
    self.receiver = receiver
    self.rows = rows
    self.fingerprint = fingerprint
  }

  /// Adds what others have sent to the same receiver.
  static func += (sum: inout SentRows, more: SentRows) {
    sum.rows += more.rows
    sum.fingerprint &+= more.fingerprint
  }
}

extension [SentRows] {
  /// Adds what others have sent, receiver by receiver.
  mutating func add(_ more: [SentRows]) {
    for rows in more {
      let known = firstIndex { $0.edge == rows.edge && $0.receiver == rows.receiver }
      guard let known else {
        append(rows)
        continue
      }
      self[known] += rows
    }
  }
}

extension JobPlan {
  /// True if the rows of an edge are written to files, which can be read back.
  package func leadsToFiles(_ edge: EdgeIndex) -> Bool {
    guard case .sink(let sink) = stages[edges[edge].to].role, case .file = sink.connector else {
      return false
    }
    return true
  }
}
