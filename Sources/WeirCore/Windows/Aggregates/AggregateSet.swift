import WeirColumns

/// The aggregates of an operator and where their columns lie in a chunk.
///
/// Every chunk begins with n x Int64, the rows of each slot, which is also the state of `count()`; the
/// columns of each other aggregate follow, aligned to 64 bytes. Chunks of totals hold the rows and
/// those aggregates that are invertible. An operator may ask for columns of its own behind them.
/// Panes keep the same in less: see `PaneLayout`.
final class AggregateSet {
  /// An aggregate in its place.
  struct Member {
    var spec: AggregateSpec
    /// Nil: the count of rows.
    var aggregate: (any Aggregate)?
    /// Where its columns begin in a chunk.
    var offset: Int
    /// Where its columns begin in a chunk of totals, if it is invertible.
    var totalOffset: Int?
  }

  private(set) var members: [Member] = []
  /// The rows and the columns of the aggregates in a chunk.
  let columns: [ChunkColumn]
  let slots: Int
  /// Bytes of a chunk.
  private(set) var chunkBytes: Int
  /// Bytes of a chunk of totals.
  private(set) var totalBytes: Int
  /// The aggregate of the rows themselves.
  let rows = CountAggregate(slots: 0)
  // Rows left by filters and nulls of arguments.
  private var keptSlots: [UInt32] = []
  private var keptRows: [UInt16] = []

  /// Where the operator's own columns begin, of so many bytes a slot as it asked for.
  let ownOffset: Int
  /// True: all but the rows can be taken from totals.
  let isInvertible: Bool
  let ownsBytes: Bool

  /// Slots of a chunk, as a shift: 64 unless the aggregates are so wide that 64 KiB would not do.
  static func shift(for specs: [AggregateSpec], ownBytes: Int = 0) -> Int {
    var shift = 6
    while shift > 0 {
      let arenas = GroupArenas(keyGroups: 1)
      let set = AggregateSet(
        specs,
        shift: shift,
        arenas: arenas,
        ownBytes: ownBytes
      )
      if set.chunkBytes <= ChunkPool.maximumChunkBytes { return shift }
      shift -= 1
    }
    preconditionFailure("\(specs.count) aggregates do not fit into a chunk")
  }

  init(
    _ specs: [AggregateSpec],
    shift: Int,
    arenas: GroupArenas,
    ownBytes: Int = 0
  ) {
    slots = 1 << shift
    var isInvertible = true
    var ownsBytes = false
    var end = slots * 8
    var columns = [ChunkColumn(offset: 0, width: 8)]
    var totalEnd = end
    for spec in specs {
      let aggregate = spec.isRowCount ? nil : Self.make(spec, slots, arenas)
      var member = Member(spec: spec, aggregate: aggregate, offset: 0, totalOffset: 0)
      if let aggregate {
        end = (end + 63) & ~63
        member.offset = end
        for width in aggregate.columnWidths {
          columns.append(ChunkColumn(offset: end, width: width))
          end += slots * width
        }
        member.totalOffset = nil
        if aggregate.isInvertible {
          totalEnd = (totalEnd + 63) & ~63
          member.totalOffset = totalEnd
          totalEnd += slots * aggregate.columnWidths.reduce(0, +)
        }
        isInvertible = isInvertible && aggregate.isInvertible
        ownsBytes = ownsBytes || aggregate.ownsBytes
      }
      members.append(member)
    }
    self.columns = columns
    ownOffset = (end + 63) & ~63
    chunkBytes = ownOffset + slots * ownBytes
    totalBytes = totalEnd
    self.isInvertible = isInvertible
    self.ownsBytes = ownsBytes
  }

  private static func make(
    _ spec: AggregateSpec,
    _ slots: Int,
    _ arenas: GroupArenas
  ) -> any Aggregate {
    guard let type = spec.argumentType else { return CountAggregate(slots: slots) }
    switch spec.function {
    case .count:
      return CountAggregate(slots: slots)
    case .sum:
      if type == .float { return FloatSumAggregate(isAverage: false, slots: slots) }
      return ExactSumAggregate(.sum, slots: slots)
    case .average:
      if type == .float { return FloatSumAggregate(isAverage: true, slots: slots) }
      if type == .duration { return ExactSumAggregate(.wholeAverage, slots: slots) }
      return ExactSumAggregate(.average(scale: scale(type)), slots: slots)
    case .deviation:
      if type == .float { return FloatDeviationAggregate(slots: slots) }
      return ExactDeviationAggregate(scale: scale(type), slots: slots)
    case .countDistinct:
      return DistinctAggregate(type, slots: slots, arenas: arenas)
    case .minimum, .maximum:
      if type.layout == .variable {
        return TextAggregate(spec.function, slots: slots, arenas: arenas)
      }
      return ExtremeAggregate(isMaximum: spec.function == .maximum, slots: slots)
    case .first, .last:
      if type.layout == .variable {
        return TextAggregate(spec.function, slots: slots, arenas: arenas)
      }
      return EdgeAggregate(isLast: spec.function == .last, slots: slots)
    }
  }

  private static func scale(_ type: ColumnType) -> Int {
    if case .decimal(let scale) = type { scale } else { 0 }
  }

  // MARK: Rows

  /// Adds rows to all aggregates but the count of rows, which the caller keeps.
  func add(_ rows: SlotRows, of batch: Batch, to regions: Regions) {
    let times = UnsafePointer(batch.times.words)
    for member in members {
      guard let aggregate = member.aggregate else { continue }
      var regions = regions
      regions.offset = member.offset
      keep(rows, member.spec, batch) { kept in
        if let argument = member.spec.argument {
          aggregate.add(kept, batch.columns[argument], times, regions)
        } else if let counting = aggregate as? CountAggregate {
          counting.add(kept, regions)
        }
      }
    }
  }

  /// Calls with the rows that pass the filter and whose argument is not null.
  func keep(
    _ rows: SlotRows,
    _ spec: AggregateSpec,
    _ batch: Batch,
    _ body: (SlotRows) -> Void
  ) {
    let argument = spec.argument.map { batch.columns[$0] }
    let filter = spec.filter.map { batch.columns[$0] }
    guard filter != nil || argument?.hasMarks == true else {
      body(rows)
      return
    }
    if keptSlots.count < rows.count {
      keptSlots = [UInt32](repeating: 0, count: rows.count)
      keptRows = [UInt16](repeating: 0, count: rows.count)
    }
    keptSlots.withUnsafeMutableBufferPointer { slots in
      keptRows.withUnsafeMutableBufferPointer { indices in
        guard let slots = slots.baseAddress, let indices = indices.baseAddress else { return }
        var kept = SlotRows(slots: slots, rows: indices, count: 0)
        for position in 0..<rows.count {
          let row = Int(rows.rows[position])
          slots[kept.count] = rows.slots[position]
          indices[kept.count] = rows.rows[position]
          var isKept = true
          if let filter {
            isKept = filter.flags[row] & 1 == 1 && !(filter.hasMarks && filter.marks[row] != 0)
          }
          if let argument, argument.hasMarks, argument.marks[row] != 0 { isKept = false }
          kept.count &+= isKept ? 1 : 0
        }
        body(kept)
      }
    }
  }

  // MARK: Chunks

  /// Adds slots of a chunk to a chunk of the same layout, the rows too.
  func merge(
    _ source: UnsafeMutableRawPointer,
    at place: Int,
    into target: UnsafeMutableRawPointer,
    at targetPlace: Int,
    count: Int,
    group: Int
  ) {
    CountAggregate.addWords(
      Region(base: source, place: place, group: group),
      into: Region(base: target, place: targetPlace, group: group),
      count: count
    )
    for member in members {
      guard let aggregate = member.aggregate else { continue }
      aggregate.merge(
        Region(base: source + member.offset, place: place, group: group),
        into: Region(base: target + member.offset, place: targetPlace, group: group),
        count: count
      )
    }
  }

  /// Claims the bytes of all slots of a restored chunk, laid out as whole columns; false if what they
  /// hold is no state.
  func claim(_ chunk: UnsafeMutableRawPointer, group: Int, _ claims: ArenaClaims) -> Bool {
    members.allSatisfy { member in
      guard let aggregate = member.aggregate, aggregate.ownsBytes else { return true }
      let region = Region(base: chunk + member.offset, place: 0, group: group)
      return aggregate.claim(region, count: slots, claims)
    }
  }

  // MARK: Slots

  /// Counts rows by slot; all chunks are there and marked.
  func countRows(_ rows: SlotRows, _ regions: Regions) {
    self.rows.add(rows, regions)
  }

  /// Adds one slot's state to another's in the same table and empties it.
  func move(_ source: UInt32, to target: UInt32, in chunks: ChunkTable, shift: Int, group: Int) {
    let mask = (1 << shift) - 1
    merge(
      chunks.present[Int(source) >> shift],
      at: Int(source) & mask,
      into: chunks.present[Int(target) >> shift],
      at: Int(target) & mask,
      count: 1,
      group: group
    )
    clear(source, in: chunks, shift: shift, group: group)
  }

  /// Empties one slot's state.
  func clear(_ slot: UInt32, in chunks: ChunkTable, shift: Int, group: Int) {
    let chunk = chunks.present[Int(slot) >> shift]
    let place = Int(slot) & ((1 << shift) - 1)
    chunk.assumingMemoryBound(to: Int64.self)[place] = 0
    for member in members {
      guard let aggregate = member.aggregate else { continue }
      aggregate.release(
        Region(base: chunk + member.offset, place: place, group: group),
        count: 1
      )
    }
  }
}
