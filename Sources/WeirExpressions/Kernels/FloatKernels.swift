import Glibc
import WeirColumns

/// Arithmetic on columns of floats; no result is ever NaN or infinite unless its row is marked.
enum FloatKernels {
  private static let notFinite = RowMark.notFinite.rawValue
  private static let divisionByZero = RowMark.divisionByZero.rawValue

  static func calculate(
    _ operation: FloatOperator,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    switch operation {
    case .add: checked(left, right, count, output) { finite($0 + $1) }
    case .subtract: checked(left, right, count, output) { finite($0 - $1) }
    case .multiply: checked(left, right, count, output) { finite($0 * $1) }
    case .divide:
      checked(left, right, count, output) { dividend, divisor in
        let value = dividend / divisor
        return (value, value.isFinite ? 0 : divisor == 0 ? divisionByZero : notFinite)
      }
    case .remainder:
      checked(left, right, count, output) { dividend, divisor in
        let value = fmod(dividend, divisor)
        return (value, value.isFinite ? 0 : divisor == 0 ? divisionByZero : notFinite)
      }
    case .power: power(left, right, count, output)
    case .least: checked(left, right, count, output) { ($0 < $1 ? $0 : $1, 0) }
    case .greatest: checked(left, right, count, output) { ($0 > $1 ? $0 : $1, 0) }
    }
  }

  private static func power(_ left: Lane, _ right: Lane, _ count: Int, _ output: Column) {
    // A constant exponent is asked for once.
    switch right.mask == 0 ? right.column.doubles[0] : 0 {
    case 2: checked(left, right, count, output) { base, _ in finite(base * base) }
    case 1.5: checked(left, right, count, output) { base, _ in finite(Power.threeHalves(base)) }
    case 0.5: checked(left, right, count, output) { base, _ in finite(Power.squareRoot(base)) }
    default:
      checked(left, right, count, output) { base, exponent in
        let value = Power.of(base, exponent)
        let isInverse = base == 0 && exponent < 0
        return (value, value.isFinite ? 0 : isInverse ? divisionByZero : notFinite)
      }
    }
  }

  @inline(__always)
  private static func checked(
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column,
    _ body: (Double, Double) -> (Double, UInt8)
  ) {
    let first = left.column.doubles
    let second = right.column.doubles
    zipChecked(first, left.mask, second, right.mask, output.doubles, count, output, body)
  }

  @inline(__always)
  private static func finite(_ value: Double) -> (Double, UInt8) {
    (value, value.isFinite ? 0 : notFinite)
  }

  static func negate(_ input: Column, _ count: Int, _ output: Column) {
    map(input.doubles, output.doubles, count) { -$0 }
  }

  static func absolute(_ input: Column, _ count: Int, _ output: Column) {
    map(input.doubles, output.doubles, count) { abs($0) }
  }

  static func squareRoot(_ input: Column, _ count: Int, _ output: Column) {
    mapChecked(input.doubles, output.doubles, count, output) { finite($0.squareRoot()) }
  }

  static func round(
    _ rounding: Rounding,
    _ digits: Int,
    _ input: Column,
    _ count: Int,
    _ output: Column
  ) {
    let from = input.doubles
    let to = output.doubles
    switch rounding {
    case .down: map(from, to, count) { $0.rounded(.down) }
    case .up: map(from, to, count) { $0.rounded(.up) }
    case .halfAwayFromZero where digits == 0:
      map(from, to, count) { $0.rounded(.toNearestOrAwayFromZero) }
    case .halfAwayFromZero:
      let factor = pow(10, Double(digits))
      map(from, to, count) { value in
        let scaled = value * factor
        // Beyond 2^52 a float has no such digits, and the product might not be finite.
        guard abs(scaled) < 4_503_599_627_370_496 else { return value }
        return scaled.rounded(.toNearestOrAwayFromZero) / factor
      }
    }
  }

  /// Times a factor, rounded half away from zero, as a word.
  static func toWord(
    _ input: Column,
    _ factor: Int64,
    _ failure: UInt8,
    _ count: Int,
    _ output: Column
  ) {
    let factor = Double(factor)
    mapChecked(input.doubles, output.words, count, output) { value in
      let scaled = (value * factor).rounded(.toNearestOrAwayFromZero)
      // The bounds are the floats next to the range of 64 bits; NaN fails both comparisons.
      guard scaled >= -9_223_372_036_854_775_808, scaled < 9_223_372_036_854_775_808 else {
        return (0, failure)
      }
      return (Int64(scaled), 0)
    }
  }
}
