import WeirColumns

/// `first` and `last` of numbers, times and bools.
///
///     n x Int64   the event time, complemented for `last`: the least wins
///     n x Int64   the value as an ordered word: the least wins among equal times
///     n x UInt8   1: there is a value
final class EdgeAggregate: Aggregate {
  private let slots: Int
  private let flip: Int64
  private var ordered: [Int64] = []

  init(isLast: Bool, slots: Int) {
    flip = isLast ? -1 : 0
    self.slots = slots
  }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [8, 8, 1] }

  /// The state of one slot.
  private struct Edge {
    var time: UnsafeMutablePointer<Int64>
    var value: UnsafeMutablePointer<Int64>
    var seen: UnsafeMutablePointer<UInt8>

    @inline(__always)
    func take(_ newTime: Int64, _ newValue: Int64) {
      guard seen.pointee == 0 || (newTime, newValue) < (time.pointee, value.pointee) else { return }
      time.pointee = newTime
      value.pointee = newValue
      seen.pointee = 1
    }
  }

  @inline(__always)
  private func edge(_ base: UnsafeMutableRawPointer, _ place: Int) -> Edge {
    Edge(
      time: base.assumingMemoryBound(to: Int64.self) + place,
      value: (base + slots &* 8).assumingMemoryBound(to: Int64.self) + place,
      seen: (base + slots &* 16).assumingMemoryBound(to: UInt8.self) + place
    )
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    ordered.reserve(rows.count)
    ordered.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      OrderedWord.gather(argument, rows.rows, rows.count, into: words)
      for position in 0..<rows.count {
        let slot = rows.slots[position]
        edge(regions.base(slot), regions.place(slot))
          .take(times[Int(rows.rows[position])] ^ flip, words[position])
      }
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    for place in 0..<count {
      let from = edge(source.base, source.place + place)
      guard from.seen.pointee != 0 else { continue }
      edge(target.base, target.place + place).take(from.time.pointee, from.value.pointee)
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("first and last are not invertible")
  }

  func release(_ region: Region, count: Int) {
    let first = edge(region.base, region.place)
    first.time.update(repeating: 0, count: count)
    first.value.update(repeating: 0, count: count)
    first.seen.update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let values = (base + slots * 8).assumingMemoryBound(to: Int64.self)
    let seen = (base + slots * 16).assumingMemoryBound(to: UInt8.self)
    column.markNulls(used: used, count: count) { seen[Int(places[$0])] == 0 }
    for position in 0..<count {
      OrderedWord.store(values[Int(places[position])], into: column, at: used + position)
    }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    let edge = edge(region.base, region.place)
    bytes.append(edge.seen.pointee)
    bytes.append(number: edge.time.pointee)
    bytes.append(number: edge.value.pointee)
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    let isSeen = try bytes.next(UInt8.self)
    let time = try bytes.next(Int64.self)
    let value = try bytes.next(Int64.self)
    guard isSeen != 0 else { return }
    edge(region.base, region.place).take(time, value)
  }
}
