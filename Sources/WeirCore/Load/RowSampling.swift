/// Draws one of so many rows, the same ones in every replay.
///
/// The gaps between rows that are drawn differ, so that keys that come in turn are all seen: with every
/// 32nd row, one of 64 keys in turn would never be. A gap is equally likely any from 1 to 2 x `every` - 1.
package struct RowSampling {
  /// One row in so many is drawn, on average.
  package let every: Int
  /// Rows until the next one that is drawn.
  private var ahead: Int
  private var state: UInt64

  package init(every: Int) {
    self.every = every
    state = 0x9e37_79b9_7f4a_7c15
    ahead = 0
    ahead = gap() - 1
  }

  /// The position of the next row that is drawn among the next `count`; nil if none is.
  ///
  /// Called again and again with the same `count` until it answers nil, which ends the batch.
  @inline(__always)
  package mutating func next(of count: Int) -> Int? {
    guard ahead < count else {
      ahead -= count
      return nil
    }
    defer { ahead += gap() }
    return ahead
  }

  // A linear congruence (Knuth's constants for 64 bits), of which the upper bits are used.
  @inline(__always)
  private mutating func gap() -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let width = UInt64(truncatingIfNeeded: 2 &* every &- 1)
    return 1 &+ Int(truncatingIfNeeded: ((state &>> 33) &* width) &>> 31)
  }
}
