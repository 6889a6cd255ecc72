extension FunctionCatalogue {
  /// Functions on text.
  static let text: [FunctionEntry] = [
    .function(
      "lower",
      ["lower(string) -> string"],
      "The text in lower case.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(
          parameters: [.string],
          result: .string,
          operation: .changeCase(isUpper: false)
        )
      ]),
      examples: [
        FunctionExample("lower('ABC')", "'abc'")
      ],
      edges: [
        FunctionExample("lower('')", "''"),
        FunctionExample("lower('ÄÖ1')", "'äö1'"),
      ]
    ),
    .function(
      "upper",
      ["upper(string) -> string"],
      "The text in upper case.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.string], result: .string, operation: .changeCase(isUpper: true))
      ]),
      examples: [
        FunctionExample("upper('abc')", "'ABC'")
      ],
      edges: [
        FunctionExample("upper('')", "''"),
        FunctionExample("upper('straße')", "'STRASSE'"),
        FunctionExample("upper('z{@')", "'Z{@'"),
      ]
    ),
    .function(
      "trim",
      ["trim(string) -> string"],
      "The text without the spaces at both ends.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.string], result: .string, operation: .trim(.both))
      ]),
      examples: [
        FunctionExample("trim(' a b ')", "'a b'")
      ],
      edges: [
        FunctionExample("trim('')", "''"),
        FunctionExample("trim('   ')", "''"),
      ]
    ),
    .function(
      "ltrim",
      ["ltrim(string) -> string"],
      "The text without the spaces at the start.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.string], result: .string, operation: .trim(.left))
      ]),
      examples: [
        FunctionExample("ltrim(' a b ')", "'a b '")
      ],
      edges: [
        FunctionExample("ltrim('')", "''"),
        FunctionExample("ltrim('   ')", "''"),
      ]
    ),
    .function(
      "rtrim",
      ["rtrim(string) -> string"],
      "The text without the spaces at the end.",
      arguments: 1...1,
      rule: .signatures([
        CallSignature(parameters: [.string], result: .string, operation: .trim(.right))
      ]),
      examples: [
        FunctionExample("rtrim(' a b ')", "' a b'")
      ],
      edges: [
        FunctionExample("rtrim('')", "''"),
        FunctionExample("rtrim('   ')", "''"),
      ]
    ),
    .function(
      "length",
      ["length(string) -> int"],
      "The number of characters (Unicode scalars).",
      arguments: 1...1,
      rule: .signatures([CallSignature(parameters: [.string], result: .int, operation: .length)]),
      examples: [
        FunctionExample("length('harbor')", "6")
      ],
      edges: [
        FunctionExample("length('')", "0"),
        FunctionExample("length('äß€')", "3"),
      ]
    ),
    .function(
      "substring",
      ["substring(string, from int[, count int]) -> string"],
      "Characters from a position on, which counts from 1.",
      arguments: 2...3,
      rule: .signatures([
        CallSignature(
          parameters: [.string, .int, .int],
          optional: 1,
          result: .string,
          operation: .substring
        )
      ]),
      examples: [
        FunctionExample("substring('harbor', 4)", "'bor'"),
        FunctionExample("substring('harbor', 1, 3)", "'har'"),
      ],
      edges: [
        FunctionExample("substring('abc', 0, 2)", "'a'"),
        FunctionExample("substring('abc', 9)", "''"),
        FunctionExample("substring('abc', 2, 0)", "''"),
        FunctionExample("substring('abc', 1, -1)", "error: an argument is not valid"),
        FunctionExample("substring('äöü', 2, 1)", "'ö'"),
        FunctionExample("substring('abc', 2, 9223372036854775807)", "'bc'"),
        FunctionExample("substring('abc', -5)", "'abc'"),
      ]
    ),
    .function(
      "concat",
      ["concat(string, ...) -> string"],
      "Joins text, as || does.",
      arguments: 1...Int.max,
      rule: .concat,
      examples: [
        FunctionExample("concat('a', 'b', 'c')", "'abc'")
      ],
      edges: [
        FunctionExample("concat('', '')", "''"),
        FunctionExample("concat('x')", "'x'"),
      ]
    ),
    .function(
      "replace",
      ["replace(string, string, string) -> string"],
      "The text with every occurrence of the second argument replaced by the third.",
      arguments: 3...3,
      rule: .signatures([
        CallSignature(
          parameters: [.string, .string, .string],
          result: .string,
          operation: .replace
        )
      ]),
      examples: [
        FunctionExample("replace('a-b-c', '-', '+')", "'a+b+c'")
      ],
      edges: [
        FunctionExample("replace('abc', '', 'x')", "'abc'"),
        FunctionExample("replace('aaa', 'aa', 'b')", "'ba'"),
        FunctionExample("replace('abc', 'abc', '')", "''"),
        FunctionExample("replace('', 'a', 'b')", "''"),
      ]
    ),
    .function(
      "split_part",
      ["split_part(string, separator string, n int) -> string"],
      "Part n, from 1, of the text cut at each separator; empty if there are fewer.",
      arguments: 3...3,
      rule: .signatures([
        CallSignature(parameters: [.string, .string, .int], result: .string, operation: .splitPart)
      ]),
      examples: [
        FunctionExample("split_part('a,b,c', ',', 2)", "'b'")
      ],
      edges: [
        FunctionExample("split_part('a', ',', 2)", "''"),
        FunctionExample("split_part('a,b', ',', 0)", "error: an argument is not valid"),
        FunctionExample("split_part('a,b', '', 1)", "'a,b'"),
        FunctionExample("split_part('a--b', '--', 2)", "'b'"),
        FunctionExample("split_part(',', ',', 2)", "''"),
      ]
    ),
    .function(
      "starts_with",
      ["starts_with(string, prefix string) -> bool"],
      "Whether the text begins with another.",
      arguments: 2...2,
      rule: .signatures([
        CallSignature(parameters: [.string, .string], result: .bool, operation: .startsWith)
      ]),
      examples: [
        FunctionExample("starts_with('harbor', 'har')", "true")
      ],
      edges: [
        FunctionExample("starts_with('a', '')", "true"),
        FunctionExample("starts_with('a', 'ab')", "false"),
        FunctionExample("starts_with('long enough text', 'long enough x')", "false"),
      ]
    ),
    .function(
      "regexp_like",
      ["regexp_like(string, pattern text) -> bool"],
      "Whether a regular expression matches somewhere in the text; the pattern is a constant of Swift's dialect and works on Unicode scalars.",
      arguments: 2...2,
      rule: .matches,
      examples: [
        FunctionExample("regexp_like('order 66', '[0-9]+')", "true")
      ],
      edges: [
        FunctionExample("regexp_like('', '')", "true"),
        FunctionExample("regexp_like('abc', '^b')", "false"),
        FunctionExample("regexp_like('ü', '^.$')", "true"),
      ]
    ),
    .function(
      "regexp_extract",
      ["regexp_extract(string, pattern text[, group]) -> string"],
      "The part of the text that a regular expression, or a group of it, matches first; null if it does not.",
      arguments: 2...3,
      rule: .extractMatch,
      examples: [
        FunctionExample("regexp_extract('order 66', '[0-9]+')", "'66'"),
        FunctionExample("regexp_extract('k=v', '(.)=(.)', 2)", "'v'"),
      ],
      edges: [
        FunctionExample("regexp_extract('abc', 'x')", "null"),
        FunctionExample("regexp_extract('b', '(a)|b', 1)", "null"),
        FunctionExample("regexp_extract('', '')", "''"),
      ]
    ),
  ]
}
