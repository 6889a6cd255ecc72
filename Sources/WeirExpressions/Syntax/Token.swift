/// A word of an expression's text.
struct Token: Equatable {
  enum Kind: Equatable {
    /// An identifier or keyword, as written.
    case word(String)
    /// A "quoted identifier", without its quotes.
    case quoted(String)
    /// A 'text' literal, without its quotes.
    case text(String)
    /// Digits without a point.
    case integer(UInt64)
    /// Digits with a point: the value scaled by 10^scale.
    case decimal(UInt64, scale: Int)
    case float(Double)
    /// A duration such as `10m`, in microseconds.
    case duration(Int64)
    case symbol(Symbol)
    /// What could not be read; its fault is reported already.
    case invalid
    case end
  }

  enum Symbol: String, CaseIterable {
    case open = "("
    case close = ")"
    case comma = ","
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case percent = "%"
    case equal = "="
    case unequal = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case join = "||"
  }

  var kind: Kind
  /// UTF-8 offsets in the expression's text.
  var range: Range<Int>

  /// The keyword or bare name in lower case; nil for everything else.
  var keyword: String? {
    guard case .word(let word) = kind else { return nil }
    return word.lowercased()
  }
}
