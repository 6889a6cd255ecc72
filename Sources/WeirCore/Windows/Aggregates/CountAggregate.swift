import WeirColumns

/// `count(x)`, and `count()` with a filter: how many rows.
///
///     n x Int64    whole
///     n x UInt16   narrow, as `NarrowCount`, with n x Int64 carries
final class CountAggregate: Aggregate {
  private let slots: Int

  init(slots: Int) { self.slots = slots }

  var isInvertible: Bool { true }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [8] }
  var narrowWidths: [Int] { [2] }
  var carryWidths: [Int] { [8] }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    add(rows, regions)
  }

  /// Counts rows; no column is needed.
  func add(_ rows: SlotRows, _ regions: Regions) {
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let counts = regions.base(slot).assumingMemoryBound(to: Int64.self)
      counts[regions.place(slot)] &+= 1
    }
  }

  func addNarrow(
    _ rows: SlotRows,
    _ argument: Column,
    _ times: UnsafePointer<Int64>,
    _ regions: Regions,
    _ carries: Carries
  ) {
    addNarrow(rows, regions, carries)
  }

  /// Counts rows in narrow columns; no column is needed.
  func addNarrow(_ rows: SlotRows, _ regions: Regions, _ carries: Carries) {
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let place = regions.place(slot)
      let counts = regions.base(slot).assumingMemoryBound(to: UInt16.self)
      NarrowCount.increment(counts + place) {
        carries.base(slot).assumingMemoryBound(to: Int64.self) + place
      }
    }
  }

  func mergeNarrow(_ source: Region, _ rows: SlotRows, _ regions: Regions, _ carries: Carries) {
    let from = source.base.assumingMemoryBound(to: Int64.self) + source.place
    for position in 0..<rows.count where from[position] > 0 {
      let slot = rows.slots[position]
      let place = regions.place(slot)
      let counts = regions.base(slot).assumingMemoryBound(to: UInt16.self)
      NarrowCount.add(from[position], to: counts + place) {
        carries.base(slot).assumingMemoryBound(to: Int64.self) + place
      }
    }
  }

  func widen(_ source: Region, _ carries: Region?, into target: Region, count: Int) {
    NarrowCount.widen(
      source.base.assumingMemoryBound(to: UInt16.self) + source.place,
      carries.map { UnsafePointer($0.base.assumingMemoryBound(to: Int64.self)) + $0.place },
      into: target.base.assumingMemoryBound(to: Int64.self) + target.place,
      count: count
    )
  }

  func takeOut(_ source: Region, _ carries: Region?, of target: Region, count: Int) {
    NarrowCount.takeOut(
      source.base.assumingMemoryBound(to: UInt16.self) + source.place,
      carries.map { UnsafePointer($0.base.assumingMemoryBound(to: Int64.self)) + $0.place },
      of: target.base.assumingMemoryBound(to: Int64.self) + target.place,
      count: count
    )
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    Self.addWords(source, into: target, count: count)
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    Self.subtractWords(source, from: target, count: count)
  }

  func release(_ region: Region, count: Int) {
    (region.base.assumingMemoryBound(to: Int64.self) + region.place)
      .update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let counts = base.assumingMemoryBound(to: Int64.self)
    let target = column.words + used
    for position in 0..<count { target[position] = counts[Int(places[position])] }
    column.markNulls(used: used, count: count) { _ in false }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    bytes.append(number: region.base.assumingMemoryBound(to: Int64.self)[region.place])
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    region.base.assumingMemoryBound(to: Int64.self)[region.place] &+= try bytes.next(Int64.self)
  }

  /// Adds columns of numbers; also for the counts of rows that every pane keeps.
  static func addWords(_ source: Region, into target: Region, count: Int) {
    let from = source.base.assumingMemoryBound(to: Int64.self) + source.place
    let to = target.base.assumingMemoryBound(to: Int64.self) + target.place
    for place in 0..<count { to[place] &+= from[place] }
  }

  /// Takes a column of numbers out of another.
  static func subtractWords(_ source: Region, from target: Region, count: Int) {
    let from = source.base.assumingMemoryBound(to: Int64.self) + source.place
    let to = target.base.assumingMemoryBound(to: Int64.self) + target.place
    for place in 0..<count { to[place] &-= from[place] }
  }
}
