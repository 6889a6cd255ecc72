/// A unit that `date_trunc` cuts to or `extract` takes out.
package enum TimeUnit: String, Hashable, Sendable, CaseIterable {
  case microsecond
  case millisecond
  case second
  case minute
  case hour
  case day
  case week
  case month
  case quarter
  case year
  /// Day of the week, Monday is 1 and Sunday 7; only for `extract`.
  case weekday = "isodow"
  /// Day of the year, from 1; only for `extract`.
  case dayOfYear = "doy"
  /// Whole seconds since 1970-01-01T00:00:00Z; only for `extract`.
  case epoch

  /// The units that `date_trunc` knows.
  static let truncating: [TimeUnit] = [
    .microsecond, .millisecond, .second, .minute, .hour, .day, .week, .month, .quarter, .year,
  ]

  /// The length in microseconds, if every such unit has the same and starts at a multiple of it.
  var length: Int64? {
    switch self {
    case .microsecond: 1
    case .millisecond: Microseconds.millisecond
    case .second: Microseconds.second
    case .minute: Microseconds.minute
    case .hour: Microseconds.hour
    case .day: Microseconds.day
    case .week, .month, .quarter, .year, .weekday, .dayOfYear, .epoch: nil
    }
  }

  /// The start of the unit in which `time` lies; weeks start on Monday.
  @inline(__always)
  func truncate(_ time: Int64) -> Int64 {
    if let length { return time &- floorRemainder(time, length) }
    switch self {
    case .week:
      // Day 4 after the epoch was the first Monday.
      let sinceMonday = time &- 4 &* Microseconds.day
      return time &- floorRemainder(sinceMonday, Microseconds.week)
    case .month:
      var day = CivilDay(of: time)
      day.day = 1
      return day.start
    case .quarter:
      var day = CivilDay(of: time)
      day.day = 1
      day.month = (day.month &- 1) / 3 &* 3 &+ 1
      return day.start
    default:
      return CivilDay(year: CivilDay(of: time).year, month: 1, day: 1).start
    }
  }

  /// The part of `time` that this unit names.
  @inline(__always)
  func extract(_ time: Int64) -> Int64 {
    switch self {
    case .microsecond: floorRemainder(time, Microseconds.second)
    case .millisecond: floorRemainder(time, Microseconds.second) / Microseconds.millisecond
    case .second: floorRemainder(time, Microseconds.minute) / Microseconds.second
    case .minute: floorRemainder(time, Microseconds.hour) / Microseconds.minute
    case .hour: floorRemainder(time, Microseconds.day) / Microseconds.hour
    case .day: CivilDay(of: time).day
    case .week: Self.isoWeek(time)
    case .month: CivilDay(of: time).month
    case .quarter: (CivilDay(of: time).month &+ 2) / 3
    case .year: CivilDay(of: time).year
    case .weekday: Self.weekday(floorDivide(time, Microseconds.day))
    case .dayOfYear: Self.dayOfYear(time)
    case .epoch: floorDivide(time, Microseconds.second)
    }
  }

  /// 1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday.
  private static func weekday(_ days: Int64) -> Int64 { floorRemainder(days &+ 3, 7) &+ 1 }

  private static func dayOfYear(_ time: Int64) -> Int64 {
    let days = floorDivide(time, Microseconds.day)
    let year = CivilDay(daysSinceEpoch: days).year
    return days &- CivilDay(year: year, month: 1, day: 1).daysSinceEpoch &+ 1
  }

  /// The week of ISO 8601: the year's first week is the one that holds its first Thursday.
  private static func isoWeek(_ time: Int64) -> Int64 {
    let days = floorDivide(time, Microseconds.day)
    let thursday = days &- weekday(days) &+ 4
    let year = CivilDay(daysSinceEpoch: thursday).year
    return (thursday &- CivilDay(year: year, month: 1, day: 1).daysSinceEpoch) / 7 &+ 1
  }
}
