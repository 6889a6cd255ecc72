import WeirColumns

/// How the checker treats a call of a function.
enum CallRule: Sendable {
  /// One of a list of fixed signatures, the first that takes the arguments.
  case signatures([CallSignature])
  /// Numbers of a kind keep it: `abs`.
  case absolute
  case round
  case wholeNumber(Rounding)
  case remainder
  case quotient
  case extremum(isLeast: Bool)
  case coalesce
  case nullIf
  case condition
  case concat
  case truncateTime
  case formatTime
  case toTimestamp
  case matches
  case extractMatch
  case aggregate(AggregateFunction)
  /// The name is known; the function comes with a later version.
  case later
  /// No call but a form of the grammar: an operator, `case`, `cast`.
  case grammar
}

/// Parameters and result of a function whose types are fixed.
struct CallSignature: Sendable {
  var parameters: [ColumnType]
  /// How many of the parameters, the last ones, may be left out.
  var optional = 0
  var result: ColumnType
  var operation: Operation
}
