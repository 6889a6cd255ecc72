// The civil calendar in UTC, without leap seconds. Algorithms after Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms": days are counted from 1970-01-01, years begin in March inside.

/// Lengths and bounds of time, in microseconds.
enum Microseconds {
  static let millisecond: Int64 = 1000
  static let second: Int64 = 1_000_000
  static let minute: Int64 = 60_000_000
  static let hour: Int64 = 3_600_000_000
  static let day: Int64 = 86_400_000_000
  static let week: Int64 = 604_800_000_000

  /// 0001-01-01T00:00:00Z.
  static let earliest: Int64 = -62_135_596_800_000_000
  /// 9999-12-31T23:59:59.999999Z.
  static let latest: Int64 = 253_402_300_799_999_999

  /// Whether a timestamp lies in the years 0001 to 9999.
  @inline(__always)
  static func isInRange(_ time: Int64) -> Bool { time >= earliest && time <= latest }
}

/// Quotient rounded towards minus infinity; the divisor is positive.
@inline(__always)
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
  let quotient = value / divisor
  return value % divisor < 0 ? quotient &- 1 : quotient
}

/// Remainder of `floorDivide`, never negative.
@inline(__always)
func floorRemainder(_ value: Int64, _ divisor: Int64) -> Int64 {
  let remainder = value % divisor
  return remainder < 0 ? remainder &+ divisor : remainder
}

/// A day of the Gregorian calendar.
struct CivilDay: Hashable {
  var year: Int64
  /// 1 to 12.
  var month: Int64
  /// 1 to 31.
  var day: Int64

  @inline(__always)
  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day that lies so many days after 1970-01-01.
  @inline(__always)
  init(daysSinceEpoch: Int64) {
    let shifted = daysSinceEpoch &+ 719_468
    let era = floorDivide(shifted, 146_097)
    // From here on all numbers are small and positive: unsigned division by a constant is shorter.
    let dayOfEra = UInt32(truncatingIfNeeded: shifted &- era &* 146_097)
    let leaps = dayOfEra / 1460 &- dayOfEra / 36_524 &+ dayOfEra / 146_096
    let yearOfEra = (dayOfEra &- leaps) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let monthIndex = (5 &* dayOfYear &+ 2) / 153
    day = Int64(dayOfYear &- (153 &* monthIndex &+ 2) / 5 &+ 1)
    month = Int64(monthIndex < 10 ? monthIndex &+ 3 : monthIndex &- 9)
    year = Int64(yearOfEra) &+ era &* 400 &+ (month <= 2 ? 1 : 0)
  }

  /// The day in which a timestamp lies.
  @inline(__always)
  init(of time: Int64) {
    self.init(daysSinceEpoch: floorDivide(time, Microseconds.day))
  }

  /// Days after 1970-01-01.
  @inline(__always)
  var daysSinceEpoch: Int64 {
    let shiftedYear = month <= 2 ? year &- 1 : year
    let era = floorDivide(shiftedYear, 400)
    let yearOfEra = shiftedYear &- era &* 400
    let monthIndex = month > 2 ? month &- 3 : month &+ 9
    let dayOfYear = (153 &* monthIndex &+ 2) / 5 &+ day &- 1
    let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
    return era &* 146_097 &+ dayOfEra &- 719_468
  }

  /// The day's first microsecond.
  @inline(__always)
  var start: Int64 { daysSinceEpoch &* Microseconds.day }

  /// Days in a month, 28 to 31.
  static func length(ofMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
