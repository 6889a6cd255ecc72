/// What an instance was working on when it died.
package struct WorkMark: Hashable, Sendable {
  /// The stage in whose name: that of the instance, or one whose work is done at its sender.
  package var stage: StageIndex
  package var kind: WorkKind
  package var rows: Int
  /// How many of the kind the instance had seen of the stage with these (`StageCounters.seen`).
  package var position: UInt64
  /// Of the rows, where they were noted (`WorkCare`); otherwise none.
  package var fingerprints: [UInt64]
  /// Where the only one of them is found again, if it is a record.
  package var place: RecordPlace?

  package init(
    stage: StageIndex,
    kind: WorkKind = .row,
    rows: Int,
    position: UInt64,
    fingerprints: [UInt64] = [],
    place: RecordPlace? = nil
  ) {
    self.stage = stage
    self.kind = kind
    self.rows = rows
    self.position = position
    self.fingerprints = fingerprints
    self.place = place
  }
}

/// Where a record begins.
package struct RecordPlace: Hashable, Sendable, Codable {
  /// Bytes of its partition before it.
  package var offset: UInt64
  /// For people: such as `payments-1.jsonl, byte 1204`.
  package var text: String

  package init(offset: UInt64, text: String) {
    self.offset = offset
    self.text = text
  }
}
