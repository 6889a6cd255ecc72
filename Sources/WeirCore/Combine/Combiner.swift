import Glibc
import WeirColumns

/// Adds the rows of a batch up by key and pane of time before they are sent to a keyed operator.
///
/// Holds nothing between batches. Where a batch has many rows of a key, they become one; the others are
/// sent as they are, which is cheaper. Only rows that are on time for all their windows, wherever the
/// receivers are by then, are added up: a receiver has to know no more of them than which pane they
/// belong to. The others are sent as they are.
package final class Combiner {
  private let form: CombinedForm
  private let alignment: WindowAlignment
  private let key: [Int]
  private let specs: [AggregateSpec]
  private var trial: CombineTrial
  private let groups = RowGroups()
  private let candidates = SelectionBuffer(capacity: 64)
  /// Rows that are sent as they are.
  private let rest = SelectionBuffer(capacity: 64)
  /// The partial aggregates of the last batch.
  package let partials: Batch
  /// Where they are made; nil until there are any.
  private var workshop: Workshop?

  /// The aggregates of an operator in one chunk, a group being a slot of it.
  private struct Workshop {
    let arenas = GroupArenas(keyGroups: 1)
    let aggregates: AggregateSet
    let parts: [(member: AggregateSet.Member, parts: [CombinedForm.Part])]
    let chunk: ScratchChunk

    static let shift = 11

    init(_ specs: [AggregateSpec]) {
      precondition(1 << Self.shift == RowGroups.capacity, "a slot for each group")
      aggregates = AggregateSet(specs, shift: Self.shift, arenas: arenas)
      parts = aggregates.members.map { member in
        (member, CombinedForm.parts(of: member, slots: 1 << Self.shift))
      }
      chunk = ScratchChunk(aggregates.chunkBytes)
      chunk.clear(arenas)
    }
  }

  /// A combiner for an operator to which partial aggregates travel in that form.
  package init(
    _ form: CombinedForm,
    _ mode: CombineMode,
    _ window: WindowSpec,
    _ aggregates: [AggregateSpec],
    keyColumns: [Int]
  ) {
    self.form = form
    alignment = WindowOperator.alignment(window)
    key = keyColumns
    specs = aggregates
    trial = CombineTrial(mode)
    partials = Batch(form.schema, capacity: 64)
  }

  /// A combiner as the plan of an operator says; nil if only rows travel to it.
  package convenience init?(_ plan: KeyedPlan) {
    guard let form = plan.combinedForm else { return nil }
    self.init(form, plan.combine, plan.window, plan.aggregates, keyColumns: plan.key)
  }

  /// The columns of `partials` that are the key.
  var keyColumns: [Int] { Array(0..<form.keyWidth) }

  /// Rows that stand behind the selected partial aggregates.
  func weight(_ selection: Selection) -> UInt64 {
    let counts = partials.columns[form.rowsColumn].words
    var sum: UInt64 = 0
    for position in 0..<selection.count {
      sum &+= UInt64(bitPattern: counts[Int(selection.indices[position])])
    }
    return sum
  }

  /// Adds up those of the selected rows that no receiver can be too late for, none being further than
  /// `reach`; the result is in `partials`.
  ///
  /// Returns the rows that are to be sent as they are, valid until the next call; nil: all of them,
  /// and `partials` means nothing. O(rows x (key columns + aggregates)).
  package func combine(_ batch: Batch, _ rows: Selection, reach: Watermark) -> Selection? {
    guard trial.tries(rows: rows.count) else { return nil }
    let onTime = onTime(batch, rows, reach)
    guard onTime.count > 0 else { return nil }
    let isGrouped = groups.find(
      batch,
      onTime,
      key: key.map { batch.columns[$0] },
      alignment,
      least: trial.leastOfGroup
    )
    guard isGrouped, trial.pays(taken: groups.taken, of: rows.count) else {
      trial.failed()
      return nil
    }
    aggregate(batch)
    let before = batch.footprint * groups.taken / batch.count
    guard trial.pays(bytes: partials.footprint, insteadOf: before) else {
      trial.failed()
      return nil
    }
    trial.paid()
    return rest(of: rows)
  }

  /// The rows that were not taken, in their order, which is that of those that were.
  private func rest(of rows: Selection) -> Selection {
    rest.reserve(rows.count)
    var left = Selection(indices: rest.indices, count: 0)
    guard groups.taken < rows.count else { return left }
    let (taken, count) = (groups.rows, groups.taken)
    var next = 0
    for position in 0..<rows.count {
      let row = rows.indices[position]
      if next < count, taken[next] == row {
        next &+= 1
      } else {
        left.indices[left.count] = row
        left.count &+= 1
      }
    }
    return left
  }

  /// Those of the rows that are on time for all their windows at `reach`, and not stamped as late for
  /// one of them.
  private func onTime(_ batch: Batch, _ rows: Selection, _ reach: Watermark) -> Selection {
    if Mutant.lateRowsCombined.isActive { return rows }
    let times = batch.times.words
    var lowest = Int64.max
    for position in 0..<rows.count { lowest = min(lowest, times[Int(rows.indices[position])]) }
    let passed = alignment.fired(reach.microseconds)
    guard batch.hasStamps || passed > alignment.pane(lowest) else { return rows }
    candidates.reserve(rows.count)
    var onTime = Selection(indices: candidates.indices, count: 0)
    for position in 0..<rows.count {
      let row = rows.indices[position]
      let stamp = batch.hasStamps ? batch.stamps.words[Int(row)] : Batch.noStamp
      let judge = max(passed, alignment.fired(stamp))
      onTime.indices[onTime.count] = row
      onTime.count += judge <= alignment.pane(times[Int(row)]) ? 1 : 0
    }
    return onTime
  }

  // MARK: Partial aggregates

  private func aggregate(_ batch: Batch) {
    let workshop = workshop ?? Workshop(specs)
    self.workshop = workshop
    let rows = SlotRows(slots: groups.groups, rows: groups.rows, count: groups.taken)
    let base = workshop.chunk.base
    let group = UInt16(workshop.arenas.scratchGroup)
    withUnsafePointer(to: base) { pointer in
      withUnsafePointer(to: group) { group in
        let regions = Regions(
          pointers: pointer,
          groups: group,
          offset: 0,
          shift: Workshop.shift
        )
        workshop.aggregates.countRows(rows, regions)
        workshop.aggregates.add(rows, of: batch, to: regions)
      }
    }
    emit(batch, workshop)
    clear(workshop)
  }

  private func emit(_ batch: Batch, _ workshop: Workshop) {
    let count = groups.count
    let base = workshop.chunk.base
    partials.removeAll()
    partials.reserve(rows: count)
    let first = Selection(indices: groups.first, count: count)
    for (target, origin) in key.enumerated() {
      partials.columns[target].append(batch.columns[origin], first, used: 0)
    }
    let starts = partials.columns[form.keyWidth].words
    for group in 0..<count {
      let isFirst = Mutant.panesMerged.isActive
      starts[group] = alignment.time(groups.firstPane[isFirst ? 0 : group])
    }
    memcpy(partials.columns[form.rowsColumn].words, base, count * 8)
    if Mutant.combinedCountedOnce.isActive {
      partials.columns[form.rowsColumn].words.update(repeating: 1, count: count)
    }
    var column = form.firstState
    for (member, parts) in workshop.parts {
      let state = base + member.offset
      for part in parts {
        switch part {
        case .byte(let offset): memcpy(partials.columns[column].flags, state + offset, count)
        case .word(let offset): memcpy(partials.columns[column].words, state + offset, count * 8)
        case .pair(let offset):
          split(
            state + offset,
            partials.columns[column].words,
            partials.columns[column + 1].words
          )
          column += 1
        case .encoded: encode(member, workshop, into: partials.columns[column])
        }
        column += 1
      }
    }
    partials.count = count
  }

  private func split(
    _ state: UnsafeMutableRawPointer,
    _ low: UnsafeMutablePointer<Int64>,
    _ high: UnsafeMutablePointer<Int64>
  ) {
    let halves = state.assumingMemoryBound(to: Int64.self)
    for group in 0..<groups.count {
      low[group] = halves[2 &* group]
      high[group] = halves[2 &* group &+ 1]
    }
  }

  private func encode(
    _ member: AggregateSet.Member,
    _ workshop: Workshop,
    into column: Column
  ) {
    guard let aggregate = member.aggregate else { return }
    var bytes: [UInt8] = []
    for group in 0..<groups.count {
      bytes.removeAll(keepingCapacity: true)
      aggregate.encode(
        Region(
          base: workshop.chunk.base + member.offset,
          place: group,
          group: workshop.arenas.scratchGroup
        ),
        into: &bytes
      )
      bytes.withUnsafeBytes { column.append(bytes: $0, at: group) }
    }
  }

  /// Empties the slots that were used; zero bytes are the state of no value.
  private func clear(_ workshop: Workshop) {
    let slots = 1 << Workshop.shift
    let base = workshop.chunk.base
    memset(base, 0, groups.count * 8)
    for (member, _) in workshop.parts {
      guard let aggregate = member.aggregate else { continue }
      var column = base + member.offset
      for width in aggregate.columnWidths {
        memset(column, 0, groups.count * width)
        column += slots * width
      }
    }
    workshop.arenas.scratch.removeAll()
  }
}
