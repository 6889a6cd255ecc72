extension FunctionCatalogue {
  /// What chooses between values.
  static let conditionals: [FunctionEntry] = [
    .form(
      "case",
      [
        "case when bool then T ... [else T] end -> T", "case x when y then T ... [else T] end -> T",
      ],
      "The result of the first condition that is true, or of the first value that equals x; without else null.",
      nulls: .own,
      examples: [
        FunctionExample("case when 1 > 2 then 'a' else 'b' end", "'b'"),
        FunctionExample("case 2 when 1 then 'one' when 2 then 'two' end", "'two'"),
      ],
      edges: [
        FunctionExample("case when false then 1 end", "null"),
        FunctionExample("case when null then 1 else 2 end", "2"),
        FunctionExample("case when true then 1 else div(1, 0) end", "1"),
        FunctionExample("case when div(1, 0) = 1 then 1 else 2 end", "error: division by zero"),
        FunctionExample("case null when null then 1 else 2 end", "2"),
        FunctionExample("case when true then 1 else 0.5 end", "1.0"),
      ]
    ),
    .function(
      "if",
      ["if(bool, T, T) -> T"],
      "The second argument if the first is true, else the third; the other one's errors do not count.",
      arguments: 3...3,
      rule: .condition,
      nulls: .own,
      examples: [
        FunctionExample("if(1 < 2, 'yes', 'no')", "'yes'")
      ],
      edges: [
        FunctionExample("if(null, 1, 2)", "2"),
        FunctionExample("if(false, div(1, 0), 7)", "7"),
        FunctionExample("if(true, 1, null)", "1"),
      ]
    ),
    .function(
      "coalesce",
      ["coalesce(T, ...) -> T"],
      "The first argument that is not null; errors behind it do not count.",
      arguments: 1...Int.max,
      rule: .coalesce,
      nulls: .own,
      examples: [
        FunctionExample("coalesce(null, 2, 3)", "2")
      ],
      edges: [
        FunctionExample("coalesce(null, null, 'x')", "'x'"),
        FunctionExample("coalesce(1, div(1, 0))", "1"),
        FunctionExample("coalesce(div(1, 0), 1)", "error: division by zero"),
        FunctionExample("coalesce(cast(null as int), 1.5)", "1.5"),
      ]
    ),
    .function(
      "nullif",
      ["nullif(T, T) -> T"],
      "Null if both arguments are equal, else the first.",
      arguments: 2...2,
      rule: .nullIf,
      nulls: .own,
      examples: [
        FunctionExample("nullif(0, 0)", "null"),
        FunctionExample("nullif('a', 'b')", "'a'"),
      ],
      edges: [
        FunctionExample("nullif(1, null)", "1"),
        FunctionExample("nullif(cast(null as int), 1)", "null"),
        FunctionExample("nullif(1, div(1, 0))", "error: division by zero"),
      ]
    ),
  ]
}
