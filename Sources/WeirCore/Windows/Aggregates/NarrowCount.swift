/// Counts in 16 bits a slot, and what does not fit them in 64 bits apart.
///
/// A count is its 16 bits and 65,535 times its carry. The 16 bits go from 65,535 to 1, so they are
/// zero only for a count of zero.
enum NarrowCount {
  /// What a carry stands for.
  static let unit: Int64 = 65_535

  /// Counts once more; `carry` is asked for the carry of the slot when the 16 bits are full.
  @inline(__always)
  static func increment(
    _ count: UnsafeMutablePointer<UInt16>,
    carry: () -> UnsafeMutablePointer<Int64>
  ) {
    if count.pointee == .max {
      carry().pointee &+= 1
      count.pointee = 0
    }
    count.pointee &+= 1
  }

  /// Counts so many times more; `carry` is asked for the carry of the slot when the 16 bits are full.
  @inline(__always)
  static func add(
    _ number: Int64,
    to count: UnsafeMutablePointer<UInt16>,
    carry: () -> UnsafeMutablePointer<Int64>
  ) {
    let total = Int64(count.pointee) &+ number
    guard total > unit else {
      count.pointee = UInt16(truncatingIfNeeded: total)
      return
    }
    carry().pointee &+= (total &- 1) / unit
    count.pointee = UInt16(truncatingIfNeeded: (total &- 1) % unit &+ 1)
  }

  /// Adds `count` counts, with their carries if they have any, to whole ones.
  static func widen(
    _ counts: UnsafePointer<UInt16>,
    _ carries: UnsafePointer<Int64>?,
    into target: UnsafeMutablePointer<Int64>,
    count: Int
  ) {
    for place in 0..<count { target[place] &+= Int64(counts[place]) }
    guard let carries else { return }
    for place in 0..<count { target[place] &+= carries[place] &* unit }
  }

  /// Takes `count` counts, with their carries if they have any, out of whole ones.
  static func takeOut(
    _ counts: UnsafePointer<UInt16>,
    _ carries: UnsafePointer<Int64>?,
    of target: UnsafeMutablePointer<Int64>,
    count: Int
  ) {
    for place in 0..<count { target[place] &-= Int64(counts[place]) }
    guard let carries else { return }
    for place in 0..<count { target[place] &-= carries[place] &* unit }
  }
}
