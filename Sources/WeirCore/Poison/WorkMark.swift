/// What an instance was working on when it died.
package struct WorkMark: Hashable, Sendable {
  /// The stage in whose name: that of the instance, or one whose work is done at its sender.
  package var stage: StageIndex
  package var rows: Int
  /// How many rows of the stage the instance had seen with these (`StageCounters.seen`).
  package var position: UInt64
  /// Of the rows, where they were noted (`WorkCare`); otherwise none.
  package var fingerprints: [UInt64]

  package init(
    stage: StageIndex,
    rows: Int,
    position: UInt64,
    fingerprints: [UInt64] = []
  ) {
    self.stage = stage
    self.rows = rows
    self.position = position
    self.fingerprints = fingerprints
  }
}
