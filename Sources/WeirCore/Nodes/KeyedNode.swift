import WeirColumns
import WeirExpressions

/// The behaviour of an operator with keyed state: rows in, late rows aside, firings out.
///
/// A firing is a cursor in the state: while it goes on nothing is taken from the queues, and each
/// turn emits one batch of it.
struct KeyedNode {
  private let plan: KeyedPlan
  private let stage: StageIndex
  private let state: any KeyedOperator
  /// How partial aggregates arrive, if any do.
  private let combined: CombinedForm?
  private let having: HavingFilter?
  private let results: RowWork
  private let main: [Outlet]
  private let updates: [Outlet]
  private let failures: RowFailures
  private let latePort: PortPlan?
  private let lateOutlets: [Outlet]
  private let late = LateRows()
  private let emitted: Batch
  private let rows = SelectionBuffer(capacity: Limits.emittedRows)
  /// Results that are kept from the operator.
  private let aside = SelectionBuffer(capacity: 16)
  private let poison: PoisonRows
  /// A batch that is not worked on as a whole, and what of it has been.
  private var opened: (batch: Batch, done: Int, watermark: Watermark)?
  private(set) var isFiring = false
  private(set) var isFinished = false
  private var earlyAt: Instant?
  /// The epoch whose state is being written or not known to be durable.
  private(set) var snapshot: Epoch?
  /// True while slices of it are left.
  private(set) var isWriting = false
  /// Nothing that was written before may be referred to.
  private var needsFullSnapshot = false
  /// Key groups have gone since the mark, which the snapshot has still.
  private var keepsLess = false
  private var rewriting: [StateAddress] = []
  /// The watermark that the state was told.
  private var advancedTo = Watermark.start
  /// Rows that a firing emits in one turn.
  private let emittedRows: Int
  private let sliceBytes: Int

  init(_ plan: KeyedPlan, stage: StageIndex, job: JobPlan, flow: FlowBudget) {
    self.plan = plan
    emittedRows = flow.emittedRows
    sliceBytes = flow.sliceBytes
    self.stage = stage
    let stagePlan = job.stages[stage]
    combined = plan.combinedForm
    let state = plan.makeOperator(keyGroups: job.keyGroups, name: stagePlan.name)
    let having = plan.having.map { HavingFilter($0, output: state.output) }
    state.having = having
    self.state = state
    self.having = having
    results = RowWork(plan.results)
    main = (stagePlan.port(.main)?.outlets ?? []).map { Outlet($0) }
    updates = (stagePlan.port(.updates)?.outlets ?? []).map { Outlet($0) }
    failures = RowFailures(stage, plan.results.onError, port: stagePlan.port(.errors))
    poison = PoisonRows(stage, stagePlan.onError, port: stagePlan.port(.poison))
    latePort = stagePlan.port(.late)
    lateOutlets = (latePort?.outlets ?? []).map { Outlet($0) }
    emitted = Batch(state.output, capacity: emittedRows)
  }

  /// How far results may be behind the watermark.
  var resultLag: Int64 { state.resultLag }

  /// Forgets the keys of groups that are others' from now on; no snapshot builds on what was before.
  mutating func keep(_ groups: [Bool]) {
    precondition(!isWriting && !isFiring && opened == nil, "groups go in the middle of work")
    state.keep(groups)
    if snapshot == nil { needsFullSnapshot = true } else { keepsLess = true }
  }

  /// When preliminary results are due.
  var deadline: Instant? { earlyAt }

  /// The keys that have the most rows lately; nil if it has no key.
  func hotKeys(at now: Instant) -> HotKeyReport? { state.hotKeys(at: now) }

  /// True while a batch is not done.
  var hasRows: Bool { opened != nil }

  // MARK: Turns

  mutating func turn(
    at now: Moment,
    _ inputs: inout InputSet,
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    if isFiring {
      try emit(inputs, &outputs)
      return
    }
    if let every = plan.earlyEvery {
      if let due = earlyAt, due <= now.instant {
        state.requestEarly()
        isFiring = true
        earlyAt = now.instant.advanced(byNanoseconds: every * 1000)
        return
      }
      if earlyAt == nil { earlyAt = now.instant.advanced(byNanoseconds: every * 1000) }
    }
    if opened != nil {
      try processSome(&outputs, into: &effects)
      isFiring = true
      try emit(inputs, &outputs)
      return
    }
    let before = inputs.watermark
    guard let taken = inputs.take(at: now.instant) else {
      if inputs.haveEnded { finish(inputs, &outputs) }
      return
    }
    outputs.note(taken.frame.header)
    if let batch = taken.frame.batch {
      if let combined, taken.frame.header.schema == combined.schema.fingerprint {
        try merge(batch, combined, before, &outputs)
        effects.append(.recycle(batch))
      } else if batch.count > outputs.rowGuard.care.rows {
        opened = (batch, 0, before)
        try processSome(&outputs, into: &effects)
      } else {
        try process(batch, before, &outputs)
        effects.append(.recycle(batch))
      }
      isFiring = true
    }
    if inputs.watermark > before { isFiring = true }
    // Most batches fire nothing: finding that out here saves a turn.
    if isFiring { try emit(inputs, &outputs) } else { conclude(inputs, &outputs) }
  }

  /// Says what is known of time, once all results are out.
  private mutating func conclude(_ inputs: InputSet, _ outputs: inout OutputSet) {
    outputs.advance(to: inputs.watermark.lowered(by: state.resultLag))
    if inputs.isIdle { outputs.becomeIdle() }
    finish(inputs, &outputs)
  }

  private mutating func finish(_ inputs: InputSet, _ outputs: inout OutputSet) {
    guard inputs.haveEnded, !isFinished else { return }
    isFinished = true
    outputs.end(at: inputs.watermark)
  }

  /// Works on the next rows of the batch that was opened.
  private mutating func processSome(
    _ outputs: inout OutputSet,
    into effects: inout [InstanceEffect]
  ) throws(WeirError) {
    guard let (batch, done, watermark) = opened else { return }
    let left = batch.count - done
    let piece = batch.copy(done..<done + min(left, outputs.rowGuard.care.rows))
    try process(piece, watermark, &outputs)
    if piece.count < left {
      opened = (batch, done + piece.count, watermark)
    } else {
      opened = nil
      effects.append(.recycle(batch))
    }
  }

  private func process(
    _ arrived: Batch,
    _ watermark: Watermark,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    let batch = try admitted(arrived, &outputs)
    try work(on: batch, watermark, outputs)
    outputs.counters[stage].late += UInt64(late.count)
    outputs.counters[stage].counted += UInt64(batch.count - late.count)
    guard late.count > 0, let port = latePort else { return }
    let aside = Batch(port.schema, capacity: late.count)
    for (column, origin) in zip(aside.columns, batch.columns) {
      column.append(origin, late.selection, used: 0)
    }
    aside.appendStamps(batch, late.selection)
    let lateness = aside.columns[batch.columns.count]
    for (row, value) in late.lateness.enumerated() { lateness.append(word: value, at: row) }
    aside.count = late.count
    let all = rows.all(aside.count)
    for outlet in lateOutlets { try outlet.push(aside, all, &outputs) }
  }

  /// Takes partial aggregates: none of the rows behind them is late, or kept from the operator.
  private func merge(
    _ partials: Batch,
    _ form: CombinedForm,
    _ watermark: Watermark,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    let rows = form.rows(of: partials)
    let position = outputs.counters[stage].seen + rows
    outputs.rowGuard.begin(
      stage,
      .row,
      rows: Int(truncatingIfNeeded: rows),
      position: position
    )
    defer { outputs.rowGuard.end() }
    try state.merge(partials, watermark: watermark)
    outputs.counters[stage].counted += rows
  }

  private func work(
    on batch: Batch,
    _ watermark: Watermark,
    _ outputs: OutputSet
  ) throws(WeirError) {
    let position = outputs.counters[stage].seen + UInt64(batch.count)
    outputs.rowGuard.begin(stage, batch, position: position)
    defer { outputs.rowGuard.end() }
    try state.process(batch, watermark: watermark, late: late)
  }

  /// The rows of a batch that are not kept from the operator; most often the batch itself.
  private func admitted(
    _ batch: Batch,
    _ outputs: inout OutputSet
  ) throws(WeirError) -> Batch {
    guard outputs.rowGuard.knowsPoison(of: stage) else { return batch }
    let buffer = SelectionBuffer(capacity: batch.count)
    var rows = buffer.all(batch.count)
    try poison.sift(batch, &rows, &outputs)
    guard rows.count < batch.count else { return batch }
    let left = Batch(batch.schema, capacity: rows.count)
    left.append(batch, rows)
    return left
  }

  // MARK: Snapshots

  /// Marks the state at a barrier; slices of it are then written turn by turn.
  mutating func mark(_ epoch: Epoch, into effects: inout [InstanceEffect]) {
    precondition(
      snapshot == nil && !isFiring && opened == nil,
      "marked \(epoch) during \(String(describing: snapshot))"
    )
    effects.append(
      .beginState(epoch, live: state.liveTables, isFull: needsFullSnapshot)
    )
    state.mark(rewriting: rewriting, isFull: needsFullSnapshot)
    rewriting = []
    snapshot = epoch
    isWriting = true
  }

  /// Writes one slice of the marked state, if there is one.
  mutating func writeSlice(into effects: inout [InstanceEffect]) {
    guard isWriting, let snapshot else { return }
    var sections: [StateSection] = []
    isWriting = !state.writeSlice(maximumBytes: sliceBytes, into: &sections)
    if !sections.isEmpty { effects.append(.writeState(snapshot, sections)) }
    if !isWriting { effects.append(.finishState(snapshot)) }
  }

  /// Notes that the state of an epoch is durable.
  mutating func stateWritten(_ epoch: Epoch, rewriting addresses: [StateAddress]) {
    guard snapshot == epoch, !isWriting else { return }
    snapshot = nil
    needsFullSnapshot = keepsLess
    keepsLess = false
    rewriting = addresses
  }

  /// Notes that it is not: the next snapshot cannot build on it.
  mutating func stateFailed(_ epoch: Epoch) {
    guard snapshot == epoch else { return }
    if isWriting { state.abandonSnapshot() }
    isWriting = false
    snapshot = nil
    needsFullSnapshot = !Mutant.failedSnapshotTrusted.isActive
  }

  func restore(_ section: StateSection) throws(WeirError) { try state.restore(section) }

  /// Ends restoring at the watermark that the snapshot was taken at; what was read is of other
  /// instances if it is inherited, and no snapshot of this one can build on it.
  mutating func finishRestore(
    at watermark: Watermark,
    isInherited: Bool
  ) throws(WeirError) {
    try state.finishRestore()
    advancedTo = watermark
    needsFullSnapshot = isInherited && !Mutant.inheritedTrusted.isActive
  }

  // MARK: Firing

  private mutating func emit(
    _ inputs: InputSet,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    emitted.removeAll()
    let emission = try computed(inputs, outputs)
    if let having { try settle(having, &outputs) }
    if let firings = state.firings { try settle(firings, &outputs) }
    switch emission {
    case .rows(let kind):
      guard emitted.count > 0 else { return }
      try deliver(kind, &outputs)
    case .none:
      isFiring = false
      if opened == nil { conclude(inputs, &outputs) }
    }
  }

  /// Lets the state compute results, and notes that it does.
  private mutating func computed(
    _ inputs: InputSet,
    _ outputs: OutputSet
  ) throws(WeirError) -> Emission {
    let (rowGuard, made) = (outputs.rowGuard, outputs.counters[stage].seen(.firing))
    let most = min(emittedRows, rowGuard.care.rows)
    rowGuard.begin(stage, .firing, rows: most, position: made + 1)
    defer { rowGuard.end() }
    if rowGuard.watchesFirings(of: stage) {
      let firings =
        state.firings
        ?? FiringGuard(rowGuard, of: stage, state.output, width: state.identityWidth)
      firings.made = made
      state.firings = firings
    } else {
      state.firings = nil
    }
    let emission = try state.emit(maximumRows: most, into: emitted)
    // What the rows brought forth, such as updates, is out before their watermark fires anything.
    guard emission == .none, opened == nil, inputs.watermark > advancedTo else { return emission }
    advancedTo = inputs.watermark
    state.advance(to: advancedTo)
    return try state.emit(maximumRows: most, into: emitted)
  }

  private func deliver(_ kind: ResultKind, _ outputs: inout OutputSet) throws(WeirError) {
    let emitted = try admittedResults(&outputs)
    outputs.rowGuard.begin(
      stage,
      emitted,
      position: outputs.counters[stage].seen(.result) + 1,
      as: .result
    )
    let result = results.run(emitted, rows.all(emitted.count))
    outputs.rowGuard.end()
    try failures.handle(results.failures, in: emitted, &outputs)
    outputs.counters[stage].rowsOut += UInt64(result.rows.count)
    if kind != .onTime { outputs.counters[stage].updates += UInt64(result.rows.count) }
    for outlet in kind == .onTime ? main : updates {
      try outlet.push(result.batch, result.rows, &outputs)
    }
  }

  /// The computed results without those that are kept from `select`; most often all.
  private func admittedResults(_ outputs: inout OutputSet) throws(WeirError) -> Batch {
    let rowGuard = outputs.rowGuard
    guard rowGuard.knowsPoison(of: stage, as: .result) else { return emitted }
    let found = rowGuard.reasons(stage, emitted, rows.all(emitted.count), as: .result)
    guard found.contains(where: { $0 != nil }) else { return emitted }
    let left = Batch(state.output, capacity: found.count)
    aside.reserve(found.count)
    var reasons: [String] = []
    for (row, reason) in found.enumerated() {
      guard let reason else {
        left.append(emitted, row: row)
        continue
      }
      aside.indices[reasons.count] = UInt16(truncatingIfNeeded: row)
      reasons.append(reason)
    }
    let selection = Selection(indices: aside.indices, count: reasons.count)
    try failures.keep(
      emitted,
      selection,
      because: reasons,
      at: clauses(.result, emitted, selection),
      &outputs
    )
    return left
  }

  /// Where each of the results kills, in words: the clause, and the window if there is one.
  ///
  /// What reads the port sees the columns of the operator's input, so the window is told here.
  private func clauses(_ kind: WorkKind, _ results: Batch, _ rows: Selection) -> [String] {
    let first = plan.key.count
    guard state.identityWidth > first else {
      return Array(repeating: kind.clause, count: rows.count)
    }
    return (0..<rows.count).map { position in
      let row = Int(rows.indices[position])
      let bounds = results.columns[first...first + 1].map { TimestampText.text($0.words[row]) }
      return "\(kind.clause), window \(bounds[0]) to \(bounds[1])"
    }
  }

  /// Does what `on_error` says with results that were not computed, because they kill.
  private func settle(
    _ firings: FiringGuard,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    guard firings.aside.count > 0 else { return }
    defer { firings.reset() }
    let all = aside.all(firings.aside.count)
    try failures.keep(
      firings.aside,
      all,
      because: firings.reasons,
      at: clauses(.firing, firings.aside, all),
      &outputs
    )
  }

  /// Counts what `having` took out, and does what `on_error` says with rows it failed for.
  private func settle(
    _ having: HavingFilter,
    _ outputs: inout OutputSet
  ) throws(WeirError) {
    outputs.counters[stage].withheld += UInt64(having.withheld)
    defer { having.reset() }
    try failures.handle(having.failures, in: having.failed, &outputs)
  }
}
