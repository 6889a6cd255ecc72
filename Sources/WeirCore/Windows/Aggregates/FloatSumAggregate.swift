import WeirColumns

/// `sum` and `avg` of floats, in the order of the rows.
///
///     n x Double   sums
///     n x Int64    counts of values
///
/// A sum that is not finite is an error value in the result column. Not invertible: taking a large number out would leave its rounding behind.
final class FloatSumAggregate: Aggregate {
  private let slots: Int
  private let isAverage: Bool

  init(isAverage: Bool, slots: Int) {
    self.isAverage = isAverage
    self.slots = slots
  }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [8, 8] }

  @inline(__always)
  private func sums(_ region: Region) -> UnsafeMutablePointer<Double> {
    region.base.assumingMemoryBound(to: Double.self) + region.place
  }

  @inline(__always)
  private func counts(_ region: Region) -> UnsafeMutablePointer<Int64> {
    (region.base + slots * 8).assumingMemoryBound(to: Int64.self) + region.place
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    let doubles = argument.doubles
    let countOffset = slots * 8
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let base = regions.base(slot)
      let place = regions.place(slot)
      base.assumingMemoryBound(to: Double.self)[place] += doubles[Int(rows.rows[position])]
      (base + countOffset).assumingMemoryBound(to: Int64.self)[place] &+= 1
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    let from = sums(source)
    let to = sums(target)
    let fromCounts = counts(source)
    let toCounts = counts(target)
    for place in 0..<count {
      to[place] += from[place]
      toCounts[place] &+= fromCounts[place]
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("float sums are not invertible")
  }

  func release(_ region: Region, count: Int) {
    sums(region).update(repeating: 0, count: count)
    counts(region).update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let sums = base.assumingMemoryBound(to: Double.self)
    let counts = (base + slots * 8).assumingMemoryBound(to: Int64.self)
    let target = column.doubles + used
    column.markNulls(used: used, count: count) { counts[Int(places[$0])] == 0 }
    for position in 0..<count {
      let place = Int(places[position])
      target[position] = isAverage ? sums[place] / Double(max(counts[place], 1)) : sums[place]
    }
    for position in 0..<count where !target[position].isFinite {
      column.beginMarks(rows: used + count)
      column.marks[used + position] = RowMark.notFinite.rawValue
    }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    bytes.append(number: sums(region).pointee.bitPattern)
    bytes.append(number: counts(region).pointee)
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    sums(region).pointee += Double(bitPattern: try bytes.next(UInt64.self))
    counts(region).pointee &+= try bytes.next(Int64.self)
  }
}
