import WeirColumns

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
    columnsUsed = root.columns
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
