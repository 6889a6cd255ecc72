/// Draws the instances that a drill hits: the same ones for the same seed and topology.
struct DrillDraw {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// One of some; nil if there are none.
  mutating func one<Element>(of list: [Element]) -> Element? {
    guard !list.isEmpty else { return nil }
    return list[Int(next() % UInt64(list.count))]
  }

  /// SplitMix64 (Steele, Lea, Flood, 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
