/// The search for a row that kills an instance: from death to death, until a complete checkpoint is
/// beyond it.
///
/// A replay brings the same rows, but not in the same batches, so what deaths have in common is found
/// by the fingerprints of rows. The first death makes the instance note them, the second, in the name
/// of the same stage, lets it take one row at a time, the third names the row: it must be one of those
/// that the second death had in hand. Who is killed from outside names a row too, by chance, so it
/// must be named twice, and nothing is noted after the first kill. A checkpoint that completes between two deaths says little: it may have been
/// opened and done before the row came again.
struct PoisonSearch: Hashable, Sendable {
  /// What a death says of the row that was in work.
  enum Cause: Hashable, Sendable {
    /// The process has faulted.
    case fault
    /// It was killed: by the system for its memory, by people, or because it hung.
    case kill
  }

  /// What follows from a death.
  enum Verdict: Hashable, Sendable {
    /// Nothing but what follows from every death.
    case nothing
    /// From now on rows are taken one by one.
    case careful
    /// This row did it.
    case guilty(stage: StageIndex, fingerprint: UInt64)
  }

  private(set) var care = WorkCare.usual
  /// In whose name work was done at the last death, and on what.
  private var stage: StageIndex?
  private var kind = WorkKind.row
  /// How many rows of the stage, or results, the instance had seen at the death that came latest
  /// among them.
  private var position: UInt64 = 0
  /// The rows in hand at the death after which rows were taken one by one, if they were noted.
  private var suspects: [UInt64] = []
  /// One of them was found: a fault behind it needs no other proof.
  private var hasFound = false
  /// The row in hand at the last death, where that alone proved nothing.
  private var named: UInt64?

  /// Takes in a death and what was in work then.
  mutating func died(_ mark: WorkMark, by cause: Cause) -> Verdict {
    let isSame = stage == mark.stage && kind == mark.kind
    stage = mark.stage
    kind = mark.kind
    position = isSame ? max(position, mark.position) : mark.position
    switch care {
    case .usual:
      // Who was killed once was most likely killed from outside: that costs it nothing.
      guard cause == .fault || isSame else { return .nothing }
      care = cause == .fault ? .recording : .careful
      return cause == .fault ? .nothing : .careful
    case .recording:
      guard isSame, !mark.fingerprints.isEmpty else { return .nothing }
      care = .careful
      suspects = mark.fingerprints
      return .careful
    case .careful:
      guard mark.fingerprints.count == 1, let row = mark.fingerprints.first else { return .nothing }
      let isProven = cause == .fault && (hasFound || isSame && suspects.contains(row))
      guard isProven || isSame && named == row else {
        named = row
        return .nothing
      }
      hasFound = true
      named = nil
      return .guilty(stage: mark.stage, fingerprint: row)
    }
  }

  /// True if somebody with these counters is past all that it has died of.
  func isOver(_ counters: [StageCounters]) -> Bool {
    guard let stage, stage < counters.count else { return false }
    return counters[stage].seen(kind) >= position
  }
}
