import WeirColumns

/// Aggregates rows by key over sessions: rows no more than a gap apart.
///
/// A session is [first event, last event + gap] and fires when the watermark has passed its end. A
/// row is late when its own time + gap + allowed lateness is behind the watermark it is judged by,
/// whatever sessions there are. Two rows of a key are neighbours if they are at most a gap apart
/// and the earlier one's time + gap + allowed lateness is not behind the later one's stamp; a
/// session is all rows that neighbours link. That is a property of the rows alone: the same
/// sessions come of any order in which they arrive, and of any course of the watermark.
///
/// Joining a session that has fired changes it: the result comes again as an update, or, if the
/// session's times changed, is taken back first.
package final class SessionOperator: KeyedOperator {
  package let output: Schema
  package var having: (any RowFilter)?
  package var firings: FiringGuard?
  let name: String
  let spec: WindowSpec
  let gap: Int64
  let state: KeyedState
  let aggregates: AggregateSet
  let sessions: SessionTable
  var timers: SessionTimers
  let buffers = RowBuffers()
  let keyWidth: Int
  let filtered: Batch
  var watermark = Watermark.start
  var pending: PendingResults
  var isEarlyRequested = false
  package let description: StateDescription
  /// While sections are restored, the head of the snapshots.
  var restored: OperatorHead?
  /// The sessions that fire, while their results are fetched.
  var firing: SessionFiring?
  var hasAdvanced = false
  /// Sessions that rows of the batch have changed, and those merged away.
  var touched: [UInt32] = []
  var merged: [UInt32] = []
  /// Fired sessions as they were before the batch changed them.
  var before = SessionsBefore()

  /// Makes an operator without rows; see `WindowOperator`.
  package init(
    _ spec: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema,
    keyGroups: Int,
    operatorName: String
  ) {
    guard case .session(let gap) = spec.shape, gap > 0, gap < SessionOperator.farthestTime / 4,
      spec.allowedLateness < SessionOperator.farthestTime / 4
    else { preconditionFailure("\(spec) is not a session window") }
    self.spec = spec
    self.gap = gap
    name = operatorName
    let own = SessionTable.ownBytes
    let shift = AggregateSet.shift(for: aggregates, ownBytes: own)
    let groups = keyColumns.isEmpty ? 1 : keyGroups
    state = KeyedState(KeyCodec(keyColumns, of: input), keyGroups: groups, shift: shift)
    self.aggregates = AggregateSet(aggregates, shift: shift, arenas: state.arenas, ownBytes: own)
    sessions = SessionTable(self.aggregates, keyGroups: groups, shift: shift)
    timers = SessionTimers(gap: gap)
    keyWidth = keyColumns.count
    output = ResultSchema.make(spec, aggregates, keyColumns: keyColumns, input: input)
    pending = PendingResults(output)
    filtered = Batch(output, capacity: 0)
    description = StateDescription(
      stage: operatorName,
      spec,
      aggregates,
      keyColumns: keyColumns,
      input: input,
      keyGroups: groups
    )
  }

  /// Times beyond 2^60 microseconds from 1970 count as just there, so that no sum overflows.
  static let farthestTime: Int64 = 1 << 60

  static func clamped(_ time: Int64) -> Int64 { min(max(time, -farthestTime), farthestTime) }

  /// The watermark, where the end is farther than any session and lateness.
  var limit: Int64 {
    min(max(watermark.microseconds, -Self.farthestTime * 2), Self.farthestTime * 2)
  }

  // MARK: Queries

  /// A session is open while the watermark is at its end, and the time of its result just before.
  package var resultLag: Int64 { 1 }

  package var keyCount: Int { state.count }

  package func hotKeys(at now: Instant) -> HotKeyReport? { state.hotKeys(at: now) }

  /// Sessions that hold rows.
  package var sessionCount: Int { sessions.count }

  package var stateBytes: Int { state.reservedBytes + sessions.reservedBytes }

  package func checkInvariants() {
    state.checkInvariants()
    var live = 0
    for chunk in 1..<sessions.chunkCount where sessions.chunks.chunk(chunk) != nil {
      for slot in chunk << sessions.shift..<(chunk + 1) << sessions.shift
      where sessions[UInt32(slot)].key.pointee != 0 {
        live += 1
        check(UInt32(slot))
      }
    }
    precondition(live == sessions.count, "\(live) sessions, not \(sessions.count)")
  }

  private func check(_ slot: UInt32) {
    let session = sessions[slot]
    precondition(
      session.start.pointee <= session.last.pointee
        && session.start.pointee - gap <= session.earliest(gap: gap)
        && session.earliest(gap: gap) <= session.start.pointee,
      "session \(slot)"
    )
    let next = session.next.pointee
    guard next != 0 else { return }
    precondition(
      session.last.pointee < sessions[next].earliest(gap: gap)
        && sessions[next].key.pointee == session.key.pointee,
      "sessions \(slot) and \(next) of one key"
    )
  }
}
