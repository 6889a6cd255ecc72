import Testing
import WeirColumns
import WeirExpressions

@Suite struct CatalogueTests {
  private let callable = FunctionCatalogue.entries.filter { $0.kind != .aggregate }

  @Test func `every entry says what it does and shows it`() {
    for entry in FunctionCatalogue.entries {
      #expect(!entry.summary.isEmpty, "\(entry.name)")
      #expect(entry.kind == .aggregate || entry.summary.hasSuffix("."), "\(entry.name)")
      #expect(!entry.signatures.isEmpty, "\(entry.name)")
      #expect(!entry.examples.isEmpty, "\(entry.name)")
      #expect(entry.kind == .aggregate || !entry.edges.isEmpty, "\(entry.name)")
    }
    let names = FunctionCatalogue.entries.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func `every example and edge gives its result, folded and by the kernels`() throws {
    let fixture = Fixture([], [[], [], []])
    for entry in callable {
      for example in entry.examples + entry.edges {
        for folds in [true, false] {
          let values = try fixture.values(example.expression, folds: folds)
          let wanted = [String](repeating: example.result, count: 3)
          #expect(values.map(\.description) == wanted, "\(entry.name): \(example.expression)")
        }
      }
    }
  }

  @Test func `an example with columns in place of literals gives the same`() throws {
    for entry in callable {
      for example in entry.examples + entry.edges {
        var fields: [Field] = []
        var row: [Constant] = []
        var faults: [ExpressionFault] = []
        let tree = Parser.parse(example.expression, faults: &faults)
        let text = Literals.asColumns(tree, &fields, &row).description
        let fixture = Fixture(fields, [row, row, row])
        let values = try fixture.values(text)
        let wanted = [String](repeating: example.result, count: 3)
        #expect(values.map(\.description) == wanted, "\(example.expression) as \(text)")
      }
    }
  }

  @Test func `a null in any argument of a strict function gives null`() throws {
    for entry in callable where entry.nulls == .strict {
      for example in entry.examples {
        var faults: [ExpressionFault] = []
        let tree = Parser.parse(example.expression, faults: &faults)
        for nulled in Literals.nulled(tree) {
          let text = nulled.description
          let found = WeirExpressionsTests.faults(text)
          // Where a constant selects what a function does a null is refused.
          if found.contains(where: { $0.code == .notConstant }) { continue }
          let values = try Fixture([], [[]]).values(text)
          #expect(values.map(\.description) == ["null"], "\(text)")
        }
      }
    }
  }

  @Test func `the reference has every name and every result`() {
    let reference = FunctionCatalogue.reference
    for entry in FunctionCatalogue.entries {
      #expect(reference.contains("### `\(entry.name)`\n\n\(entry.summary)\n"))
      for example in entry.examples where !example.result.isEmpty {
        #expect(reference.contains("- `\(example.expression)` gives `\(example.result)`\n"))
      }
    }
  }

  @Test func `every aggregate is known and its example checks`() throws {
    let schema = Schema([
      Field("status", .string), Field("amount", .decimal(scale: 2)), Field("at", .timestamp),
    ])
    for entry in FunctionCatalogue.entries where entry.kind == .aggregate {
      for example in entry.examples {
        var calls: [AggregateCall] = []
        var faults: [ExpressionFault] = []
        _ = Checker(ColumnScope(Schema([]))).checkAggregates(
          example.expression,
          over: ColumnScope(schema),
          calls: &calls,
          faults: &faults
        )
        if faults.map(\.code) == [.notYet] { continue }
        #expect(faults.isEmpty)
        #expect(calls.map(\.function.rawValue) == [entry.name])
      }
    }
    for function in AggregateFunction.allCases {
      #expect(FunctionCatalogue.entry(named: function.rawValue)?.kind == .aggregate)
    }
  }
}

/// Rewrites the literals of a tree.
enum Literals {
  /// The tree with a column in place of each literal that may be one; the columns are appended.
  static func asColumns(
    _ node: SyntaxNode,
    _ fields: inout [Field],
    _ row: inout [Constant]
  ) -> SyntaxNode {
    if case .literal(let literal) = node.kind, let constant = constant(literal) {
      fields.append(Field("c\(fields.count)", constant.type))
      row.append(constant)
      return SyntaxNode(.column("c\(fields.count - 1)"), node.range)
    }
    return map(node) { child, isFixed in
      isFixed ? child : asColumns(child, &fields, &row)
    }
  }

  /// The trees in which one direct argument is null.
  static func nulled(_ node: SyntaxNode) -> [SyntaxNode] {
    var count = 0
    _ = map(node) { child, _ in
      count += 1
      return child
    }
    return (0..<count).map { wanted in
      var position = -1
      return map(node) { child, _ in
        position += 1
        return position == wanted ? SyntaxNode(.literal(.null), child.range) : child
      }
    }
  }

  private static func constant(_ literal: Literal) -> Constant? {
    switch literal {
    case .null: nil
    case .bool(let value): Constant(bool: value)
    case .int(let value): Constant(.int, word: value)
    case .decimal(let value, let scale): Constant(.decimal(scale: scale), word: value)
    case .float(let value): Constant(float: value)
    case .text(let text): Constant(text: text)
    case .timestamp(let time): Constant(.timestamp, word: time)
    case .duration(let duration): Constant(.duration, word: duration)
    }
  }

  /// Arguments that must be constants, by function.
  private static let fixed: [String: [Int]] = [
    "date_trunc": [0], "format_timestamp": [1], "to_timestamp": [1], "regexp_like": [1],
    "regexp_extract": [1, 2], "round": [1],
  ]

  /// The node with its direct children replaced; the flag says that a child must be a constant.
  private static func map(
    _ node: SyntaxNode,
    _ body: (SyntaxNode, Bool) -> SyntaxNode
  ) -> SyntaxNode {
    let kind: SyntaxKind =
      switch node.kind {
      case .literal, .column, .missing: node.kind
      case .not(let operand): .not(body(operand, false))
      case .negative(let operand): .negative(body(operand, false))
      case .binary(let sign, let left, let right):
        .binary(sign, body(left, false), body(right, false))
      case .isNull(let operand, let isNegated): .isNull(body(operand, false), isNegated: isNegated)
      case .between(let operand, let low, let high, let isNegated):
        .between(
          body(operand, false),
          low: body(low, false),
          high: body(high, false),
          isNegated: isNegated
        )
      case .inList(let operand, let items, let isNegated):
        .inList(body(operand, false), items.map { body($0, false) }, isNegated: isNegated)
      case .like(let operand, let pattern, let escape, let isNegated):
        .like(
          body(operand, false),
          pattern: body(pattern, false),
          escape: escape,
          isNegated: isNegated
        )
      case .choice(let subject, let branches, let otherwise):
        .choice(
          subject: subject.map { body($0, false) },
          branches: branches.map {
            var branch = $0
            branch.condition = body($0.condition, false)
            branch.result = body($0.result, false)
            return branch
          },
          otherwise: otherwise.map { body($0, false) }
        )
      case .cast(let operand, let type, let isTry):
        .cast(body(operand, false), to: type, isTry: isTry)
      case .extract(let unit, let range, let operand):
        .extract(unit: unit, unitRange: range, from: body(operand, false))
      case .call(var call): mapped(&call, body)
      }
    return SyntaxNode(kind, node.range)
  }

  private static func mapped(
    _ call: inout SyntaxCall,
    _ body: (SyntaxNode, Bool) -> SyntaxNode
  ) -> SyntaxKind {
    let fixed = fixed[call.name] ?? []
    call.arguments = call.arguments.enumerated().map { body($1, fixed.contains($0)) }
    return .call(call)
  }
}
