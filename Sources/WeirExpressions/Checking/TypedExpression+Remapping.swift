import WeirColumns

extension TypedExpression {
  /// The same expression over other columns: column n becomes `map(n)`, or null where that is nil.
  ///
  /// Planning uses it when only some columns of a stream travel. O(nodes).
  package func remapping(_ map: (Int) -> Int?) -> TypedExpression {
    TypedExpression(root.remapping(map), text: text)
  }

  /// A bare column.
  package init(column: Int, _ type: ColumnType, name: String) {
    self.init(.column(column, type), text: name)
  }

  /// A constant text.
  package init(text value: String) {
    let node = TypedNode.constant(Constant(text: value))
    self.init(node, text: "'\(value)'")
  }
}

extension TypedNode {
  fileprivate func remapping(_ map: (Int) -> Int?) -> TypedNode {
    switch self {
    case .column(let index, let type):
      guard let mapped = map(index) else { return .constant(Constant(type, mark: .null)) }
      return .column(mapped, type)
    case .constant: return self
    case .call(let call):
      let arguments = call.arguments.map { $0.remapping(map) }
      return .call(TypedCall(call.operation, arguments, call.type))
    }
  }
}
