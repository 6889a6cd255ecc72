import WeirColumns

/// Arithmetic on columns of words.
enum WordKernels {
  private static let overflow = RowMark.overflow.rawValue
  private static let divisionByZero = RowMark.divisionByZero.rawValue
  private static let outOfRange = RowMark.outOfRange.rawValue

  static func calculate(
    _ operation: WordOperator,
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column
  ) {
    switch operation {
    case .add: checked(left, right, count, output, add)
    case .subtract: checked(left, right, count, output, subtract)
    case .multiply: checked(left, right, count, output, multiply)
    case .quotient: checked(left, right, count, output, quotient)
    case .remainder: checked(left, right, count, output, remainder)
    case .least: plain(left, right, count, output) { min($0, $1) }
    case .greatest: plain(left, right, count, output) { max($0, $1) }
    }
  }

  @inline(__always)
  private static func checked(
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column,
    _ body: (Int64, Int64) -> (Int64, UInt8)
  ) {
    let first = left.column.words
    let second = right.column.words
    zipChecked(first, left.mask, second, right.mask, output.words, count, output, body)
  }

  @inline(__always)
  private static func plain(
    _ left: Lane,
    _ right: Lane,
    _ count: Int,
    _ output: Column,
    _ body: (Int64, Int64) -> Int64
  ) {
    let first = left.column.words
    zip(first, left.mask, right.column.words, right.mask, output.words, count, body)
  }

  @inline(__always)
  private static func add(_ left: Int64, _ right: Int64) -> (Int64, UInt8) {
    let (value, isOver) = left.addingReportingOverflow(right)
    return (value, isOver ? overflow : 0)
  }

  @inline(__always)
  private static func subtract(_ left: Int64, _ right: Int64) -> (Int64, UInt8) {
    let (value, isOver) = left.subtractingReportingOverflow(right)
    return (value, isOver ? overflow : 0)
  }

  @inline(__always)
  private static func multiply(_ left: Int64, _ right: Int64) -> (Int64, UInt8) {
    let (value, isOver) = left.multipliedReportingOverflow(by: right)
    return (value, isOver ? overflow : 0)
  }

  @inline(__always)
  private static func quotient(_ left: Int64, _ right: Int64) -> (Int64, UInt8) {
    let (value, isOver) = left.dividedReportingOverflow(by: right)
    return (value, isOver ? (right == 0 ? divisionByZero : overflow) : 0)
  }

  @inline(__always)
  private static func remainder(_ left: Int64, _ right: Int64) -> (Int64, UInt8) {
    // The least int by -1 overflows in division only: its remainder is 0.
    let (value, _) = left.remainderReportingOverflow(dividingBy: right)
    return (value, right == 0 ? divisionByZero : 0)
  }

  static func negate(_ input: Column, _ count: Int, _ output: Column) {
    mapChecked(input.words, output.words, count, output) { value in
      (0 &- value, value == .min ? overflow : 0)
    }
  }

  static func absolute(_ input: Column, _ count: Int, _ output: Column) {
    mapChecked(input.words, output.words, count, output) { value in
      (value < 0 ? 0 &- value : value, value == .min ? overflow : 0)
    }
  }

  static func scaleUp(
    _ input: Column,
    _ factor: Int64,
    _ failure: UInt8,
    _ count: Int,
    _ output: Column
  ) {
    mapChecked(input.words, output.words, count, output) { value in
      let (product, isOver) = value.multipliedReportingOverflow(by: factor)
      return (product, isOver ? failure : 0)
    }
  }

  static func scaleDown(
    _ rounding: Rounding,
    _ input: Column,
    _ divisor: Int64,
    _ count: Int,
    _ output: Column
  ) {
    switch rounding {
    case .halfAwayFromZero:
      map(input.words, output.words, count) { value in
        let quotient = value / divisor
        let rest = (value % divisor).magnitude
        // Not rest x 2 >= divisor: that could overflow.
        guard rest >= divisor.magnitude &- rest else { return quotient }
        return value < 0 ? quotient &- 1 : quotient &+ 1
      }
    case .down: map(input.words, output.words, count) { floorDivide($0, divisor) }
    case .up:
      map(input.words, output.words, count) { $0 / divisor &+ ($0 % divisor > 0 ? 1 : 0) }
    }
  }

  static func floorDivided(_ input: Column, _ divisor: Int64, _ count: Int, _ output: Column) {
    map(input.words, output.words, count) { floorDivide($0, divisor) }
  }

  static func toFloat(_ input: Column, _ divisor: Int64, _ count: Int, _ output: Column) {
    if divisor == 1 {
      map(input.words, output.doubles, count) { Double($0) }
    } else {
      let divisor = Double(divisor)
      map(input.words, output.doubles, count) { Double($0) / divisor }
    }
  }

  // MARK: Time

  static func shift(
    _ isNegated: Bool,
    _ times: Lane,
    _ durations: Lane,
    _ count: Int,
    _ output: Column
  ) {
    if isNegated {
      checked(times, durations, count, output) { time, duration in
        let (value, isOver) = time.subtractingReportingOverflow(duration)
        return (value, isOver || !Microseconds.isInRange(value) ? outOfRange : 0)
      }
    } else {
      checked(times, durations, count, output) { time, duration in
        let (value, isOver) = time.addingReportingOverflow(duration)
        return (value, isOver || !Microseconds.isInRange(value) ? outOfRange : 0)
      }
    }
  }

  static func toTime(
    _ input: Column,
    _ factor: Int64,
    _ divisor: Int64,
    _ count: Int,
    _ output: Column
  ) {
    mapChecked(input.words, output.words, count, output) { value in
      let (product, isOver) = value.multipliedReportingOverflow(by: factor)
      let time = floorDivide(product, divisor)
      return (time, isOver || !Microseconds.isInRange(time) ? outOfRange : 0)
    }
  }

  static func truncate(_ unit: TimeUnit, _ input: Column, _ count: Int, _ output: Column) {
    if let length = unit.length {
      map(input.words, output.words, count) { $0 &- floorRemainder($0, length) }
    } else {
      mapDays(input, count, output) { unit.truncate($0) }
    }
  }

  static func extract(_ unit: TimeUnit, _ input: Column, _ count: Int, _ output: Column) {
    let from = input.words
    let to = output.words
    switch unit {
    case .hour: map(from, to, count) { TimeUnit.hour.extract($0) }
    case .microsecond, .millisecond, .second, .minute, .epoch:
      map(from, to, count) { unit.extract($0) }
    case .day, .week, .month, .quarter, .year, .weekday, .dayOfYear:
      mapDays(input, count, output) { unit.extract($0) }
    }
  }

  /// Maps times by a function of their day, which is called when the day changes: the rows of a
  /// batch mostly lie in one or two.
  @inline(__always)
  private static func mapDays(
    _ input: Column,
    _ count: Int,
    _ output: Column,
    _ body: (Int64) -> Int64
  ) {
    let from = input.words
    let to = output.words
    var start: Int64 = 0
    var result = body(0)
    for row in 0..<count {
      let time = from[row]
      // Wraps to a number beyond any day where the time lies before its start.
      if UInt64(bitPattern: time &- start) >= UInt64(bitPattern: Microseconds.day) {
        start = time &- floorRemainder(time, Microseconds.day)
        result = body(time)
      }
      to[row] = result
    }
  }
}
