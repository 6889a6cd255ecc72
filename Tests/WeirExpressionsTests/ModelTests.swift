import Testing
import WeirColumns
import WeirExpressions

/// Random expressions: the kernels against the interpreter, row by row.
@Suite struct ModelTests {
  private static let fields = [
    Field("i", .int), Field("j", .int), Field("d", .decimal(scale: 2)),
    Field("e", .decimal(scale: 2)), Field("f", .float), Field("g", .float), Field("s", .string),
    Field("u", .string), Field("p", .bool), Field("q", .bool), Field("t", .timestamp),
    Field("w", .duration),
  ]

  @Test(arguments: [true, false])
  func `random expressions give what the interpreter gives`(_ hasMarks: Bool) throws {
    let seed = SeededNumbers.seed(hasMarks ? 101 : 202)
    var numbers = SeededNumbers(seed)
    for round in 0..<400 {
      let rows = (0..<37).map { _ in Self.row(&numbers, hasMarks) }
      let fixture = Fixture(Self.fields, rows)
      let type = RandomExpression.types.randomElement(using: &numbers) ?? .bool
      let text = RandomExpression.text(type, depth: 4, &numbers)
      var faults: [ExpressionFault] = []
      let tree = Parser.parse(text, faults: &faults)
      let values = try fixture.values(text, folds: round % 3 != 0)
      for (row, value) in zip(rows, values) {
        let named = zip(Self.fields, row).map { ($0.name, ModelValue($1)) }
        let wanted = Model(row: Dictionary(uniqueKeysWithValues: named)).value(tree)
        // Which of two errors wins depends on where numbers are converted; `TruthTests` pin that.
        let found = ModelValue(value)
        let isSame = found == wanted || found.isError && wanted.isError
        try #require(isSame, "seed \(seed): \(text) of \(row): \(found) for \(wanted)")
      }
    }
  }

  private static func row(_ numbers: inout SeededNumbers, _ hasMarks: Bool) -> [Constant] {
    fields.map { field in
      if hasMarks, Int.random(in: 0..<5, using: &numbers) == 0 {
        let marks: [RowMark] = [.null, .null, .divisionByZero, .overflow, .invalidCast]
        return Constant(field.type, mark: marks.randomElement(using: &numbers) ?? .null)
      }
      return value(field.type, &numbers)
    }
  }

  private static func value(_ type: ColumnType, _ numbers: inout SeededNumbers) -> Constant {
    let edges: [Int64] = [0, 0, 1, -1, 2, 100, -250, .max, .min, .max - 1]
    let isEdge = Int.random(in: 0..<3, using: &numbers) == 0
    let small = Int64.random(in: -500...500, using: &numbers)
    switch type {
    case .bool: return Constant(bool: Bool.random(using: &numbers))
    case .float:
      let floats = [0, -0.0, 1.5, -2.25, 1e308, -1e308, 1e-300, 3]
      let float = isEdge ? floats.randomElement(using: &numbers) ?? 0 : Double(small) / 8
      return Constant(float: float)
    case .string:
      let texts = [
        "", "a", "ab", "abc", "b", "  a ", "ÄB", "longer than eight", "longer than nine!",
      ]
      return Constant(text: texts.randomElement(using: &numbers) ?? "")
    case .timestamp:
      let range = Int64(-62_135_596_800_000_000)...253_402_300_799_999_999
      return Constant(type, word: Int64.random(in: range, using: &numbers))
    default:
      return Constant(type, word: isEdge ? edges.randomElement(using: &numbers) ?? 0 : small)
    }
  }
}

/// Makes expressions of a type at random.
enum RandomExpression {
  static let types: [ColumnType] = [
    .bool, .int, .decimal(scale: 2), .float, .string, .timestamp, .duration,
  ]

  static func text(_ type: ColumnType, depth: Int, _ numbers: inout SeededNumbers) -> String {
    if depth == 0 || Int.random(in: 0..<6, using: &numbers) == 0 { return leaf(type, &numbers) }
    if Int.random(in: 0..<6, using: &numbers) == 0 { return chosen(type, depth - 1, &numbers) }
    let next = depth - 1
    func one(_ type: ColumnType) -> String { text(type, depth: next, &numbers) }
    let pick = Int.random(in: 0..<8, using: &numbers)
    switch type {
    case .bool: return condition(next, &numbers)
    case .int:
      switch pick {
      case 0, 1: return "(\(one(.int)) + \(one(.int)))"
      case 2: return "(\(one(.int)) - \(one(.int)))"
      case 3: return "(\(one(.int)) * \(one(.int)))"
      case 4: return "(\(one(.int)) % \(one(.int)))"
      case 5: return "div(\(one(.int)), \(one(.int)))"
      case 6: return "abs(-(\(one(.int))))"
      default: return "length(\(one(.string)))"
      }
    case .decimal:
      switch pick {
      case 0, 1: return "(\(one(type)) + \(one(type)))"
      case 2: return "(\(one(.int)) - \(one(type)))"
      case 3: return "(\(one(type)) * \(one(.int)))"
      case 4: return "(\(one(type)) % \(one(type)))"
      case 5: return "greatest(\(one(type)), \(one(type)))"
      case 6: return "(floor(\(one(type))) + \(one(type)))"
      default: return "(round(\(one(type))) - \(one(type)))"
      }
    case .float:
      switch pick {
      case 0: return "(\(one(.float)) + \(one(.decimal(scale: 2))))"
      case 1: return "(\(one(.float)) - \(one(.float)))"
      case 2: return "(\(one(.float)) * \(one(.int)))"
      case 3: return "(\(one(.decimal(scale: 2))) / \(one(.int)))"
      case 4: return "(\(one(.float)) / \(one(.float)))"
      case 5: return "(\(one(.float)) % \(one(.float)))"
      case 6: return "abs(\(one(.float)))"
      default: return "least(\(one(.float)), \(one(.float)))"
      }
    case .string:
      switch pick {
      case 0, 1, 2: return "(\(one(.string)) || \(one(.string)))"
      case 3: return "lower(\(one(.string)))"
      case 4: return "upper(\(one(.string)))"
      case 5: return "trim(\(one(.string)))"
      default: return "substring(\(one(.string)), \(one(.int)), \(one(.int)))"
      }
    case .timestamp:
      return pick < 4
        ? "(\(one(.timestamp)) + \(one(.duration)))" : "(\(one(.timestamp)) - \(one(.duration)))"
    default:
      switch pick {
      case 0, 1: return "(\(one(.timestamp)) - \(one(.timestamp)))"
      case 2, 3: return "(\(one(.duration)) + \(one(.duration)))"
      case 4: return "(\(one(.duration)) * \(one(.int)))"
      default: return "(-(\(one(.duration))))"
      }
    }
  }

  private static func condition(_ depth: Int, _ numbers: inout SeededNumbers) -> String {
    func one(_ type: ColumnType) -> String { text(type, depth: depth, &numbers) }
    let type = types.randomElement(using: &numbers) ?? .int
    let sign = ["=", "<>", "<", "<=", ">", ">="].randomElement(using: &numbers) ?? "="
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0, 1: return "(\(one(.bool)) and \(one(.bool)))"
    case 2, 3: return "(\(one(.bool)) or \(one(.bool)))"
    case 4: return "(not \(one(.bool)))"
    case 5: return "(\(one(type)) is null)"
    case 6: return "(\(one(type)) not between \(one(type)) and \(one(type)))"
    case 7: return "(\(one(type)) in (\(leaf(type, &numbers)), \(one(type)), null))"
    case 8: return "(\(one(.int)) \(sign) \(one(.decimal(scale: 2))))"
    case 9: return "(\(one(.float)) \(sign) \(one(.int)))"
    case 10: return "starts_with(\(one(.string)), \(one(.string)))"
    default: return "(\(one(type)) \(sign) \(one(type)))"
    }
  }

  private static func chosen(
    _ type: ColumnType,
    _ depth: Int,
    _ numbers: inout SeededNumbers
  ) -> String {
    func one(_ type: ColumnType) -> String { text(type, depth: depth, &numbers) }
    switch Int.random(in: 0..<5, using: &numbers) {
    case 0: return "if(\(one(.bool)), \(one(type)), \(one(type)))"
    case 1: return "coalesce(\(one(type)), \(one(type)))"
    case 2: return "nullif(\(one(type)), \(one(type)))"
    case 3:
      return "case \(one(.int)) when \(one(.int)) then \(one(type)) when 0 then \(one(type)) end"
    default:
      return "case when \(one(.bool)) then \(one(type)) when \(one(.bool)) then \(one(type)) "
        + "else \(one(type)) end"
    }
  }

  private static func leaf(_ type: ColumnType, _ numbers: inout SeededNumbers) -> String {
    let choices =
      switch type {
      case .bool: ["p", "q", "p", "true", "false", "nullif(q, q)"]
      case .int: ["i", "j", "i", "j", "0", "-3", "7", "nullif(3, 3)"]
      case .decimal: ["d", "e", "d", "e", "0.00", "-1.50", "2.25"]
      case .float: ["f", "g", "f", "g", "0e0", "1.5e0"]
      case .string: ["s", "u", "s", "'a'", "'longer than eight'", "''"]
      case .timestamp: ["t", "t", "timestamp '2026-01-01T00:00:00Z'"]
      default: ["w", "w", "1h", "0s"]
      }
    return choices.randomElement(using: &numbers) ?? "null"
  }
}
