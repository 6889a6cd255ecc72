import WeirColumns

/// What a kernel does: operators and functions after types are resolved.
///
/// "Word" means int, decimal, timestamp or duration. Unless said otherwise an operation is strict:
/// a row takes the greatest mark of its arguments, and fails with the mark that is named.
package enum Operation: Hashable, Sendable {
  // Numbers
  case words(WordOperator)
  case floats(FloatOperator)
  case negateWord
  case negateFloat
  case absoluteWord
  case absoluteFloat
  case squareRoot
  /// Rounds a float to a whole multiple of 10^-digits.
  case roundFloat(Rounding, digits: Int)
  /// Divides a word by a power of ten.
  case scaleDown(Rounding, by: Int64)
  /// Multiplies a word by a power of ten.
  case scaleUp(by: Int64, failure: RowMark)
  /// Divides a word by a power of ten, as a float.
  case wordToFloat(divisor: Int64)
  /// Multiplies a float by a power of ten and rounds it, half away from zero.
  case floatToWord(factor: Int64, failure: RowMark)
  case flagToWord

  // Comparison and logic
  case compareWords(Comparison)
  /// Compares left x factor with right x factor, without overflow.
  case compareScaled(Comparison, left: Int64, right: Int64)
  case compareFloats(Comparison)
  case compareFlags(Comparison)
  case compareBytes(Comparison)
  /// Three-valued; not strict: false wins over null and errors.
  case and
  /// Three-valued; not strict: true wins over null and errors.
  case or
  case not
  /// Passes errors on.
  case isNull(isNegated: Bool)
  /// Arguments: condition, result, condition, result, …, result otherwise. Not strict: only the
  /// conditions up to the first true one and its result count.
  case choose
  /// Whether a word is one of the values, which are ascending.
  case memberWords([Int64])
  case memberBytes([[UInt8]])
  case like(LikePattern)
  case likeComputed(escape: UInt8?)

  // Text
  case changeCase(isUpper: Bool)
  case trim(TrimSide)
  case length
  case substring
  case concat
  case replace
  case splitPart
  case startsWith
  case matches(pattern: String)
  case extractMatch(pattern: String, group: Int)
  /// The same bytes under another type.
  case relabel
  case bytesToText(failure: RowMark)
  case textToValue(failure: RowMark)
  case valueToText

  // Time
  /// Timestamp + duration, or - if negated; fails with `outOfRange`.
  case shiftTime(isNegated: Bool)
  case truncateTime(TimeUnit)
  case extractTime(TimeUnit)
  case formatTime(TimeFormat)
  /// Times a factor, divided by a divisor towards the past; fails with `outOfRange`.
  case wordToTime(factor: Int64, divisor: Int64)
  case floorDivide(by: Int64)

  /// Regular expressions cost a microsecond a row, where others cost some nanoseconds.
  var isSlow: Bool {
    switch self {
    case .matches, .extractMatch: true
    default: false
    }
  }
}

/// Arithmetic on words; overflow fails with `overflow`.
package enum WordOperator: Hashable, Sendable {
  case add
  case subtract
  case multiply
  /// Truncates towards zero; by zero fails with `divisionByZero`.
  case quotient
  /// Has the sign of the dividend; by zero fails with `divisionByZero`.
  case remainder
  case least
  case greatest
}

/// Arithmetic on floats; what is not finite fails with `notFinite`, or `divisionByZero`.
package enum FloatOperator: Hashable, Sendable {
  case add
  case subtract
  case multiply
  case divide
  case remainder
  case power
  case least
  case greatest
}

/// A comparison; `>` and `>=` are these with their sides exchanged.
package enum Comparison: Hashable, Sendable {
  case equal
  case unequal
  case less
  case lessOrEqual
}

/// Which way digits that do not fit go.
package enum Rounding: Hashable, Sendable {
  case halfAwayFromZero
  case down
  case up
}

/// Where `trim` cuts.
package enum TrimSide: Hashable, Sendable {
  case both
  case left
  case right
}
