import Glibc
import WeirColumns

/// Ranks from 1 to `count`, rank k with a probability proportional to 1 / k^skew.
///
/// Rejection-inversion (W. Hörmann, G. Derflinger: "Rejection-inversion to generate variates from
/// monotone discrete distributions", 1996): no table, for any count; 1.1 tries on average.
struct ZipfSampler {
  private let count: Double
  private let skew: Double
  /// The area under the hat, between the first rank's left edge and the last one's right edge.
  private let areaFirst: Double
  private let areaLast: Double
  /// Ranks so close above the inverted point are taken without a look at the hat.
  private let squeeze: Double

  init(count: Int, skew: Double) {
    self.count = Double(count)
    self.skew = skew
    areaFirst = Self.area(1.5, skew) - 1
    areaLast = Self.area(Double(count) + 0.5, skew)
    squeeze = 2 - Self.inverse(Self.area(2.5, skew) - Self.height(2, skew), skew)
  }

  /// The rank of a row; tries are numbered, so that it stays a function of row and seed.
  @inline(__always)
  func rank(_ row: UInt64, _ seed: UInt64) -> Int {
    var attempt: UInt64 = 0
    while true {
      let random = KeyHash.word(row, seed &+ attempt)
      let share = Double(random >> 11) * 0x1p-53
      let area = areaLast + share * (areaFirst - areaLast)
      let point = Self.inverse(area, skew)
      let rank = min(max((point + 0.5).rounded(.down), 1), count)
      if rank - point <= squeeze
        || area >= Self.area(rank + 0.5, skew) - Self.height(rank, skew)
      {
        return Int(rank)
      }
      attempt &+= 1
    }
  }

  /// The integral of 1 / x^skew.
  @inline(__always)
  private static func area(_ point: Double, _ skew: Double) -> Double {
    let logarithm = log(point)
    let exponent = (1 - skew) * logarithm
    return exponent.magnitude > 1e-8 ? expm1(exponent) / exponent * logarithm : logarithm
  }

  @inline(__always)
  private static func height(_ point: Double, _ skew: Double) -> Double {
    exp(-skew * log(point))
  }

  @inline(__always)
  private static func inverse(_ area: Double, _ skew: Double) -> Double {
    let scaled = max(area * (1 - skew), -1)
    return scaled.magnitude > 1e-8 ? exp(log1p(scaled) / scaled * area) : exp(area)
  }
}
