#if DEBUG
import WeirColumns
import WeirCore

/// Something that kills, planted by a test: `WEIR_FAILPOINT=poison:STAGE:TEXT` ends a process with a
/// trap when it works, in the name of the stage, on a row with that text in a column.
///
/// `record:`, `firing:` and `result:` in place of `poison:` mean a record that holds the text, the
/// results of a key that is it, and a result that has it in a column. Other orders may stand before
/// it, with a comma behind each. Only in debug builds.
package struct PoisonFailpoint: Hashable, Sendable {
  private let kind: WorkKind
  private let stage: String
  private let text: [UInt8]

  /// Nil unless the environment asks for one.
  package init?(_ environment: [String: String]) {
    guard var value = environment["WEIR_FAILPOINT"] else { return nil }
    if let orders = value.firstRange(of: ",poison:") {
      value.removeSubrange(..<value.index(after: orders.lowerBound))
    }
    let words = value.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3 else { return nil }
    let name = words[0] == "poison" ? WorkKind.row.rawValue : String(words[0])
    guard let kind = WorkKind(rawValue: name) else { return nil }
    self.kind = kind
    stage = String(words[1])
    text = Array(words[2].utf8)
  }

  /// Plants it in an instance; nothing is planted if the plan has no such stage.
  package func plant(in rowGuard: RowGuard, of job: JobPlan) {
    guard let number = job.index(of: stage) else { return }
    guard kind != .record else {
      rowGuard.recordTrap = { stage, bytes in
        guard stage == number, Self.holds(bytes, self.text) else { return }
        fatalError("a record that was planted to kill '\(self.stage)'")
      }
      return
    }
    rowGuard.trap = { stage, kind, batch, rows in
      guard stage == number, kind == self.kind, Self.holds(batch, rows, self.text) else { return }
      fatalError("a \(kind.rawValue) that was planted to kill '\(self.stage)'")
    }
  }

  private static func holds(_ bytes: UnsafeRawBufferPointer, _ text: [UInt8]) -> Bool {
    guard let first = text.first else { return true }
    return bytes.indices.contains { start in
      bytes[start] == first && bytes[start...].starts(with: text)
    }
  }

  private static func holds(_ batch: Batch, _ rows: Selection, _ text: [UInt8]) -> Bool {
    for column in batch.columns where column.type == .string {
      for position in 0..<rows.count {
        let row = Int(rows.indices[position])
        let bytes = UnsafeBufferPointer(
          start: column.arena + Int(column.offsets[row]),
          count: Int(column.offsets[row + 1] - column.offsets[row])
        )
        if bytes.elementsEqual(text) { return true }
      }
    }
    return false
  }
}
#endif
