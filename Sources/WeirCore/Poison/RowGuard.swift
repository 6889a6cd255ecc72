import WeirColumns

/// Stands between an instance and the rows it works on: notes them before they are touched, deals
/// them out as carefully as it was told, and knows which ones have killed their operator.
///
/// One per instance, made anew by every rewind; of the thread of its node.
package final class RowGuard {
  private let memory: MarkMemory
  /// How many rows may be worked on at a time, and how closely they are noted.
  package private(set) var care: WorkCare
  /// By stage: what is kept from it; only looked up.
  private let quarantined: [[WorkKind: [UInt64: QuarantinedRow]]]
  /// By stage: the records that are kept from the parser of a source, by where they begin.
  private let records: [[QuarantinedRow]]
  private var hashes: [UInt64] = []
  private let everything = SelectionBuffer(capacity: Limits.markedRows)

  /// Called with rows or results before they are worked on, and the number of the stage: how tests
  /// plant rows that kill.
  package var trap: ((StageIndex, WorkKind, Batch, Selection) -> Void)?
  /// Called with the bytes of records while they are noted: of one before, of several after they are
  /// parsed, since only then it is known which they are.
  package var recordTrap: ((StageIndex, UnsafeRawBufferPointer) -> Void)?

  init(
    _ job: JobPlan,
    memory: MarkMemory,
    care: WorkCare = .usual,
    quarantine: [QuarantinedRow] = []
  ) {
    self.memory = memory
    self.care = care
    var quarantined = job.stages.map { _ in [WorkKind: [UInt64: QuarantinedRow]]() }
    for row in quarantine {
      guard let stage = job.index(of: row.stage) else { continue }
      quarantined[stage][row.kind, default: [:]][row.fingerprint] = row
    }
    self.quarantined = quarantined
    records = job.stages.map { stage in
      quarantine.filter { $0.kind == .record && $0.stage == stage.name }
        .sorted { ($0.place?.offset ?? 0) < ($1.place?.offset ?? 0) }
    }
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
    position: UInt64,
    as kind: WorkKind = .row
  ) {
    let count = rows?.count ?? batch.count
    var noted = 0
    if care != .usual, count <= Limits.markedRows,
      RowFingerprint.hash(batch, rows ?? everything.all(count), into: memory.fingerprints)
    {
      noted = count
    }
    memory.begin(stage, kind, rows: count, position: position, fingerprints: noted)
    if let trap { trap(stage, kind, batch, rows ?? everything.all(count)) }
  }

  /// Notes that something is worked on of which nobody knows yet what it is.
  func begin(_ stage: StageIndex, _ kind: WorkKind, rows: Int, position: UInt64) {
    memory.begin(stage, kind, rows: rows, position: position, fingerprints: 0)
  }

  /// Notes that one record is parsed.
  func begin(
    _ stage: StageIndex,
    record fingerprint: UInt64,
    at place: RecordPlace,
    position: UInt64
  ) {
    memory.begin(stage, record: fingerprint, at: place, position: position)
  }

  /// Notes that the work is done.
  package func end() { memory.end() }

  // MARK: The quarantine

  /// True if rows of the stage, or results, are kept from it.
  func knowsPoison(of stage: StageIndex, as kind: WorkKind = .row) -> Bool {
    quarantined[stage][kind] != nil
  }

  /// True if somebody has to know which results of the stage are computed before they are.
  func watchesFirings(of stage: StageIndex) -> Bool {
    care != .usual || trap != nil || knowsPoison(of: stage, as: .firing)
  }

  /// The records that are kept from the parser of a source, by where they begin.
  func records(of stage: StageIndex) -> [QuarantinedRow] { records[stage] }

  /// Why each of the selected rows is kept from the stage, by position; nil for those that are not.
  ///
  /// O(rows x columns + bytes).
  func reasons(
    _ stage: StageIndex,
    _ batch: Batch,
    _ rows: Selection,
    as kind: WorkKind = .row
  ) -> [String?] {
    if hashes.count < rows.count {
      hashes = Array(repeating: 0, count: max(rows.count, Limits.batchRows))
    }
    let canTell = hashes.withUnsafeMutableBufferPointer { buffer in
      guard let hashes = buffer.baseAddress else { return false }
      return RowFingerprint.hash(batch, rows, into: hashes)
    }
    guard canTell, let known = quarantined[stage][kind] else {
      return Array(repeating: nil, count: rows.count)
    }
    return (0..<rows.count).map { known[hashes[$0]]?.reason }
  }
}
