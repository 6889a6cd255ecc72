import WeirColumns

/// A checked part of an expression while its surroundings are still being checked.
struct Term {
  var node: TypedNode
  var range: Range<Int>
  /// A bare `null`: it takes the type that its place wants.
  var isUntypedNull = false

  var type: ColumnType { node.type }

  /// The term, or null of the given type if it is a bare `null`.
  func typed(_ type: ColumnType) -> Term {
    guard isUntypedNull else { return self }
    return Term(node: .constant(Constant(type, mark: .null)), range: range)
  }
}
