import WeirColumns

/// A node of a checked expression: every type is known and every conversion is written out.
package enum TypedNode: Hashable, Sendable {
  case column(Int, ColumnType)
  case constant(Constant)
  case call(TypedCall)

  package var type: ColumnType {
    switch self {
    case .column(_, let type): type
    case .constant(let constant): constant.type
    case .call(let call): call.type
    }
  }

  var constant: Constant? {
    guard case .constant(let constant) = self else { return nil }
    return constant
  }

  /// The columns below this node, ascending.
  var columns: [Int] {
    switch self {
    case .column(let index, _): [index]
    case .constant: []
    case .call(let call): call.columns
    }
  }

  /// How many nodes the tree has when every shared part is counted as often as it is used.
  var size: Int {
    guard case .call(let call) = self else { return 1 }
    return call.size
  }
}

/// An operation and its arguments.
///
/// An object, because parts of an expression are shared (`coalesce` uses each argument twice): what
/// is asked of whole trees is computed once, when the node is made.
package final class TypedCall: Hashable, Sendable {
  package let operation: Operation
  package let arguments: [TypedNode]
  package let type: ColumnType
  let columns: [Int]
  /// Saturates.
  let size: Int
  private let hash: Int

  init(_ operation: Operation, _ arguments: [TypedNode], _ type: ColumnType) {
    self.operation = operation
    self.arguments = arguments
    self.type = type
    let all = arguments.flatMap(\.columns).sorted()
    columns = all.indices.filter { $0 == 0 || all[$0] != all[$0 - 1] }.map { all[$0] }
    size = arguments.reduce(1) { sum, argument in
      let (total, isOver) = sum.addingReportingOverflow(argument.size)
      return isOver ? .max : total
    }
    var hasher = Hasher()
    hasher.combine(operation)
    hasher.combine(arguments)
    hasher.combine(type)
    hash = hasher.finalize()
  }

  package static func == (left: TypedCall, right: TypedCall) -> Bool {
    if left === right { return true }
    return left.hash == right.hash && left.operation == right.operation
      && left.type == right.type && left.arguments == right.arguments
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
