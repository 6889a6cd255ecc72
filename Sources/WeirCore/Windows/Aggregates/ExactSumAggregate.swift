import WeirColumns

/// `sum` and `avg` of whole numbers (int, decimal, duration), exact in 128 bits.
///
///     n x Int128   sums: 2^64 values of 64 bits fit
///     n x Int64    counts of values
///
/// In panes:
///
///     n x Int64    sums, as far as 64 bits hold them
///     n x UInt16   counts of values, as `NarrowCount`
///
/// with carries of n x Int64, how often the sum went over 64 bits (less how often under), and n x
/// Int64, those of the counts. Whether a sum fits its type is asked only of results, so no total overflows that a window does
/// not.
final class ExactSumAggregate: Aggregate {
  /// What the sum becomes.
  enum Result {
    case sum
    /// The quotient as a float, the sum being scaled by that power of ten.
    case average(scale: Int)
    /// The quotient as a whole number, rounded half away from zero.
    case wholeAverage
  }

  private let slots: Int
  private let kind: Result

  init(_ kind: Result, slots: Int) {
    self.kind = kind
    self.slots = slots
  }

  var isInvertible: Bool { true }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [16, 8] }
  var narrowWidths: [Int] { [8, 2] }
  var carryWidths: [Int] { [8, 8] }

  @inline(__always)
  private func sums(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int128> {
    base.assumingMemoryBound(to: Int128.self)
  }

  @inline(__always)
  private func counts(_ base: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int64> {
    (base + slots * 16).assumingMemoryBound(to: Int64.self)
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    let words = argument.words
    let countOffset = slots * 16
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let base = regions.base(slot)
      let place = regions.place(slot)
      base.assumingMemoryBound(to: Int128.self)[place] &+= Int128(words[Int(rows.rows[position])])
      (base + countOffset).assumingMemoryBound(to: Int64.self)[place] &+= 1
    }
  }

  func addNarrow(
    _ rows: SlotRows,
    _ argument: Column,
    _ times: UnsafePointer<Int64>,
    _ regions: Regions,
    _ carries: Carries
  ) {
    let words = argument.words
    let slots = slots
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let base = regions.base(slot)
      let place = regions.place(slot)
      let value = words[Int(rows.rows[position])]
      let sum = base.assumingMemoryBound(to: Int64.self) + place
      let (total, overflowed) = sum.pointee.addingReportingOverflow(value)
      sum.pointee = total
      if overflowed {
        carries.base(slot).assumingMemoryBound(to: Int64.self)[place] &+= value < 0 ? -1 : 1
      }
      let counts = (base + slots &* 8).assumingMemoryBound(to: UInt16.self)
      NarrowCount.increment(counts + place) {
        (carries.base(slot) + slots &* 8).assumingMemoryBound(to: Int64.self) + place
      }
    }
  }

  func mergeNarrow(_ source: Region, _ rows: SlotRows, _ regions: Regions, _ carries: Carries) {
    let from = sums(source.base) + source.place
    let fromCounts = counts(source.base) + source.place
    for position in 0..<rows.count where fromCounts[position] > 0 {
      let slot = rows.slots[position]
      let base = regions.base(slot)
      let place = regions.place(slot)
      let sum = base.assumingMemoryBound(to: Int64.self) + place
      let total = Int128(sum.pointee) &+ from[position]
      sum.pointee = Int64(truncatingIfNeeded: total)
      let over = (total &- Int128(sum.pointee)) >> 64
      if over != 0 {
        carries.base(slot).assumingMemoryBound(to: Int64.self)[place] &+=
          Int64(truncatingIfNeeded: over)
      }
      let counts = (base + slots &* 8).assumingMemoryBound(to: UInt16.self)
      NarrowCount.add(fromCounts[position], to: counts + place) {
        (carries.base(slot) + slots &* 8).assumingMemoryBound(to: Int64.self) + place
      }
    }
  }

  func widen(_ source: Region, _ carries: Region?, into target: Region, count: Int) {
    let from = source.base.assumingMemoryBound(to: Int64.self) + source.place
    let to = sums(target.base) + target.place
    for place in 0..<count { to[place] &+= Int128(from[place]) }
    if let carries {
      let over = carries.base.assumingMemoryBound(to: Int64.self) + carries.place
      for place in 0..<count { to[place] &+= Int128(over[place]) << 64 }
    }
    NarrowCount.widen(
      narrowCounts(source),
      carries.map(carriedCounts),
      into: counts(target.base) + target.place,
      count: count
    )
  }

  func takeOut(_ source: Region, _ carries: Region?, of target: Region, count: Int) {
    let from = source.base.assumingMemoryBound(to: Int64.self) + source.place
    let to = sums(target.base) + target.place
    for place in 0..<count { to[place] &-= Int128(from[place]) }
    if let carries {
      let over = carries.base.assumingMemoryBound(to: Int64.self) + carries.place
      for place in 0..<count { to[place] &-= Int128(over[place]) << 64 }
    }
    NarrowCount.takeOut(
      narrowCounts(source),
      carries.map(carriedCounts),
      of: counts(target.base) + target.place,
      count: count
    )
  }

  private func narrowCounts(_ region: Region) -> UnsafePointer<UInt16> {
    UnsafePointer((region.base + slots * 8).assumingMemoryBound(to: UInt16.self)) + region.place
  }

  private func carriedCounts(_ region: Region) -> UnsafePointer<Int64> {
    UnsafePointer((region.base + slots * 8).assumingMemoryBound(to: Int64.self)) + region.place
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    let from = sums(source.base) + source.place
    let to = sums(target.base) + target.place
    for place in 0..<count { to[place] &+= from[place] }
    CountAggregate.addWords(counted(source), into: counted(target), count: count)
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    let from = sums(source.base) + source.place
    let to = sums(target.base) + target.place
    for place in 0..<count { to[place] &-= from[place] }
    CountAggregate.subtractWords(counted(source), from: counted(target), count: count)
  }

  private func counted(_ region: Region) -> Region {
    var region = region
    region.base += slots * 16
    return region
  }

  func release(_ region: Region, count: Int) {
    (sums(region.base) + region.place).update(repeating: 0, count: count)
    (counts(region.base) + region.place).update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let sums = base.assumingMemoryBound(to: Int128.self)
    let counts = (base + slots * 16).assumingMemoryBound(to: Int64.self)
    column.markNulls(used: used, count: count) { counts[Int(places[$0])] == 0 }
    switch kind {
    case .sum:
      let target = column.words + used
      for position in 0..<count {
        let sum = sums[Int(places[position])]
        target[position] = Int64(truncatingIfNeeded: sum)
        if Int128(target[position]) != sum { return position }
      }
    case .average(let scale):
      let target = column.doubles + used
      let power = Double(powerOfTen(scale))
      for position in 0..<count {
        let place = Int(places[position])
        target[position] = Double(sums[place]) / (Double(max(counts[place], 1)) * power)
      }
    case .wholeAverage:
      let target = column.words + used
      for position in 0..<count {
        let place = Int(places[position])
        target[position] = Self.quotient(sums[place], max(counts[place], 1))
      }
    }
    return nil
  }

  private static func quotient(_ sum: Int128, _ count: Int64) -> Int64 {
    let (quotient, rest) = sum.quotientAndRemainder(dividingBy: Int128(count))
    let isUp = rest.magnitude * 2 >= UInt128(count)
    return Int64(truncatingIfNeeded: isUp ? quotient + sum.signum() : quotient)
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    bytes.append(number: sums(region.base)[region.place])
    bytes.append(number: counts(region.base)[region.place])
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    sums(region.base)[region.place] &+= try bytes.next(Int128.self)
    counts(region.base)[region.place] &+= try bytes.next(Int64.self)
  }
}

/// 10 to the power of a decimal's scale.
func powerOfTen(_ scale: Int) -> Int64 {
  (0..<scale).reduce(1) { power, _ in power * 10 }
}
