import WeirColumns

/// A constant as a column: row 0 always holds it, more rows are written when they are asked for.
final class ConstantColumn {
  let column: Column
  private let constant: Constant
  private var rows = 1

  init(_ constant: Constant) {
    self.constant = constant
    column = Column(constant.type, capacity: 1)
    constant.append(to: column, at: 0)
  }

  func broadcast(_ count: Int) -> Column {
    while rows < count {
      constant.append(to: column, at: rows)
      rows += 1
    }
    return column
  }
}
