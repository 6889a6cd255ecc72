import Glibc
import WeirColumns

/// Ranks from 0 to `count` - 1, rank k with a probability proportional to 1 / (k + 1)^skew.
///
/// The alias method (M. D. Vose: "A linear algorithm for generating random numbers with a given
/// distribution", 1991): every place holds its own rank and one other, so a rank costs one random
/// number and one look into the table. 16 bytes a rank; larger counts use `ZipfSampler`.
final class RankTable {
  private struct Place {
    /// Below this the place's own rank is taken.
    var bound: UInt64
    var other: Int
  }

  /// Ranks of the largest table: 16 MiB.
  static let largestCount = 1 << 20

  let count: UInt64
  // Read once a row without the checks of an array; owned here, freed in `deinit`.
  private let places: UnsafeMutablePointer<Place>

  init(count: Int, skew: Double) {
    precondition(count > 0 && count <= Self.largestCount, "a table of \(count) ranks")
    self.count = UInt64(count)
    places = .allocate(capacity: count)
    let weights = (1...count).map { exp(-skew * log(Double($0))) }
    let mean = weights.reduce(0, +) / Double(count)
    // How much of its place each rank fills, and which ranks fill less or more than theirs.
    var shares = weights.map { $0 / mean }
    var small = shares.indices.filter { shares[$0] < 1 }
    var large = shares.indices.filter { shares[$0] >= 1 }
    for rank in 0..<count { places[rank] = Place(bound: .max, other: rank) }
    while let less = small.popLast(), let more = large.last {
      places[less] = Place(bound: chanceBound(shares[less]), other: more)
      shares[more] -= 1 - shares[less]
      if shares[more] < 1 {
        large.removeLast()
        small.append(more)
      }
    }
  }

  deinit { places.deallocate() }

  /// The rank that 64 random bits choose: their high part a place, their low part one of its two.
  @inline(__always)
  func rank(_ random: UInt64) -> Int {
    let product = random.multipliedFullWidth(by: count)
    let place = Int(truncatingIfNeeded: product.high)
    return product.low < places[place].bound ? place : places[place].other
  }
}
