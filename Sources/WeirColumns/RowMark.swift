/// What a row's value in a column is: a value, a null, or an error and which one.
///
/// One byte a row. The order matters: an expression over several columns takes the greatest mark of
/// its arguments, so an error passes through as null does, and wins over null.
package enum RowMark: UInt8, Sendable, CaseIterable {
  case value = 0
  case null = 1
  case divisionByZero = 2
  case overflow = 3
  case invalidCast = 4
  case notFinite = 5
  case outOfRange = 6
  case invalidArgument = 7

  /// The least mark that is an error.
  package static let firstError: UInt8 = 2

  /// What went wrong, for the column `error` of an errors port.
  package var text: String {
    switch self {
    case .value: "a value"
    case .null: "null"
    case .divisionByZero: "division by zero"
    case .overflow: "the result does not fit its type"
    case .invalidCast: "the value cannot be cast"
    case .notFinite: "the result is not a finite number"
    case .outOfRange: "the value is out of range"
    case .invalidArgument: "an argument is not valid"
    }
  }
}
