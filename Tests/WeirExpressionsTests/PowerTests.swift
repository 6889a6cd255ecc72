import Glibc
import Testing
import WeirColumns
import WeirExpressions

@Suite struct PowerTests {
  private static let exponents = [2, 1.5, 0.5, 1, 0, -1, -0.5, 3, 2.5, 0.1]

  /// Bases of all sizes, with zeros and negative ones.
  private static let bases: [Double] = {
    var random = SeededNumbers(SeededNumbers.seed(14))
    var bases: [Double] = [
      0, -0.0, 1, -1, 2, 4, 9, 0.25, -8, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude, 1e-80, 1e80, 1e154, 1e155, 1e-108, 1e-200, 1e200, 1e205, 1e206,
    ]
    for bound in [1e-80, 1e80] { bases += [bound.nextUp, bound.nextDown] }
    for _ in 0..<2000 {
      bases.append(Double(random.next() % 1_000_000) / 100)
      bases.append(Double(sign: .plus, exponent: Int(random.next() % 600) - 300, significand: 1.1))
    }
    return bases
  }()

  private let fixture = Fixture(
    [Field("b", .float)] + PowerTests.exponents.indices.map { Field("e\($0)", .float) },
    PowerTests.bases.map { base in ([base] + PowerTests.exponents).map { Constant(float: $0) } }
  )

  @Test func `an exponent in a column gives what a constant gives`() throws {
    for (place, exponent) in Self.exponents.enumerated() {
      let constant = try fixture.values("power(b, \(exponent))")
      let column = try fixture.values("power(b, e\(place))")
      #expect(constant == column, "\(exponent)")
    }
  }

  @Test func `squares and roots are exactly rounded, other powers those of the C library`() throws {
    for exponent in Self.exponents where exponent != 1.5 {
      let found = try fixture.values("power(b, \(exponent))")
      for (base, value) in zip(Self.bases, found) {
        let wanted =
          exponent == 2
          ? base * base : exponent == 0.5 ? (base + 0).squareRoot() : pow(base, exponent)
        guard wanted.isFinite else {
          #expect(value.mark != .value, "\(base) to the power of \(exponent)")
          continue
        }
        #expect(value.mark == .value && value.double.bitPattern == wanted.bitPattern)
      }
    }
  }

  /// Whether `power` is the float nearest to the base to the power of 3/2, by whole numbers: the base
  /// has at most 42 bits.
  private func isNearest(_ power: Double, _ base: Double) -> Bool {
    let unit = base.ulp
    let zeros = (base / unit).bitPatternTrailingZeros
    let digits = UInt128(base / unit) >> UInt128(zeros)
    let exponent = Int(unit.exponent) + zeros
    let places = UInt128(power / power.ulp)
    let placeExponent = Int(power.ulp.exponent)
    // (2 places - 1)^2 2^(2 placeExponent - 2) < digits^3 2^(3 exponent) < (2 places + 1)^2 ...
    let shift = 3 * exponent - (2 * placeExponent - 2)
    var cube = digits * digits * digits
    var low = (2 * places - 1) * (2 * places - 1)
    var high = (2 * places + 1) * (2 * places + 1)
    if shift >= 0 {
      cube <<= UInt128(shift)
    } else {
      low <<= UInt128(-shift)
      high <<= UInt128(-shift)
    }
    return low < cube && cube < high
  }

  @Test func `the power of 3/2 is the nearest float`() throws {
    var random = SeededNumbers(SeededNumbers.seed(15))
    let bases = (0..<20_000).map { _ in
      let digits = Double(random.next() % (1 << 42) + 1)
      return Double(
        sign: .plus,
        exponent: Int(random.next() % 300) - 170,
        significand: digits
      )
    }
    let fixture = Fixture([Field("b", .float)], bases.map { [Constant(float: $0)] })
    let found = try fixture.values("power(b, 1.5)")
    for (base, value) in zip(bases, found) {
      #expect(isNearest(value.double, base), "\(base): \(value.double)")
    }
  }

  @Test func `powers of 3/2 at the ends are those of the C library`() throws {
    let bases = [0, 1e-81, 1e-200, .leastNonzeroMagnitude, 1e81, 1e200, 1e205]
    let fixture = Fixture([Field("b", .float)], bases.map { [Constant(float: $0)] })
    let found = try fixture.values("power(b, 1.5)")
    #expect(found.map(\.double) == bases.map { pow($0, 1.5) })
    let bad = Fixture([Field("b", .float)], [-1.0, 1e206].map { [Constant(float: $0)] })
    #expect(try bad.values("power(b, 1.5)").map(\.mark) == [.notFinite, .notFinite])
  }
}

extension Constant {
  fileprivate var double: Double { Double(bitPattern: UInt64(bitPattern: word)) }
}

extension Double {
  /// Zero bits at the end of a whole number.
  fileprivate var bitPatternTrailingZeros: Int { UInt64(self).trailingZeroBitCount }
}
