import WeirColumns

/// The names that an expression may use, and what they stand for.
package struct ColumnScope: Sendable {
  private struct Entry {
    var name: String
    var node: TypedNode
  }

  private var entries: [Entry]
  /// Columns of the rows that expressions are evaluated over; aliases do not count.
  package let columnCount: Int

  /// The columns of a schema, under their names.
  package init(_ schema: Schema) {
    columnCount = schema.fields.count
    entries = schema.fields.enumerated().map {
      Entry(name: $1.name, node: .column($0, $1.type))
    }
  }

  /// Gives column `index` of the schema a further name; a later name hides an earlier one.
  package mutating func bind(_ name: String, column index: Int, type: ColumnType) {
    precondition((0..<columnCount).contains(index), "alias \(name) of column \(index)")
    entries.append(Entry(name: name, node: .column(index, type)))
  }

  /// Lets `name` stand for an expression over the same columns, as `let` does.
  package mutating func bind(_ name: String, _ expression: TypedExpression) {
    entries.append(Entry(name: name, node: expression.root))
  }

  /// What a name stands for; O(names).
  package func node(of name: String) -> TypedNode? {
    entries.last { $0.name == name }?.node
  }

  /// The names that a user may mean, in order; Weir's own are left out.
  package var names: [String] {
    entries.map(\.name).filter { $0.utf8.first != UInt8(ascii: "_") }
  }
}
