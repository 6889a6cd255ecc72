import WeirColumns

/// A node of the tree that an expression's text has; names and types are not looked at yet.
package struct SyntaxNode: Hashable, Sendable {
  package var kind: SyntaxKind
  /// UTF-8 offsets in the expression's text.
  package var range: Range<Int>

  package init(_ kind: SyntaxKind, _ range: Range<Int>) {
    self.kind = kind
    self.range = range
  }
}

/// What a node of the tree is.
package indirect enum SyntaxKind: Hashable, Sendable {
  case literal(Literal)
  case column(String)
  case not(SyntaxNode)
  case negative(SyntaxNode)
  case binary(BinaryOperator, SyntaxNode, SyntaxNode)
  case isNull(SyntaxNode, isNegated: Bool)
  case between(SyntaxNode, low: SyntaxNode, high: SyntaxNode, isNegated: Bool)
  case inList(SyntaxNode, [SyntaxNode], isNegated: Bool)
  case like(SyntaxNode, pattern: SyntaxNode, escape: SyntaxNode?, isNegated: Bool)
  case choice(subject: SyntaxNode?, branches: [SyntaxBranch], otherwise: SyntaxNode?)
  case cast(SyntaxNode, to: TypeName, isTry: Bool)
  case extract(unit: String, unitRange: Range<Int>, from: SyntaxNode)
  case call(SyntaxCall)
  /// Stands where something could not be parsed; its fault is reported already.
  case missing
}

/// A literal value.
package enum Literal: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// The value scaled by 10^scale.
  case decimal(Int64, scale: Int)
  case float(Double)
  case text(String)
  case timestamp(Int64)
  case duration(Int64)
}

/// `when condition then result`.
package struct SyntaxBranch: Hashable, Sendable {
  package var condition: SyntaxNode
  package var result: SyntaxNode
}

/// A type as written in a cast.
package struct TypeName: Hashable, Sendable {
  /// In lower case.
  package var name: String
  package var scale: Int?
  package var range: Range<Int>
}

/// `name(arguments) filter (where condition)`.
package struct SyntaxCall: Hashable, Sendable {
  /// In lower case.
  package var name: String
  package var nameRange: Range<Int>
  package var arguments: [SyntaxNode]
  package var filter: SyntaxNode?
}

/// An operator between two expressions.
package enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
  case or
  case and
  case equal = "="
  case unequal = "<>"
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case join = "||"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"

  /// Binds the tighter the greater it is; see `Precedence`.
  var precedence: Int {
    switch self {
    case .or: Precedence.or
    case .and: Precedence.and
    case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: Precedence.comparison
    case .add, .subtract, .join: Precedence.sum
    case .multiply, .divide, .remainder: Precedence.product
    }
  }

  init?(_ symbol: Token.Symbol) {
    switch symbol {
    case .open, .close, .comma: return nil
    default: self.init(rawValue: symbol.rawValue)
    }
  }
}

/// How tightly the forms of the language bind, from loose to tight.
enum Precedence {
  static let or = 1
  static let and = 2
  static let not = 3
  /// `=`, `<`, `is null`, `in`, `between`, `like`.
  static let comparison = 4
  static let sum = 5
  static let product = 6
  static let negative = 7
  static let primary = 8
}
