import WeirColumns

/// Aggregates rows by key over tumbling and sliding windows.
///
/// Rows go into panes of `every`, each a table of chunks of its own, touched only in its own
/// columns. What is invertible has running totals by slot, of the panes of the window that fired
/// last; the rest is put together from the window's panes when it fires. A tumbling window is a
/// sliding one of one pane and needs neither.
///
/// The work lies in extensions: taking rows (`+Process`) and partial aggregates (`+Combined`), firing (`+Firing`), results (`+Results`),
/// late updates (`+Updates`, `+Amending`), preliminary results (`+Early`).
package final class WindowOperator: KeyedOperator {
  package let output: Schema
  package var having: (any RowFilter)?
  package var firings: FiringGuard?
  let name: String
  let spec: WindowSpec
  let alignment: WindowAlignment
  let state: KeyedState
  let aggregates: AggregateSet
  /// Where panes keep them.
  let layout: PaneLayout
  let buffers = RowBuffers()
  let panePool: ChunkPool
  let carryPool: ChunkPool
  /// The columns of panes that snapshots hold.
  let paneColumns: [ChunkColumn]
  var paneList = PaneList()
  /// Counts how often rows were assigned to panes one by one.
  var assignmentNumber = 0
  /// Sums of the panes that the last fired window shares with later ones; nil for one pane.
  let totals: ChunkTable?
  let scratch: ScratchChunk
  let keyWidth: Int
  /// Reads the keys of partial aggregates; nil if they never come.
  let combined: CombinedKeys?
  /// Candidates on their way through the filter.
  let filtered: Batch

  /// The greatest watermark noted.
  var watermark = Watermark.start
  /// The last window that the watermark has passed, once its results are out.
  var fired: Int64
  /// The last window that the watermark has passed.
  var due: Int64
  var firing: Firing?
  var amending: Amending?
  var closing: Closing?
  /// Slots that no pane has used since panes were last forgotten.
  var parting: [UInt32] = []
  let candidates: Candidates
  /// Updates and preliminary results that wait to be fetched.
  var pending: PendingResults
  var isEarlyRequested = false
  package let description: StateDescription
  /// While sections are restored, the head of the snapshots.
  var restored: OperatorHead?

  /// Makes an operator without rows.
  ///
  /// The key columns and the arguments are columns of `input`, which has an event time.
  package init(
    _ spec: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int],
    input: Schema,
    keyGroups: Int,
    operatorName: String,
    combined: CombinedForm? = nil
  ) {
    self.combined = combined.map { CombinedKeys($0) }
    self.spec = spec
    name = operatorName
    alignment = Self.alignment(spec)
    let shift = AggregateSet.shift(for: aggregates, ownBytes: spec.early ? 1 : 0)
    state = KeyedState(
      KeyCodec(keyColumns, of: input),
      keyGroups: keyColumns.isEmpty ? 1 : keyGroups,
      shift: shift
    )
    self.aggregates = AggregateSet(aggregates, shift: shift, arenas: state.arenas)
    layout = PaneLayout(self.aggregates, ownBytes: spec.early ? 1 : 0)
    panePool = ChunkPool(chunkBytes: layout.chunkBytes)
    carryPool = ChunkPool(chunkBytes: layout.carryBytes)
    let early = [ChunkColumn(offset: layout.ownOffset, width: 1)]
    paneColumns = layout.columns + (spec.early ? early : [])
    totals =
      alignment.panes > 1
      ? ChunkTable(ChunkPool(chunkBytes: self.aggregates.totalBytes), shift: shift) : nil
    candidates = Candidates(chunkSlots: 1 << shift)
    scratch = ScratchChunk(self.aggregates.chunkBytes)
    keyWidth = keyColumns.count
    output = ResultSchema.make(spec, aggregates, keyColumns: keyColumns, input: input)
    fired = alignment.fired(Watermark.start.microseconds)
    due = fired
    pending = PendingResults(output)
    filtered = Batch(output, capacity: 0)
    description = StateDescription(
      stage: operatorName,
      spec,
      aggregates,
      keyColumns: keyColumns,
      input: input,
      keyGroups: state.keyGroups
    )
  }

  /// How the windows of a plan lie in time, which must be of one size.
  static func alignment(_ spec: WindowSpec) -> WindowAlignment {
    switch spec.shape {
    case .tumbling(let size, let offset):
      return WindowAlignment(
        size: size,
        every: size,
        offset: offset,
        lateness: spec.allowedLateness
      )
    case .sliding(let size, let every, let offset):
      return WindowAlignment(
        size: size,
        every: every,
        offset: offset,
        lateness: spec.allowedLateness
      )
    case .session, .running:
      preconditionFailure("\(spec.shape) is not an aligned window")
    }
  }

  // MARK: Queries

  package var keyCount: Int { state.count }

  package func hotKeys(at now: Instant) -> HotKeyReport? { state.hotKeys(at: now) }

  package var stateBytes: Int {
    var bytes = state.reservedBytes + panePool.reservedBytes + carryPool.reservedBytes
    if let totals { bytes += totals.pool.reservedBytes + totals.directoryBytes }
    for pane in paneList.panes {
      bytes += pane.chunks.directoryBytes + pane.carries.directoryBytes
    }
    return bytes
  }

  /// True when all results are out that rows and the watermark have made due.
  var isSettled: Bool { firing == nil && amending == nil && fired == due && pending.isEmpty }

  /// Panes that hold rows.
  package var paneCount: Int { paneList.panes.count }

  package func checkInvariants() {
    state.checkInvariants()
    var uses = [UInt32](repeating: 0, count: state.chunkCount << state.shift)
    var sums = [Int64](repeating: 0, count: state.chunkCount << state.shift)
    for pane in paneList.panes {
      precondition(pane.first <= pane.last, "a pane of windows \(pane.first) ... \(pane.last)")
      for slot in state.chunkSlots..<state.chunkCount << state.shift {
        let rows = layout.rows(of: UInt32(slot), in: pane)
        guard rows > 0 else { continue }
        uses[slot] += 1
        precondition(!pane.isInTotals || !pane.isLate, "a late pane in the totals")
        if pane.isInTotals { sums[slot] += rows }
      }
    }
    let parting = Set(parting)
    for slot in state.chunkSlots..<state.chunkCount << state.shift {
      let isUsed = !state.cell(UInt32(slot)).pointee.isNone
      precondition(!isUsed || state.uses(UInt32(slot)).pointee == uses[slot], "uses of \(slot)")
      precondition(isUsed || uses[slot] == 0, "the free slot \(slot) has rows")
      precondition(
        !isUsed || uses[slot] > 0 || parting.contains(UInt32(slot)),
        "the key of slot \(slot) stays for ever"
      )
      guard let total = totals?.chunk(slot >> state.shift) else { continue }
      let rows = total.assumingMemoryBound(to: Int64.self)[slot & (state.chunkSlots - 1)]
      precondition(rows == sums[slot], "the total of slot \(slot) is \(rows), not \(sums[slot])")
    }
  }
}

/// A chunk for results that are put together from several panes.
final class ScratchChunk {
  // Freed in `deinit`; results are copied out of it before it is used again.
  let base: UnsafeMutableRawPointer
  let bytes: Int

  init(_ bytes: Int) {
    self.bytes = bytes
    base = .allocate(byteCount: bytes, alignment: 64)
  }

  deinit { base.deallocate() }

  /// Makes it the state of no value; bytes that sets had allocated go with the scratch arena.
  func clear(_ arenas: GroupArenas) {
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    arenas.scratch.removeAll()
  }
}
