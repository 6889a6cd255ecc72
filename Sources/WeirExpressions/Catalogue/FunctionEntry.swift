/// What the catalogue knows of a function, an operator or an aggregate.
package struct FunctionEntry: Sendable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Called by name.
    case function
    /// A form of the grammar.
    case form
    /// Over all rows of a group.
    case aggregate
  }

  /// How null arguments are treated.
  package enum Nulls: Sendable {
    /// A null in any argument gives null.
    case strict
    /// The summary says how.
    case own
  }

  package var kind: Kind
  /// The function's name, or the form's sign or keyword.
  package var name: String
  /// How it is written, with types: arguments -> result.
  package var signatures: [String]
  /// One sentence for the reference.
  package var summary: String
  package var nulls = Nulls.strict
  /// Executed by a test and shown in the reference.
  package var examples: [FunctionExample]
  /// Executed by a test: the edges of the function.
  package var edges: [FunctionExample]

  /// How many arguments a call may have.
  let arguments: ClosedRange<Int>
  let rule: CallRule

  var isCallable: Bool { kind != .form }
}

/// An expression without columns and the text of its value.
package struct FunctionExample: Sendable {
  package var expression: String
  /// As `Constant.description` has it, such as `'text'`, `1.50`, `null`, `error: division by zero`.
  package var result: String

  package init(_ expression: String, _ result: String) {
    self.expression = expression
    self.result = result
  }
}

extension FunctionEntry {
  /// A function.
  static func function(
    _ name: String,
    _ signatures: [String],
    _ summary: String,
    arguments: ClosedRange<Int>,
    rule: CallRule,
    nulls: Nulls = .strict,
    examples: [FunctionExample],
    edges: [FunctionExample]
  ) -> FunctionEntry {
    FunctionEntry(
      kind: .function,
      name: name,
      signatures: signatures,
      summary: summary,
      nulls: nulls,
      examples: examples,
      edges: edges,
      arguments: arguments,
      rule: rule
    )
  }

  /// A form of the grammar.
  static func form(
    _ name: String,
    _ signatures: [String],
    _ summary: String,
    nulls: Nulls = .strict,
    examples: [FunctionExample],
    edges: [FunctionExample]
  ) -> FunctionEntry {
    FunctionEntry(
      kind: .form,
      name: name,
      signatures: signatures,
      summary: summary,
      nulls: nulls,
      examples: examples,
      edges: edges,
      arguments: 0...Int.max,
      rule: .grammar
    )
  }

  /// An aggregate; its example is run over `FunctionCatalogue.exampleRows`.
  static func aggregate(
    _ name: String,
    _ signatures: [String],
    _ summary: String,
    rule: CallRule,
    example: FunctionExample
  ) -> FunctionEntry {
    FunctionEntry(
      kind: .aggregate,
      name: name,
      signatures: signatures,
      summary: summary,
      nulls: .own,
      examples: [example],
      edges: [],
      arguments: 0...Int.max,
      rule: rule
    )
  }
}
