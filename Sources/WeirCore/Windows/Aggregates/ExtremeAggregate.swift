import WeirColumns

/// `min` and `max` of numbers, times and bools.
///
///     n x Int64   the value as an ordered word, complemented for `max`: the least wins
///     n x UInt8   1: there is a value
final class ExtremeAggregate: Aggregate {
  private let slots: Int
  private let flip: Int64
  private var ordered: [Int64] = []

  init(isMaximum: Bool, slots: Int) {
    flip = isMaximum ? -1 : 0
    self.slots = slots
  }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [8, 1] }

  @inline(__always)
  private func values(_ region: Region) -> UnsafeMutablePointer<Int64> {
    region.base.assumingMemoryBound(to: Int64.self) + region.place
  }

  @inline(__always)
  private func seen(_ region: Region) -> UnsafeMutablePointer<UInt8> {
    (region.base + slots * 8).assumingMemoryBound(to: UInt8.self) + region.place
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    ordered.reserve(rows.count)
    ordered.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      OrderedWord.gather(argument, rows.rows, rows.count, into: words)
      add(rows, words, regions)
    }
  }

  private func add(_ rows: SlotRows, _ words: UnsafePointer<Int64>, _ regions: Regions) {
    let seenOffset = slots * 8
    let flip = flip
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let base = regions.base(slot)
      let place = regions.place(slot)
      let values = base.assumingMemoryBound(to: Int64.self)
      let seen = (base + seenOffset).assumingMemoryBound(to: UInt8.self)
      let value = words[position] ^ flip
      if seen[place] == 0 || value < values[place] {
        values[place] = value
        seen[place] = 1
      }
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    let from = values(source)
    let fromSeen = seen(source)
    let to = values(target)
    let toSeen = seen(target)
    for place in 0..<count where fromSeen[place] != 0 {
      if toSeen[place] == 0 || from[place] < to[place] {
        to[place] = from[place]
        toSeen[place] = 1
      }
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("extremes are not invertible")
  }

  func release(_ region: Region, count: Int) {
    values(region).update(repeating: 0, count: count)
    seen(region).update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let values = base.assumingMemoryBound(to: Int64.self)
    let seen = (base + slots * 8).assumingMemoryBound(to: UInt8.self)
    column.markNulls(used: used, count: count) { seen[Int(places[$0])] == 0 }
    for position in 0..<count {
      OrderedWord.store(values[Int(places[position])] ^ flip, into: column, at: used + position)
    }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    bytes.append(seen(region).pointee)
    bytes.append(number: values(region).pointee)
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    let isSeen = try bytes.next(UInt8.self)
    let value = try bytes.next(Int64.self)
    guard isSeen != 0, seen(region).pointee == 0 || value < values(region).pointee else { return }
    values(region).pointee = value
    seen(region).pointee = 1
  }
}

extension [Int64] {
  /// Makes the array at least so long.
  mutating func reserve(_ count: Int) {
    if self.count < count { append(contentsOf: repeatElement(0, count: count - self.count)) }
  }
}
