import WeirColumns

/// Stands between an instance and the rows it works on: notes them before they are touched, deals
/// them out as carefully as it was told, and knows which ones have killed their operator.
///
/// One per instance, made anew by every rewind; of the thread of its node.
package final class RowGuard {
  private let memory: MarkMemory
  /// How many rows may be worked on at a time, and how closely they are noted.
  package private(set) var care: WorkCare
  /// By stage: why a row is kept from it, by fingerprint; only looked up.
  private let quarantined: [[UInt64: String]]
  private var hashes: [UInt64] = []
  private let everything = SelectionBuffer(capacity: Limits.markedRows)

  /// Called with rows before they are worked on, and the number of the stage: how tests plant rows
  /// that kill.
  package var trap: ((StageIndex, Batch, Selection) -> Void)?

  init(
    _ job: JobPlan,
    memory: MarkMemory,
    care: WorkCare = .usual,
    quarantine: [QuarantinedRow] = []
  ) {
    self.memory = memory
    self.care = care
    var quarantined = job.stages.map { _ in [UInt64: String]() }
    for row in quarantine {
      guard let stage = job.index(of: row.stage) else { continue }
      quarantined[stage][row.fingerprint] = row.reason
    }
    self.quarantined = quarantined
    memory.end()
  }

  /// Goes back to whole batches.
  func relax() { care = .usual }

  // MARK: The mark

  /// Notes that rows are worked on in the name of a stage, nil: all; nothing else may be until `end`.
  ///
  /// `position`: how many rows of the stage were seen with these. A few stores, unless care is taken:
  /// then O(rows x columns + bytes).
  package func begin(
    _ stage: StageIndex,
    _ batch: Batch,
    _ rows: Selection? = nil,
    position: UInt64
  ) {
    let count = rows?.count ?? batch.count
    var noted = 0
    if care != .usual, count <= Limits.markedRows,
      RowFingerprint.hash(batch, rows ?? everything.all(count), into: memory.fingerprints)
    {
      noted = count
    }
    memory.begin(stage, rows: count, position: position, fingerprints: noted)
    if let trap { trap(stage, batch, rows ?? everything.all(count)) }
  }

  /// Notes that the work is done.
  package func end() { memory.end() }

  // MARK: The quarantine

  /// True if rows of the stage are kept from it.
  func knowsPoison(of stage: StageIndex) -> Bool { !quarantined[stage].isEmpty }

  /// Why each of the selected rows is kept from the stage, by position; nil for those that are not.
  ///
  /// O(rows x columns + bytes).
  func reasons(_ stage: StageIndex, _ batch: Batch, _ rows: Selection) -> [String?] {
    if hashes.count < rows.count {
      hashes = Array(repeating: 0, count: max(rows.count, Limits.batchRows))
    }
    let canTell = hashes.withUnsafeMutableBufferPointer { buffer in
      guard let hashes = buffer.baseAddress else { return false }
      return RowFingerprint.hash(batch, rows, into: hashes)
    }
    guard canTell else { return Array(repeating: nil, count: rows.count) }
    let known = quarantined[stage]
    return (0..<rows.count).map { known[hashes[$0]] }
  }
}
