#if DEBUG
import WeirColumns
import WeirCore

/// A row that kills, planted by a test: `WEIR_FAILPOINT=poison:STAGE:TEXT` ends a process with a trap
/// when it works, in the name of the stage, on a row with that text in a column.
///
/// Other orders may stand before it, with a comma behind each. Only in debug builds.
package struct PoisonFailpoint: Hashable, Sendable {
  private let stage: String
  private let text: [UInt8]

  /// Nil unless the environment asks for one.
  package init?(_ environment: [String: String]) {
    guard var value = environment["WEIR_FAILPOINT"] else { return nil }
    if let orders = value.firstRange(of: ",poison:") {
      value.removeSubrange(..<value.index(after: orders.lowerBound))
    }
    let words = value.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "poison" else { return nil }
    stage = String(words[1])
    text = Array(words[2].utf8)
  }

  /// What looks at rows before they are worked on; nil if the plan has no such stage.
  package func trap(in job: JobPlan) -> ((StageIndex, Batch, Selection) -> Void)? {
    guard let number = job.index(of: stage) else { return nil }
    return { stage, batch, rows in
      guard stage == number, Self.holds(batch, rows, self.text) else { return }
      fatalError("a row that was planted to kill '\(self.stage)'")
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
