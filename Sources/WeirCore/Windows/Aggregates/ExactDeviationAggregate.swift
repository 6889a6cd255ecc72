import WeirColumns

/// `stddev` of whole numbers: exact sums of values and squares, so that no order matters.
///
///     n x Int128    sums
///     n x UInt128   sums of squares, the low 128 bits
///     n x UInt64    sums of squares, the bits above
///     n x Int64     counts of values
final class ExactDeviationAggregate: Aggregate {
  private let slots: Int
  private let scale: Int

  /// For decimals the values are scaled by that power of ten.
  init(scale: Int, slots: Int) {
    self.scale = scale
    self.slots = slots
  }

  var isInvertible: Bool { true }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [16, 16, 8, 8] }

  /// The state of one slot.
  private struct Moments {
    var sum: UnsafeMutablePointer<Int128>
    var low: UnsafeMutablePointer<UInt128>
    var high: UnsafeMutablePointer<UInt64>
    var count: UnsafeMutablePointer<Int64>

    @inline(__always)
    func add(_ newSum: Int128, _ newLow: UInt128, _ newHigh: UInt64, _ newCount: Int64) {
      sum.pointee &+= newSum
      let (total, carry) = low.pointee.addingReportingOverflow(newLow)
      low.pointee = total
      high.pointee = high.pointee &+ newHigh &+ (carry ? 1 : 0)
      count.pointee &+= newCount
    }

    @inline(__always)
    func subtract(_ other: Moments) {
      sum.pointee &-= other.sum.pointee
      let (total, borrow) = low.pointee.subtractingReportingOverflow(other.low.pointee)
      low.pointee = total
      high.pointee = high.pointee &- other.high.pointee &- (borrow ? 1 : 0)
      count.pointee &-= other.count.pointee
    }
  }

  @inline(__always)
  private func moments(_ base: UnsafeMutableRawPointer, _ place: Int) -> Moments {
    Moments(
      sum: base.assumingMemoryBound(to: Int128.self) + place,
      low: (base + slots &* 16).assumingMemoryBound(to: UInt128.self) + place,
      high: (base + slots &* 32).assumingMemoryBound(to: UInt64.self) + place,
      count: (base + slots &* 40).assumingMemoryBound(to: Int64.self) + place
    )
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    let words = argument.words
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      let value = words[Int(rows.rows[position])]
      let square = UInt128(value.magnitude) &* UInt128(value.magnitude)
      moments(regions.base(slot), regions.place(slot)).add(Int128(value), square, 0, 1)
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    for place in 0..<count {
      let from = moments(source.base, source.place + place)
      moments(target.base, target.place + place).add(
        from.sum.pointee,
        from.low.pointee,
        from.high.pointee,
        from.count.pointee
      )
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    for place in 0..<count {
      moments(target.base, target.place + place)
        .subtract(moments(source.base, source.place + place))
    }
  }

  func release(_ region: Region, count: Int) {
    let first = moments(region.base, region.place)
    first.sum.update(repeating: 0, count: count)
    first.low.update(repeating: 0, count: count)
    first.high.update(repeating: 0, count: count)
    first.count.update(repeating: 0, count: count)
  }

  func result(
    _ base: UnsafeRawPointer,
    _ places: UnsafePointer<UInt16>,
    _ count: Int,
    into column: Column,
    used: Int
  ) -> Int? {
    let base = UnsafeMutableRawPointer(mutating: base)
    column.markNulls(used: used, count: count) {
      moments(base, Int(places[$0])).count.pointee < 2
    }
    let power = Double(powerOfTen(scale))
    for position in 0..<count {
      let moments = moments(base, Int(places[position]))
      column.doubles[used + position] =
        moments.count.pointee < 2 ? 0 : Self.deviation(moments) / power
    }
    return nil
  }

  /// The root of (n x sum of squares - square of sum) / (n (n - 1)), the numerator in 256 bits.
  private static func deviation(_ moments: Moments) -> Double {
    let count = UInt128(moments.count.pointee)
    var (high, low) = moments.low.pointee.multipliedFullWidth(by: count)
    high &+= UInt128(moments.high.pointee) &* count
    let magnitude = moments.sum.pointee.magnitude
    let square = magnitude.multipliedFullWidth(by: magnitude)
    let (difference, borrow) = low.subtractingReportingOverflow(square.low)
    low = difference
    high = high &- square.high &- (borrow ? 1 : 0)
    let numerator = Double(high) * 0x1p128 + Double(low)
    return (numerator / (Double(count) * Double(count - 1))).squareRoot()
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    let moments = moments(region.base, region.place)
    bytes.append(number: moments.sum.pointee)
    bytes.append(number: moments.low.pointee)
    bytes.append(number: moments.high.pointee)
    bytes.append(number: moments.count.pointee)
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    let sum = try bytes.next(Int128.self)
    let low = try bytes.next(UInt128.self)
    let high = try bytes.next(UInt64.self)
    let count = try bytes.next(Int64.self)
    moments(region.base, region.place).add(sum, low, high, count)
  }
}
