import WeirColumns

/// `stddev` of floats, by the updates of Welford and the merges of Chan, Golub and LeVeque (1979).
///
///     n x Double   means
///     n x Double   sums of squared differences from the mean
///     n x Int64    counts of values
final class FloatDeviationAggregate: Aggregate {
  private let slots: Int

  init(slots: Int) { self.slots = slots }

  var isInvertible: Bool { false }
  var ownsBytes: Bool { false }
  var columnWidths: [Int] { [8, 8, 8] }

  /// The state of one slot.
  private struct Moments {
    var mean: UnsafeMutablePointer<Double>
    var squares: UnsafeMutablePointer<Double>
    var count: UnsafeMutablePointer<Int64>

    @inline(__always)
    func add(_ value: Double) {
      count.pointee &+= 1
      let before = value - mean.pointee
      mean.pointee += before / Double(count.pointee)
      squares.pointee += before * (value - mean.pointee)
    }

    @inline(__always)
    func merge(_ otherMean: Double, _ otherSquares: Double, _ otherCount: Int64) {
      guard otherCount > 0 else { return }
      let total = Double(count.pointee &+ otherCount)
      let distance = otherMean - mean.pointee
      let weight = Double(otherCount) / total
      squares.pointee += otherSquares + distance * distance * Double(count.pointee) * weight
      mean.pointee += distance * weight
      count.pointee &+= otherCount
    }
  }

  @inline(__always)
  private func moments(_ base: UnsafeMutableRawPointer, _ place: Int) -> Moments {
    Moments(
      mean: base.assumingMemoryBound(to: Double.self) + place,
      squares: (base + slots &* 8).assumingMemoryBound(to: Double.self) + place,
      count: (base + slots &* 16).assumingMemoryBound(to: Int64.self) + place
    )
  }

  func add(_ rows: SlotRows, _ argument: Column, _ times: UnsafePointer<Int64>, _ regions: Regions)
  {
    let doubles = argument.doubles
    for position in 0..<rows.count {
      let slot = rows.slots[position]
      moments(regions.base(slot), regions.place(slot)).add(doubles[Int(rows.rows[position])])
    }
  }

  func merge(_ source: Region, into target: Region, count: Int) {
    for place in 0..<count {
      let from = moments(source.base, source.place + place)
      moments(target.base, target.place + place)
        .merge(from.mean.pointee, from.squares.pointee, from.count.pointee)
    }
  }

  func subtract(_ source: Region, from target: Region, count: Int) {
    preconditionFailure("float moments are not invertible")
  }

  func release(_ region: Region, count: Int) {
    let first = moments(region.base, region.place)
    first.mean.update(repeating: 0, count: count)
    first.squares.update(repeating: 0, count: count)
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
    for position in 0..<count {
      let moments = moments(base, Int(places[position]))
      let count = moments.count.pointee
      let variance = count < 2 ? 0 : max(moments.squares.pointee, 0) / Double(count &- 1)
      column.doubles[used + position] = variance.squareRoot()
    }
    for position in 0..<count where !column.doubles[used + position].isFinite {
      column.beginMarks(rows: used + count)
      column.marks[used + position] = RowMark.notFinite.rawValue
    }
    return nil
  }

  func encode(_ region: Region, into bytes: inout [UInt8]) {
    let moments = moments(region.base, region.place)
    bytes.append(number: moments.mean.pointee.bitPattern)
    bytes.append(number: moments.squares.pointee.bitPattern)
    bytes.append(number: moments.count.pointee)
  }

  func decode(_ bytes: inout StateReader, into region: Region) throws(WeirError) {
    let mean = Double(bitPattern: try bytes.next(UInt64.self))
    let squares = Double(bitPattern: try bytes.next(UInt64.self))
    let count = try bytes.next(Int64.self)
    moments(region.base, region.place).merge(mean, squares, count)
  }
}
