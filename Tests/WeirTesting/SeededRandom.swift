import Glibc

/// Random numbers that are the same on every run (SplitMix64).
///
/// A test prints the seed when it fails, and takes it back from `WEIR_SEED`.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  /// What it was made from.
  package let seed: UInt64
  private var state: UInt64

  package init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// True with that probability in percent.
  package mutating func chance(_ percent: Int) -> Bool { integer(0...99) < percent }

  package mutating func integer(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  package mutating func integer64(_ range: ClosedRange<Int64>) -> Int64 {
    Int64.random(in: range, using: &self)
  }

  /// One of the elements; there must be one.
  package mutating func element<Element>(of elements: [Element]) -> Element {
    precondition(!elements.isEmpty, "no element to choose")
    return elements[integer(0...elements.count - 1)]
  }

  /// A further source of chance that does not depend on how much of this one is used later.
  package mutating func fork() -> SeededRandom { SeededRandom(seed: next()) }

  /// The seeds of a test: `WEIR_SEED` alone, or `WEIR_SEEDS` of them, or `count`, from 0 on.
  package static func seeds(_ count: Int) -> [UInt64] {
    if let seed = number("WEIR_SEED") { return [seed] }
    let first = number("WEIR_FIRST_SEED") ?? 0
    return (0..<(number("WEIR_SEEDS") ?? UInt64(count))).map { first + $0 }
  }

  /// True when the seeds are not those that a test has by itself.
  package static var isDirected: Bool { number("WEIR_SEED") != nil }

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
