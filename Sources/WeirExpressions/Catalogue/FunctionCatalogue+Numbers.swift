extension FunctionCatalogue {
  /// Functions on numbers.
  static let numbers: [FunctionEntry] = [
    .function(
      "abs",
      ["abs(number) -> number", "abs(duration) -> duration"],
      "The value without its sign.",
      arguments: 1...1,
      rule: .absolute,
      examples: [
        FunctionExample("abs(-3)", "3"),
        FunctionExample("abs(-1.50)", "1.50"),
      ],
      edges: [
        FunctionExample("abs(-9223372036854775808)", "error: the result does not fit its type"),
        FunctionExample("abs(-0e0)", "0.0"),
        FunctionExample("abs(-1h)", "1h"),
      ]
    ),
    .function(
      "round",
      [
        "round(decimal(s)[, n]) -> decimal(n)", "round(float[, n]) -> float",
        "round(int[, n]) -> int",
      ],
      "Rounds to n digits behind the point (default 0), half away from zero; n is a constant.",
      arguments: 1...2,
      rule: .round,
      examples: [
        FunctionExample("round(2.5)", "3"),
        FunctionExample("round(1.255, 2)", "1.26"),
        FunctionExample("round(-2.5e0)", "-3.0"),
      ],
      edges: [
        FunctionExample("round(-0.5)", "-1"),
        FunctionExample("round(7, 2)", "7"),
        FunctionExample("round(1.2, 5)", "1.2"),
        FunctionExample("round(1.25e0, 1)", "1.3"),
        FunctionExample("round(1e300, 2)", "1e+300"),
      ]
    ),
    .function(
      "floor",
      ["floor(decimal(s)) -> decimal(0)", "floor(float) -> float", "floor(int) -> int"],
      "The greatest whole number that is not greater.",
      arguments: 1...1,
      rule: .wholeNumber(.down),
      examples: [
        FunctionExample("floor(2.7)", "2"),
        FunctionExample("floor(-2.5e0)", "-3.0"),
      ],
      edges: [
        FunctionExample("floor(-0.1)", "-1"),
        FunctionExample("floor(5)", "5"),
        FunctionExample("floor(-3.0)", "-3"),
      ]
    ),
    .function(
      "ceil",
      ["ceil(decimal(s)) -> decimal(0)", "ceil(float) -> float", "ceil(int) -> int"],
      "The least whole number that is not less.",
      arguments: 1...1,
      rule: .wholeNumber(.up),
      examples: [
        FunctionExample("ceil(2.1)", "3"),
        FunctionExample("ceil(2.5e0)", "3.0"),
      ],
      edges: [
        FunctionExample("ceil(-0.9)", "0"),
        FunctionExample("ceil(5)", "5"),
        FunctionExample("ceil(3.0)", "3"),
      ]
    ),
    .function(
      "mod",
      [
        "mod(int, int) -> int", "mod(decimal(s), decimal(t)) -> decimal(greater of s and t)",
        "mod(float, number) -> float",
      ],
      "The remainder, as % gives it.",
      arguments: 2...2,
      rule: .remainder,
      examples: [
        FunctionExample("mod(7, 3)", "1")
      ],
      edges: [
        FunctionExample("mod(1, 0)", "error: division by zero"),
        FunctionExample("mod(-7, 3)", "-1"),
      ]
    ),
    .function(
      "div",
      [
        "div(int, int) -> int", "div(decimal(s), decimal(t)) -> int",
        "div(duration, duration) -> int", "div(duration, int) -> duration",
      ],
      "The whole part of a division, truncated towards zero.",
      arguments: 2...2,
      rule: .quotient,
      examples: [
        FunctionExample("div(7, 2)", "3"),
        FunctionExample("div(90m, 1h)", "1"),
      ],
      edges: [
        FunctionExample("div(1, 0)", "error: division by zero"),
        FunctionExample("div(-9223372036854775808, -1)", "error: the result does not fit its type"),
        FunctionExample("div(-7, 2)", "-3"),
        FunctionExample("div(1.0, 0.25)", "4"),
        FunctionExample("div(1h, 4)", "15m"),
      ]
    ),
    .function(
      "power",
      ["power(float, float) -> float"],
      "The first argument to the power of the second.",
      arguments: 2...2,
      rule: .signatures([
        CallSignature(parameters: [.float, .float], result: .float, operation: .floats(.power))
      ]),
      examples: [
        FunctionExample("power(2, 10)", "1024.0")
      ],
      edges: [
        FunctionExample("power(0, -1)", "error: division by zero"),
        FunctionExample("power(-8, 0.5)", "error: the result is not a finite number"),
        FunctionExample("power(10, 400)", "error: the result is not a finite number"),
        FunctionExample("power(0, 0)", "1.0"),
      ]
    ),
    .function(
      "sqrt",
      ["sqrt(float) -> float"],
      "The square root.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.float], result: .float, operation: .squareRoot)
      ]),
      examples: [
        FunctionExample("sqrt(9)", "3.0")
      ],
      edges: [
        FunctionExample("sqrt(-1)", "error: the result is not a finite number"),
        FunctionExample("sqrt(0)", "0.0"),
      ]
    ),
    .function(
      "least",
      ["least(T, ...) -> T"],
      "The least of numbers, timestamps or durations; null if one is null.",
      arguments: 1...Int.max,
      rule: .extremum(isLeast: true),
      examples: [
        FunctionExample("least(3, 1, 2)", "1")
      ],
      edges: [
        FunctionExample("least(1, 0.5)", "0.5"),
        FunctionExample("least(5m, 1h)", "5m"),
        FunctionExample("least(2)", "2"),
        FunctionExample("least(1, null)", "null"),
        FunctionExample("least(1e0, -1)", "-1.0"),
      ]
    ),
    .function(
      "greatest",
      ["greatest(T, ...) -> T"],
      "The greatest of numbers, timestamps or durations; null if one is null.",
      arguments: 1...Int.max,
      rule: .extremum(isLeast: false),
      examples: [
        FunctionExample("greatest(3, 1, 2)", "3")
      ],
      edges: [
        FunctionExample("greatest(1, 0.5)", "1.0"),
        FunctionExample("greatest(5m, 1h)", "1h"),
        FunctionExample("greatest(2)", "2"),
        FunctionExample("greatest(null, 1)", "null"),
      ]
    ),
  ]
}
