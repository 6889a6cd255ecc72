import WeirColumns

/// Checks expressions: names become columns, every type is found, every fault is collected.
package struct Checker: Sendable {
  private let columns: ColumnScope
  private let folds: Bool

  /// A checker for expressions over these columns.
  ///
  /// Without `folds` constant parts are left to be evaluated per batch; tests use it to bring
  /// constants to the kernels.
  package init(_ columns: ColumnScope, folds: Bool = true) {
    self.columns = columns
    self.folds = folds
  }

  /// Checks an expression of any type.
  ///
  /// Nil if it has faults, which are appended to `faults`.
  package func check(_ text: String, faults: inout [ExpressionFault]) -> TypedExpression? {
    var pass = CheckPass(columns: columns, folds: folds)
    return finish(text, &pass, &faults, isCondition: false)
  }

  /// Checks a condition, as `where` and `having` need it: an expression of type bool.
  package func checkCondition(
    _ text: String,
    faults: inout [ExpressionFault]
  ) -> TypedExpression? {
    var pass = CheckPass(columns: columns, folds: folds)
    return finish(text, &pass, &faults, isCondition: true)
  }

  /// Checks an expression with aggregates in it.
  ///
  /// Arguments and filters of aggregates are over `input`, what stands outside of them is over the
  /// checker's own columns (the key and the window). The aggregate calls are appended to `calls`,
  /// unless an equal one is there already, and call number n is column `columnCount + n` of the
  /// result, behind the checker's columns.
  package func checkAggregates(
    _ text: String,
    over input: ColumnScope,
    calls: inout [AggregateCall],
    faults: inout [ExpressionFault]
  ) -> TypedExpression? {
    var pass = CheckPass(columns: columns, folds: folds)
    pass.input = input
    pass.calls = calls
    let expression = finish(text, &pass, &faults, isCondition: false)
    if expression != nil { calls = pass.calls }
    return expression
  }

  private func finish(
    _ text: String,
    _ pass: inout CheckPass,
    _ faults: inout [ExpressionFault],
    isCondition: Bool
  ) -> TypedExpression? {
    var found: [ExpressionFault] = []
    let tree = Parser.parse(text, faults: &found)
    let term = pass.term(tree)
    if let term, found.isEmpty, pass.faults.isEmpty { pass.checkResult(term, isCondition) }
    found += pass.faults
    guard found.isEmpty, let term else {
      precondition(!found.isEmpty, "no expression and no fault for '\(text)'")
      faults += found.sorted { $0.range.lowerBound < $1.range.lowerBound }
      return nil
    }
    let node = isCondition ? term.typed(.bool).node : term.node
    return TypedExpression(node, text: tree.description)
  }
}
