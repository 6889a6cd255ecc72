/// What an instance tells of its way back after a rewind: each step once.
struct ResumeProgress {
  private var stateBytes: Int64 = 0
  private var waitsForRows = false
  private var waitsForSource = false
  /// The furthest row that a source is known to have read, over all rewinds; nil: not known.
  private var furthest: Int?
  /// Where a source began to read again.
  private var firstRow = 0
  /// When rows were last taken from channels, over all rewinds before the last.
  private var lastRowsAt: Instant?

  /// True while something is to be told.
  var isOpen: Bool { waitsForRows || waitsForSource }

  /// Begins anew.
  ///
  /// `taken`: when rows were taken last from channels; `rowsRead`: how far a source had
  /// read, nil for others.
  mutating func begin(_ rewind: Rewind, taken: Instant?, rowsRead: Int?) {
    stateBytes = 0
    lastRowsAt = taken ?? lastRowsAt
    waitsForRows = true
    waitsForSource = rowsRead != nil
    firstRow = rewind.snapshot?.rowsRead ?? 0
    if let known = rewind.rowsRead { furthest = max(furthest ?? known, known) }
    if let rowsRead, furthest != nil || rowsRead > 0 {
      furthest = max(furthest ?? rowsRead, rowsRead)
    }
  }

  mutating func restored(_ bytes: Int) { stateBytes += Int64(bytes) }

  /// Tells how much state was read.
  func finishRestore(_ round: Round, into effects: inout [InstanceEffect]) {
    guard stateBytes > 0 else { return }
    effects.append(.report(.reached(round, .restored(bytes: stateBytes))))
  }

  /// Tells of the first rows that were taken from channels.
  mutating func note(
    taken: Instant?,
    _ round: Round,
    into effects: inout [InstanceEffect]
  ) {
    guard waitsForRows, let taken else { return }
    tell(rowsAt: taken, round, into: &effects)
  }

  /// Tells of the first rows that a source has read, and when it is as far as it had been.
  mutating func note(
    _ source: SourceNode,
    at now: Moment,
    _ round: Round,
    into effects: inout [InstanceEffect]
  ) {
    let hasRead = source.rowsRead > firstRow
    if waitsForRows, hasRead { tell(rowsAt: now.instant, round, into: &effects) }
    guard waitsForSource else { return }
    // Where nobody knows how far it had been, the first rows must do, or that there are none.
    let isAsFar =
      furthest.map { source.rowsRead >= $0 } ?? (hasRead || source.hasNothing(at: now.instant))
    guard source.isFinished || isAsFar && source.isAbreast(at: now) else { return }
    waitsForSource = false
    let replayed = furthest.map { max($0 - firstRow, 0) }
    effects.append(.report(.reached(round, .caughtUp(replayed: replayed))))
  }

  private mutating func tell(
    rowsAt instant: Instant,
    _ round: Round,
    into effects: inout [InstanceEffect]
  ) {
    waitsForRows = false
    effects.append(.report(.reached(round, .rows(at: instant, before: lastRowsAt))))
  }
}
