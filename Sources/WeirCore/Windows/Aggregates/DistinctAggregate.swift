import Glibc
import WeirColumns

/// `count_distinct`: the set of values of each slot and pane, exactly.
///
///     n x UInt64   reference to the set's cells; 0: no set
///     n x UInt32   values in the set
///     n x UInt32   places of the set, a power of two
///
/// A set is an open-addressing table of cells, at most three quarters full. Sets of scratch borrow
/// the bytes of long values.
final class DistinctAggregate: Aggregate {
  private let slots: Int
  private let arenas: GroupArenas
  private let isText: Bool
  private var ordered: [Int64] = []

  private static let firstCapacity = 4

  init(_ type: ColumnType, slots: Int, arenas: GroupArenas) {
    isText = type.layout == .variable
    self.slots = slots
    self.arenas = arenas
  }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { true }
  var columnWidths: [Int] { [8, 4, 4] }

  /// The state of one slot.
  private struct ValueSet {
    var cells: UnsafeMutablePointer<UInt64>
    var count: UnsafeMutablePointer<UInt32>
    var capacity: UnsafeMutablePointer<UInt32>
  }

  @inline(__always)
  private func set(_ base: UnsafeMutableRawPointer, _ place: Int) -> ValueSet {
    ValueSet(
      cells: base.assumingMemoryBound(to: UInt64.self) + place,
      count: (base + slots &* 8).assumingMemoryBound(to: UInt32.self) + place,
      capacity: (base + slots &* 12).assumingMemoryBound(to: UInt32.self) + place
    )
  }

  private func cells(_ set: ValueSet) -> UnsafeMutablePointer<Cell> {
    arenas.pointer(set.cells.pointee).assumingMemoryBound(to: Cell.self)
  }

  // MARK: Sets

  private func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    return Int(truncatingIfNeeded: KeyHash.bytes(start, bytes.count, KeyHash.defaultSeed))
  }

  /// Puts in the value of a cell; `own` makes the cell that is stored, if the value is new.
  private func insert(
    _ bytes: UnsafeRawBufferPointer,
    into set: ValueSet,
    group: Int,
    own: () -> Cell
  ) {
    if (set.count.pointee + 1) * 4 > set.capacity.pointee * 3 { grow(set, group) }
    let cells = cells(set)
    let mask = Int(set.capacity.pointee) - 1
    var place = hash(bytes) & mask
    while !cells[place].isNone {
      if compareBytes(arenas.bytes(cells + place), bytes) == 0 { return }
      place = (place + 1) & mask
    }
    arenas.arena(group).touch(set.cells.pointee, at: place * 16, 16)
    // Making a cell may need a new chunk, but never moves the cells of a set.
    cells[place] = own()
    set.count.pointee += 1
  }

  private func grow(_ set: ValueSet, _ group: Int) {
    let arena = arenas.arena(group)
    let old = Int(set.capacity.pointee)
    let capacity = max(old * 2, Self.firstCapacity)
    let reference = arena.allocate(capacity * 16)
    let target = arena.pointer(reference).assumingMemoryBound(to: Cell.self)
    target.update(repeating: .none, count: capacity)
    if old > 0 {
      let source = cells(set)
      for index in 0..<old where !source[index].isNone {
        var place = hash(arenas.bytes(source + index)) & (capacity - 1)
        while !target[place].isNone { place = (place + 1) & (capacity - 1) }
        target[place] = source[index]
      }
      arena.release(set.cells.pointee, old * 16)
    }
    set.cells.pointee = reference
    set.capacity.pointee = UInt32(capacity)
  }

  // MARK: Kernels

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    guard !isText else {
      addText(rows, argument, regions)
      return
    }
    ordered.reserve(rows.count)
    ordered.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      OrderedWord.gather(argument, rows.rows, rows.count, into: words)
    }
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      withUnsafePointer(to: Cell.word(ordered[position])) { cell in
        insert(
          arenas.bytes(cell),
          into: set(regions.base(slot), regions.place(slot)),
          group: regions.group(slot)
        ) { cell.pointee }
      }
    }
  }

  private func addText(_ rows: SlotRows, _ argument: Column, _ regions: Regions) {
    let offsets = argument.offsets
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let row = Int(rows.rows[position])
      let start = UnsafeRawPointer(argument.arena + Int(offsets[row]))
      let count = Int(offsets[row + 1] - offsets[row])
      let group = regions.group(slot)
      insert(
        UnsafeRawBufferPointer(start: start, count: count),
        into: set(regions.base(slot), regions.place(slot)),
        group: group
      ) { arenas.makeCell(start, count, group: group) }
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    for index in 0..<count {
      let from = set(source.base, source.place + index)
      guard from.count.pointee > 0 else { continue }
      let to = set(target.base, target.place + index)
      let values = cells(from)
      for place in 0..<Int(from.capacity.pointee) where !values[place].isNone {
        let bytes = arenas.bytes(values + place)
        insert(bytes, into: to, group: target.group) {
          guard values[place].isLong, target.group != arenas.scratchGroup,
            let start = bytes.baseAddress
          else { return values[place] }
          return arenas.makeCell(start, bytes.count, group: target.group)
        }
      }
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("sets are not invertible")
  }

  func release(_ region: Region, count: Int) {
    for place in region.place..<region.place + count {
      let set = set(region.base, place)
      let capacity = Int(set.capacity.pointee)
      guard capacity > 0 else { continue }
      if isText {
        let values = cells(set)
        for index in 0..<capacity { arenas.release(values[index]) }
      }
      arenas.arena(region.group)
        .release(set.cells.pointee, capacity * 16)
      set.cells.pointee = 0
      set.count.pointee = 0
      set.capacity.pointee = 0
    }
  }

  func claim(_ region: Region, count: Int, _ claims: ArenaClaims) -> Bool {
    (region.place..<region.place + count).allSatisfy { place in
      claim(set(region.base, place), region.group, claims)
    }
  }

  private func claim(_ set: ValueSet, _ group: Int, _ claims: ArenaClaims) -> Bool {
    let (count, capacity) = (Int(set.count.pointee), Int(set.capacity.pointee))
    guard capacity > 0 else { return count == 0 && set.cells.pointee == 0 }
    // There is always a free place, or whoever seeks a value would never come to an end.
    guard capacity >= Self.firstCapacity, capacity & (capacity - 1) == 0,
      count * 4 <= capacity * 3,
      claims.claim(set.cells.pointee, count: capacity * 16, group: group)
    else { return false }
    let values = cells(set)
    var found = 0
    for place in 0..<capacity where !values[place].isNone {
      found += 1
      let isValue = isText || !values[place].isLong && values[place].count == 8
      guard isValue, claims.claim(values[place], group: group) else { return false }
    }
    return found == count
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let counts = (base + slots * 8).assumingMemoryBound(to: UInt32.self)
    for position in 0..<count {
      column.words[used + position] = Int64(counts[Int(places[position])])
    }
    column.markNulls(used: used, count: count) { _ in false }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    let set = set(region.base, region.place)
    bytes.append(number: set.count.pointee)
    guard set.count.pointee > 0 else { return }
    let values = cells(set)
    for place in 0..<Int(set.capacity.pointee) where !values[place].isNone {
      bytes.append(piece: arenas.bytes(values + place))
    }
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    for _ in 0..<(try bytes.next(UInt32.self)) {
      var value = Array(try bytes.nextPiece())
      let count = value.count
      // Cells and hashes are made from 16 readable bytes.
      value.append(contentsOf: repeatElement(0, count: 16))
      value.withUnsafeBytes { padded in
        guard let start = padded.baseAddress else { return }
        insert(
          UnsafeRawBufferPointer(start: start, count: count),
          into: set(region.base, region.place),
          group: region.group
        ) { arenas.makeCell(start, count, group: region.group) }
      }
    }
  }
}
