import WeirColumns

/// How panes keep the rows and the aggregates of their slots: in narrow columns, and what does not
/// fit them apart, because there are many panes and most of their numbers are small.
///
/// A chunk of a pane holds
///
///     n x UInt16   rows, as `NarrowCount`: zero only without rows
///     ...          the narrow columns of each aggregate, aligned to 64 bytes
///     ...          the operator's own columns, aligned likewise
///
/// Only if a slot of the chunk needs it, there is a chunk of carries:
///
///     n x Int64    carries of the rows
///     ...          the carries of each aggregate
///
/// Totals and results are made of whole columns, as `AggregateSet` lays them out.
final class PaneLayout {
  /// Where the columns of an aggregate begin.
  struct Place {
    var offset: Int
    var carryOffset: Int
    /// They are as in whole columns, with no carries.
    var isWhole: Bool
  }

  /// By member of the aggregates.
  let places: [Place]
  /// The rows and the columns of the aggregates in a chunk of a pane.
  let columns: [ChunkColumn]
  let carryColumns: [ChunkColumn]
  /// Where the operator's own columns begin.
  let ownOffset: Int
  let chunkBytes: Int
  let carryBytes: Int
  let aggregates: AggregateSet

  init(_ aggregates: AggregateSet, ownBytes: Int = 0) {
    self.aggregates = aggregates
    let slots = aggregates.slots
    var columns = [ChunkColumn(offset: 0, width: 2)]
    var carryColumns = [ChunkColumn(offset: 0, width: 8)]
    var places: [Place] = []
    var end = slots * 2
    var carryEnd = slots * 8
    for member in aggregates.members {
      end = (end + 63) & ~63
      var place = Place(offset: 0, carryOffset: 0, isWhole: false)
      if let aggregate = member.aggregate {
        place = Place(
          offset: end,
          carryOffset: carryEnd,
          isWhole: aggregate.narrowWidths == aggregate.columnWidths
        )
        for width in aggregate.narrowWidths {
          columns.append(ChunkColumn(offset: end, width: width))
          end += slots * width
        }
        for width in aggregate.carryWidths {
          carryColumns.append(ChunkColumn(offset: carryEnd, width: width))
          carryEnd += slots * width
        }
      }
      places.append(place)
    }
    self.places = places
    self.columns = columns
    self.carryColumns = carryColumns
    ownOffset = (end + 63) & ~63
    chunkBytes = ownOffset + slots * ownBytes
    carryBytes = carryEnd
  }

  // MARK: Rows

  /// Adds rows to all aggregates of a pane but the count of rows, which the caller keeps; `groups`
  /// are the key groups of its chunks.
  func add(
    _ rows: SlotRows,
    of batch: Batch,
    to pane: Pane,
    _ groups: UnsafePointer<UInt16>
  ) {
    let times = UnsafePointer(batch.times.words)
    for (member, place) in zip(aggregates.members, places) {
      guard let aggregate = member.aggregate else { continue }
      let regions = Regions(
        pointers: pane.chunks.present,
        groups: groups,
        offset: place.offset,
        shift: pane.chunks.shift
      )
      let carries = Carries(table: pane.carries, offset: place.carryOffset)
      aggregates.keep(rows, member.spec, batch) { kept in
        if let argument = member.spec.argument {
          aggregate.addNarrow(kept, batch.columns[argument], times, regions, carries)
        } else if let counting = aggregate as? CountAggregate {
          counting.addNarrow(kept, regions, carries)
        }
      }
    }
  }

  /// The rows of a slot of a pane; 0 if its chunk is not there.
  func rows(of slot: UInt32, in pane: Pane) -> Int64 {
    let chunk = Int(slot) >> pane.chunks.shift
    let place = Int(slot) & (aggregates.slots - 1)
    guard let base = pane.chunks.chunk(chunk) else { return 0 }
    let carries = pane.carries.chunk(chunk)?.assumingMemoryBound(to: Int64.self)
    return Int64(base.assumingMemoryBound(to: UInt16.self)[place])
      + NarrowCount.unit * (carries?[place] ?? 0)
  }

  // MARK: Chunks

  /// Adds a chunk of a pane, if it is there, to one of totals, which `total` makes.
  func enter(_ pane: Pane, _ chunk: Int, into total: () -> UnsafeMutableRawPointer) {
    guard let source = pane.chunks.chunk(chunk) else { return }
    let total = total()
    let carries = pane.carries.chunk(chunk)
    NarrowCount.widen(
      source.assumingMemoryBound(to: UInt16.self),
      carries?.assumingMemoryBound(to: Int64.self),
      into: total.assumingMemoryBound(to: Int64.self),
      count: aggregates.slots
    )
    for (member, place) in zip(aggregates.members, places) {
      guard let aggregate = member.aggregate, let offset = member.totalOffset else { continue }
      aggregate.widen(
        Region(base: source + place.offset, place: 0, group: 0),
        carries.map { Region(base: $0 + place.carryOffset, place: 0, group: 0) },
        into: Region(base: total + offset, place: 0, group: 0),
        count: aggregates.slots
      )
    }
  }

  /// Takes a chunk of a pane, if it is there, out of one of totals, which `total` gives.
  func leave(_ pane: Pane, _ chunk: Int, from total: () -> UnsafeMutableRawPointer) {
    guard let source = pane.chunks.chunk(chunk) else { return }
    let total = total()
    let carries = pane.carries.chunk(chunk)
    NarrowCount.takeOut(
      source.assumingMemoryBound(to: UInt16.self),
      carries?.assumingMemoryBound(to: Int64.self),
      of: total.assumingMemoryBound(to: Int64.self),
      count: aggregates.slots
    )
    for (member, place) in zip(aggregates.members, places) {
      guard let aggregate = member.aggregate, let offset = member.totalOffset else { continue }
      aggregate.takeOut(
        Region(base: source + place.offset, place: 0, group: 0),
        carries.map { Region(base: $0 + place.carryOffset, place: 0, group: 0) },
        of: Region(base: total + offset, place: 0, group: 0),
        count: aggregates.slots
      )
    }
  }

  /// Adds `count` slots of a pane from `slot` on, all of one chunk, to whole columns: those of some
  /// members, from the place `targetPlace` on.
  func widen(
    _ pane: Pane,
    _ slot: UInt32,
    _ count: Int,
    into target: UnsafeMutableRawPointer,
    at targetPlace: Int,
    members: [Int],
    group: Int
  ) {
    let chunk = Int(slot) >> pane.chunks.shift
    let from = Int(slot) & (aggregates.slots - 1)
    guard let source = pane.chunks.chunk(chunk) else { return }
    let counts = source.assumingMemoryBound(to: UInt16.self)
    guard count > 1 || counts[from] != 0 else { return }
    let carries = pane.carries.chunk(chunk)
    for index in members {
      let member = aggregates.members[index]
      guard let aggregate = member.aggregate else {
        NarrowCount.widen(
          counts + from,
          carries.map { UnsafePointer($0.assumingMemoryBound(to: Int64.self)) + from },
          into: target.assumingMemoryBound(to: Int64.self) + targetPlace,
          count: count
        )
        continue
      }
      let place = places[index]
      aggregate.widen(
        Region(base: source + place.offset, place: from, group: group),
        carries.map { Region(base: $0 + place.carryOffset, place: from, group: group) },
        into: Region(base: target + member.offset, place: targetPlace, group: group),
        count: count
      )
    }
  }

  /// Claims the bytes of the slots of a restored chunk; false if what they hold is no state.
  func claim(_ chunk: UnsafeMutableRawPointer, group: Int, _ claims: ArenaClaims) -> Bool {
    zip(aggregates.members, places).allSatisfy { member, place in
      guard let aggregate = member.aggregate, aggregate.ownsBytes else { return true }
      let region = Region(base: chunk + place.offset, place: 0, group: group)
      return aggregate.claim(region, count: aggregates.slots, claims)
    }
  }

  /// Gives back the bytes that the slots of a chunk own.
  func releaseBytes(_ chunk: UnsafeMutableRawPointer, group: Int) {
    for index in places.indices { releaseBytes(of: index, chunk, group: group) }
  }

  /// Gives back the bytes that one aggregate owns in the slots of a chunk.
  func releaseBytes(of index: Int, _ chunk: UnsafeMutableRawPointer, group: Int) {
    guard let aggregate = aggregates.members[index].aggregate, aggregate.ownsBytes else { return }
    aggregate.release(
      Region(base: chunk + places[index].offset, place: 0, group: group),
      count: aggregates.slots
    )
  }
}

/// The carries of one aggregate of a pane, made when they are first needed.
struct Carries {
  let table: ChunkTable
  var offset: Int

  /// Where the carries of the slot's chunk begin, of which those of the slot are about to change.
  @inline(never)
  func base(_ slot: UInt32) -> UnsafeMutableRawPointer { table.touch(slot) + offset }
}
