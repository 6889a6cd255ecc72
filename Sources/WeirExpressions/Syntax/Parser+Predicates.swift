extension Parser {
  /// `is [not] null`, `[not] in (…)`, `[not] between … and …`, `[not] like …`.
  mutating func predicate(_ left: SyntaxNode, isNegated: Bool, depth: Int) -> SyntaxNode {
    let keyword = current.keyword
    position += 1
    switch keyword {
    case "is": return isNull(left)
    case "in": return inList(left, isNegated, depth: depth)
    case "between": return between(left, isNegated, depth: depth)
    default: return like(left, isNegated, depth: depth)
    }
  }

  private mutating func isNull(_ left: SyntaxNode) -> SyntaxNode {
    let isNegated = take("not")
    if !take("null") {
      unexpected("'null' or 'not null'", hint: "use = to compare with a value")
      return SyntaxNode(.missing, join(left, left.range))
    }
    let range = join(left, tokens[position - 1].range)
    return SyntaxNode(.isNull(left, isNegated: isNegated), range)
  }

  private mutating func inList(
    _ left: SyntaxNode,
    _ isNegated: Bool,
    depth: Int
  ) -> SyntaxNode {
    guard take(.open) else {
      unexpected("'(' and a list of values")
      return SyntaxNode(.missing, left.range)
    }
    if current.kind == .symbol(.close) { unexpected("a value") }
    let items = list(depth: depth)
    let range = join(left, tokens[position - 1].range)
    return SyntaxNode(.inList(left, items, isNegated: isNegated), range)
  }

  private mutating func between(
    _ left: SyntaxNode,
    _ isNegated: Bool,
    depth: Int
  ) -> SyntaxNode {
    let low = expression(Precedence.sum, depth: depth + 1)
    expect("and")
    let high = expression(Precedence.sum, depth: depth + 1)
    return SyntaxNode(
      .between(left, low: low, high: high, isNegated: isNegated),
      join(left, high.range)
    )
  }

  private mutating func like(_ left: SyntaxNode, _ isNegated: Bool, depth: Int) -> SyntaxNode {
    let pattern = expression(Precedence.sum, depth: depth + 1)
    var end = pattern.range
    var escape: SyntaxNode?
    if take("escape") {
      let node = expression(Precedence.sum, depth: depth + 1)
      escape = node
      end = node.range
    }
    return SyntaxNode(
      .like(left, pattern: pattern, escape: escape, isNegated: isNegated),
      join(left, end)
    )
  }

  /// Both forms of `case`.
  mutating func choice(depth: Int) -> SyntaxNode {
    let start = current.range.lowerBound
    position += 1
    var subject: SyntaxNode?
    if current.keyword != "when" { subject = expression(0, depth: depth + 1) }
    var branches: [SyntaxBranch] = []
    while take("when") {
      let condition = expression(0, depth: depth + 1)
      expect("then")
      let result = expression(0, depth: depth + 1)
      branches.append(SyntaxBranch(condition: condition, result: result))
    }
    if branches.isEmpty { unexpected("'when'") }
    var otherwise: SyntaxNode?
    if take("else") { otherwise = expression(0, depth: depth + 1) }
    if !take("end") {
      unexpected(otherwise == nil ? "'when', 'else' or 'end'" : "'end'")
    }
    let range = start..<tokens[max(position - 1, 0)].range.upperBound
    guard !branches.isEmpty else { return SyntaxNode(.missing, range) }
    return SyntaxNode(.choice(subject: subject, branches: branches, otherwise: otherwise), range)
  }
}
