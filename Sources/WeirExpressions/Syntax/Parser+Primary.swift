import WeirColumns

extension Parser {
  /// A literal, a column, a call, a `case`, or something in parentheses.
  mutating func primary(depth: Int) -> SyntaxNode {
    skipInvalid()
    let token = current
    if let literal = number(token.kind, isNegative: false) {
      position += 1
      return SyntaxNode(.literal(literal), token.range)
    }
    switch token.kind {
    case .text(let text):
      position += 1
      return SyntaxNode(.literal(.text(text)), token.range)
    case .duration(let duration):
      position += 1
      return SyntaxNode(.literal(.duration(duration)), token.range)
    case .quoted(let name):
      position += 1
      return SyntaxNode(.column(name), token.range)
    case .word(let word): return self.word(word, depth: depth)
    case .symbol(.open): return parenthesis(depth: depth)
    default: return missing(depth: depth)
    }
  }

  /// The literal that a token of digits is, nil for any other token or if it does not fit.
  func number(_ kind: Token.Kind, isNegative: Bool) -> Literal? {
    switch kind {
    case .integer(let magnitude): signed(magnitude, isNegative).map(Literal.int)
    case .decimal(let magnitude, let scale):
      signed(magnitude, isNegative).map { .decimal($0, scale: scale) }
    case .float(let value): .float(isNegative ? -value : value)
    default: nil
    }
  }

  private func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
    if isNegative { return Int64(exactly: magnitude).map { -$0 } ?? .min }
    return Int64(exactly: magnitude)
  }

  /// Reports that a value is missing, and looks for one behind a stray operator.
  private mutating func missing(depth: Int) -> SyntaxNode {
    let range = current.range
    switch current.kind {
    case .integer, .decimal:
      faults.append(
        ExpressionFault(.invalidNumber, range, "the number does not fit 64 bits")
      )
      position += 1
      return SyntaxNode(.missing, range)
    case .symbol(let symbol) where symbol != .close && symbol != .comma:
      unexpected("a value, a column or a function")
      position += 1
      return depth < Self.maximumDepth
        ? expression(Precedence.negative, depth: depth + 1) : SyntaxNode(.missing, range)
    default:
      unexpected("a value, a column or a function")
      return SyntaxNode(.missing, range.lowerBound..<range.lowerBound)
    }
  }

  private mutating func parenthesis(depth: Int) -> SyntaxNode {
    let start = current.range.lowerBound
    position += 1
    var node = expression(0, depth: depth + 1)
    skipTo([.close], "an operator or ')'")
    node.range = start..<tokens[max(position - 1, 0)].range.upperBound
    return node
  }

  private mutating func word(_ word: String, depth: Int) -> SyntaxNode {
    let token = current
    let keyword = word.lowercased()
    let isCall = tokens[position + 1].kind == .symbol(.open)
    switch keyword {
    case "null": return literal(.null)
    case "true": return literal(.bool(true))
    case "false": return literal(.bool(false))
    case "case": return choice(depth: depth)
    case "cast" where isCall: return cast(isTry: false, depth: depth)
    case "try_cast" where isCall: return cast(isTry: true, depth: depth)
    case "extract" where isCall: return extract(depth: depth)
    case "interval", "timestamp":
      if case .text(let text) = tokens[position + 1].kind { return time(keyword, text) }
    case "not":
      unexpected("a value, a column or a function", hint: "put 'not …' in parentheses")
      position += 1
      return expression(Precedence.comparison, depth: depth + 1)
    default:
      if Self.reserved.contains(keyword) {
        unexpected(
          "a value, a column or a function",
          hint: "a column of this name is written \"\(word)\""
        )
        return SyntaxNode(.missing, token.range.lowerBound..<token.range.lowerBound)
      }
    }
    if isCall { return call(keyword, depth: depth) }
    position += 1
    return SyntaxNode(.column(word), token.range)
  }

  private mutating func literal(_ literal: Literal) -> SyntaxNode {
    position += 1
    return SyntaxNode(.literal(literal), tokens[position - 1].range)
  }

  /// `timestamp '…'`, `interval '10 minutes'`, `interval '10' minute`.
  private mutating func time(_ keyword: String, _ text: String) -> SyntaxNode {
    let start = current.range.lowerBound
    let textRange = tokens[position + 1].range
    position += 2
    var text = text
    if keyword == "timestamp" {
      if let time = try? TimestampText.parse(text) {
        return SyntaxNode(.literal(.timestamp(time)), start..<textRange.upperBound)
      }
      invalidTime(textRange, "'\(text)' is not a timestamp", "one such as 2026-01-01T00:00:00Z")
      return SyntaxNode(.missing, start..<textRange.upperBound)
    }
    var end = textRange.upperBound
    if let unit = current.keyword, DurationReader.unit(unit) != nil {
      text += unit
      end = current.range.upperBound
      position += 1
    }
    let duration = text.withUTF8 { DurationReader.read(UnsafeRawBufferPointer($0)) }
    if let duration { return SyntaxNode(.literal(.duration(duration)), start..<end) }
    invalidTime(textRange, "'\(text)' is not a duration", "one such as '10 minutes' or '1h30m'")
    return SyntaxNode(.missing, start..<end)
  }

  private mutating func invalidTime(_ range: Range<Int>, _ message: String, _ expected: String) {
    faults.append(ExpressionFault(.invalidTime, range, message, expected: expected))
  }

  // MARK: Calls and their like

  private mutating func call(_ name: String, depth: Int) -> SyntaxNode {
    let nameRange = current.range
    position += 2
    var arguments: [SyntaxNode] = []
    if name == "count", current.kind == .symbol(.star) {
      position += 1
      skipTo([.close], "')'")
    } else {
      arguments = list(depth: depth)
    }
    var filter: SyntaxNode?
    if current.keyword == "filter", tokens[position + 1].kind == .symbol(.open) {
      position += 2
      expect("where")
      filter = expression(0, depth: depth + 1)
      skipTo([.close], "')'")
    }
    let call = SyntaxCall(name: name, nameRange: nameRange, arguments: arguments, filter: filter)
    return SyntaxNode(.call(call), nameRange.lowerBound..<tokens[position - 1].range.upperBound)
  }

  /// Expressions up to the closing parenthesis, which is consumed.
  mutating func list(depth: Int) -> [SyntaxNode] {
    skipInvalid()
    if take(.close) { return [] }
    var nodes: [SyntaxNode] = []
    repeat {
      nodes.append(expression(0, depth: depth + 1))
    } while skipTo([.comma, .close], "',' or ')'") == .comma
    return nodes
  }

  /// Consumes one of the symbols; if none is next, reports that and looks for one further on.
  @discardableResult
  private mutating func skipTo(_ symbols: [Token.Symbol], _ expected: String) -> Token.Symbol? {
    skipInvalid()
    var nesting = 0
    while true {
      if case .symbol(let symbol) = current.kind {
        if nesting == 0, symbols.contains(symbol) {
          position += 1
          return symbol
        }
        if nesting == 0, symbol == .close { return nil }
        if symbol == .open { nesting += 1 }
        if symbol == .close { nesting -= 1 }
      }
      if nesting == 0 { unexpectedOnce(expected) }
      guard current.kind != .end else { return nil }
      position += 1
    }
  }

  /// Of the tokens that are skipped only the first is reported.
  private mutating func unexpectedOnce(_ expected: String) {
    let last = faults.last
    let isFollowing = last?.code == .unexpectedToken && last?.expected == expected
    if !isFollowing || current.kind == .end && !isFollowing { unexpected(expected) }
  }

  private mutating func cast(isTry: Bool, depth: Int) -> SyntaxNode {
    let start = current.range.lowerBound
    position += 2
    let operand = expression(0, depth: depth + 1)
    expect("as")
    let type = typeName()
    skipTo([.close], "')'")
    let range = start..<tokens[position - 1].range.upperBound
    guard let type else { return SyntaxNode(.missing, range) }
    return SyntaxNode(.cast(operand, to: type, isTry: isTry), range)
  }

  private mutating func typeName() -> TypeName? {
    skipInvalid()
    guard case .word(let word) = current.kind else {
      unexpected("a type")
      return nil
    }
    var type = TypeName(name: word.lowercased(), scale: nil, range: current.range)
    position += 1
    guard take(.open) else { return type }
    if case .integer(let scale) = current.kind {
      type.scale = Int(clamping: scale)
      position += 1
    } else {
      unexpected("a scale from 0 to 18")
    }
    skipTo([.close], "')'")
    type.range = type.range.lowerBound..<tokens[position - 1].range.upperBound
    return type
  }

  private mutating func extract(depth: Int) -> SyntaxNode {
    let start = current.range.lowerBound
    position += 2
    let unit = current
    var name = ""
    switch unit.kind {
    case .word(let word):
      name = word.lowercased()
      position += 1
    case .text(let text):
      name = text.lowercased()
      position += 1
    default: unexpected("a unit such as hour")
    }
    expect("from")
    let operand = expression(0, depth: depth + 1)
    skipTo([.close], "')'")
    let range = start..<tokens[position - 1].range.upperBound
    guard !name.isEmpty else { return SyntaxNode(.missing, range) }
    return SyntaxNode(.extract(unit: name, unitRange: unit.range, from: operand), range)
  }
}
