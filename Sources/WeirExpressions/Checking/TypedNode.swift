import WeirColumns

/// A node of a checked expression: every type is known and every conversion is written out.
package indirect enum TypedNode: Hashable, Sendable {
  case column(Int, ColumnType)
  case constant(Constant)
  case call(Operation, [TypedNode], ColumnType)

  package var type: ColumnType {
    switch self {
    case .column(_, let type): type
    case .constant(let constant): constant.type
    case .call(_, _, let type): type
    }
  }

  var constant: Constant? {
    guard case .constant(let constant) = self else { return nil }
    return constant
  }

  /// Adds the indices of the columns below this node, each once, in the order of their appearance.
  func collectColumns(into indices: inout [Int]) {
    switch self {
    case .column(let index, _):
      if !indices.contains(index) { indices.append(index) }
    case .constant: break
    case .call(_, let arguments, _):
      for argument in arguments { argument.collectColumns(into: &indices) }
    }
  }
}

/// An expression that was checked against columns: ready to be made into a `ColumnProgram`.
package struct TypedExpression: Hashable, Sendable {
  package let root: TypedNode
  /// The expression in canonical text, as the user wrote it; conversions are not shown.
  package let text: String
  /// The columns that are read, ascending.
  package let columnsUsed: [Int]

  package init(_ root: TypedNode, text: String) {
    self.root = root
    self.text = text
    var columns: [Int] = []
    root.collectColumns(into: &columns)
    columnsUsed = columns.sorted()
  }

  package var type: ColumnType { root.type }

  /// True if no column is read: the value is the same for every row.
  package var isConstant: Bool { columnsUsed.isEmpty }

  /// The value, if the expression is a constant that was folded.
  package var constant: Constant? { root.constant }

  /// The column that the expression is, if it is nothing but a column.
  package var bareColumn: Int? {
    guard case .column(let index, _) = root else { return nil }
    return index
  }
}
