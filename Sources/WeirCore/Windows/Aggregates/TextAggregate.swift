import WeirColumns
import WeirExpressions

/// `min`, `max`, `first` and `last` of text and bytes, compared by bytes.
///
///     n x Cell    the value; no kind: there is none
///     n x Int64   first and last: the event time, complemented for `last`: the least wins
final class TextAggregate: Aggregate {
  private let slots: Int
  private let function: AggregateFunction
  private let hasTimes: Bool
  private let flip: Int64
  private let arenas: GroupArenas

  init(_ function: AggregateFunction, slots: Int, arenas: GroupArenas) {
    self.function = function
    self.slots = slots
    self.arenas = arenas
    hasTimes = function == .first || function == .last
    flip = function == .last ? -1 : 0
  }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { true }
  var columnWidths: [Int] { hasTimes ? [16, 8] : [16] }

  @inline(__always)
  private func cell(_ base: UnsafeMutableRawPointer, _ place: Int) -> UnsafeMutablePointer<Cell> {
    base.assumingMemoryBound(to: Cell.self) + place
  }

  @inline(__always)
  private func time(_ base: UnsafeMutableRawPointer, _ place: Int) -> UnsafeMutablePointer<Int64> {
    (base + slots &* 16).assumingMemoryBound(to: Int64.self) + place
  }

  /// True if a value of that (complemented) time takes the place of the one stored.
  @inline(__always)
  private func wins(
    _ bytes: UnsafeRawBufferPointer,
    _ newTime: Int64,
    _ base: UnsafeMutableRawPointer,
    _ place: Int
  ) -> Bool {
    let stored = cell(base, place)
    if stored.pointee.isNone { return true }
    if hasTimes {
      let storedTime = time(base, place).pointee
      if newTime != storedTime { return newTime < storedTime }
    }
    let order = compareBytes(bytes, arenas.bytes(stored))
    return function == .maximum ? order > 0 : order < 0
  }

  private func store(_ value: Cell, _ newTime: Int64, _ base: UnsafeMutableRawPointer, _ place: Int)
  {
    cell(base, place).pointee = value
    if hasTimes { time(base, place).pointee = newTime }
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    let offsets = argument.offsets
    let arena = UnsafeRawPointer(argument.arena)
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let row = Int(rows.rows[position])
      let start = arena + Int(offsets[row])
      let bytes = UnsafeRawBufferPointer(start: start, count: Int(offsets[row + 1] - offsets[row]))
      let base = regions.base(slot)
      let place = regions.place(slot)
      guard wins(bytes, times[row] ^ flip, base, place) else { continue }
      arenas.release(cell(base, place).pointee)
      let group = regions.group(slot)
      store(arenas.makeCell(start, bytes.count, group: group), times[row] ^ flip, base, place)
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    for index in 0..<count {
      let from = cell(source.base, source.place + index)
      guard !from.pointee.isNone else { continue }
      let fromTime = hasTimes ? time(source.base, source.place + index).pointee : 0
      let place = target.place + index
      guard wins(arenas.bytes(from), fromTime, target.base, place) else { continue }
      guard target.group != arenas.scratchGroup else {
        store(from.pointee, fromTime, target.base, place)
        continue
      }
      arenas.release(cell(target.base, place).pointee)
      store(copy(from, target.group), fromTime, target.base, place)
    }
  }

  private func copy(_ source: UnsafePointer<Cell>, _ group: Int) -> Cell {
    guard source.pointee.isLong else { return source.pointee }
    return arenas.makeCell(
      UnsafeRawPointer(arenas.pointer(source.pointee.low)),
      source.pointee.count,
      group: group
    )
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("extremes are not invertible")
  }

  func release(_ region: Region, count: Int) {
    for place in region.place..<region.place + count {
      let cell = cell(region.base, place)
      arenas.release(cell.pointee)
      cell.pointee = .none
      if hasTimes { time(region.base, place).pointee = 0 }
    }
  }

  func claim(_ region: Region, count: Int, _ claims: ArenaClaims) -> Bool {
    (region.place..<region.place + count).allSatisfy { place in
      claims.claim(cell(region.base, place).pointee, group: region.group)
    }
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let cells = base.assumingMemoryBound(to: Cell.self)
    for position in 0..<count {
      let cell = cells + Int(places[position])
      if cell.pointee.isNone {
        column.appendNull(at: used + position)
      } else {
        column.append(bytes: arenas.bytes(cell), at: used + position)
      }
    }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    let cell = cell(region.base, region.place)
    bytes.append(cell.pointee.isNone ? 0 : 1)
    guard !cell.pointee.isNone else { return }
    if hasTimes { bytes.append(number: time(region.base, region.place).pointee) }
    bytes.append(piece: arenas.bytes(cell))
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    guard try bytes.next(UInt8.self) != 0 else { return }
    let newTime = hasTimes ? try bytes.next(Int64.self) : 0
    var text = Array(try bytes.nextPiece())
    let count = text.count
    // Cells are made from 16 readable bytes.
    text.append(contentsOf: repeatElement(0, count: 16))
    text.withUnsafeBytes { padded in
      guard let start = padded.baseAddress else { return }
      let value = UnsafeRawBufferPointer(start: start, count: count)
      guard wins(value, newTime, region.base, region.place) else { return }
      arenas.release(cell(region.base, region.place).pointee)
      store(
        arenas.makeCell(start, count, group: region.group),
        newTime,
        region.base,
        region.place
      )
    }
  }
}
