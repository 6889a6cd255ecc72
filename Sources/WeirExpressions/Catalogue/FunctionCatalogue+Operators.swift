extension FunctionCatalogue {
  /// Operators and casts.
  static let operators: [FunctionEntry] = [
    .form(
      "+",
      [
        "int + int -> int", "decimal(s) + decimal(t) -> decimal(greater of s and t)",
        "float + number -> float", "timestamp + duration -> timestamp",
        "duration + duration -> duration",
      ],
      "Adds; exact for ints and decimals, which never wrap.",
      examples: [
        FunctionExample("1 + 2", "3"),
        FunctionExample("0.10 + 1", "1.10"),
        FunctionExample("timestamp '2026-01-01T00:00:00Z' + 90m", "2026-01-01T01:30:00Z"),
      ],
      edges: [
        FunctionExample("9223372036854775807 + 1", "error: the result does not fit its type"),
        FunctionExample("0.1 + 0.02", "0.12"),
        FunctionExample("1e308 + 1e308", "error: the result is not a finite number"),
        FunctionExample(
          "timestamp '9999-12-31T23:59:59Z' + 1s",
          "error: the value is out of range"
        ),
        FunctionExample("1h + 30m", "1h30m"),
        FunctionExample("1.5 + 1e0", "2.5"),
      ]
    ),
    .form(
      "-",
      [
        "int - int -> int", "decimal(s) - decimal(t) -> decimal(greater of s and t)",
        "float - number -> float", "timestamp - duration -> timestamp",
        "timestamp - timestamp -> duration", "duration - duration -> duration",
        "- number -> number", "- duration -> duration",
      ],
      "Subtracts, or negates.",
      examples: [
        FunctionExample("5 - 7", "-2"),
        FunctionExample(
          "timestamp '2026-01-01T01:00:00Z' - timestamp '2026-01-01T00:30:00Z'",
          "30m"
        ),
        FunctionExample("-(1.5)", "-1.5"),
      ],
      edges: [
        FunctionExample("-9223372036854775808 - 1", "error: the result does not fit its type"),
        FunctionExample("-(-9223372036854775808)", "error: the result does not fit its type"),
        FunctionExample(
          "timestamp '0001-01-01T00:00:00Z' - 1us",
          "error: the value is out of range"
        ),
        FunctionExample("2 - -3", "5"),
        FunctionExample("30m - 1h", "-30m"),
      ]
    ),
    .form(
      "*",
      [
        "int * int -> int", "decimal(s) * decimal(t) -> decimal(s + t)", "float * number -> float",
        "duration * number -> duration",
      ],
      "Multiplies; the scales of decimals are added and may not exceed 18.",
      examples: [
        FunctionExample("6 * 7", "42"),
        FunctionExample("1.5 * 0.25", "0.375"),
        FunctionExample("10m * 3", "30m"),
      ],
      edges: [
        FunctionExample("9223372036854775807 * 2", "error: the result does not fit its type"),
        FunctionExample("9.0 * 1000000000000000000", "error: the result does not fit its type"),
        FunctionExample("1e200 * 1e200", "error: the result is not a finite number"),
        FunctionExample("1h * 0.5", "30m"),
        FunctionExample("-1 * -9223372036854775808", "error: the result does not fit its type"),
      ]
    ),
    .form(
      "/",
      [
        "number / number -> float", "duration / number -> duration", "duration / duration -> float",
      ],
      "Divides; the result is a float also for ints and decimals, see div for whole numbers.",
      examples: [
        FunctionExample("7 / 2", "3.5"),
        FunctionExample("1h / 4", "15m"),
        FunctionExample("45m / 1h", "0.75"),
      ],
      edges: [
        FunctionExample("1 / 0", "error: division by zero"),
        FunctionExample("0e0 / 0", "error: division by zero"),
        FunctionExample("1e308 / 1e-10", "error: the result is not a finite number"),
        FunctionExample("1.0 / 4.00", "0.25"),
        FunctionExample("1h / 0", "error: division by zero"),
      ]
    ),
    .form(
      "%",
      [
        "int % int -> int", "decimal(s) % decimal(t) -> decimal(greater of s and t)",
        "float % number -> float", "duration % duration -> duration",
      ],
      "The remainder of a division that truncates; it has the sign of the dividend.",
      examples: [
        FunctionExample("7 % 3", "1"),
        FunctionExample("-7 % 3", "-1"),
        FunctionExample("5.5 % 2", "1.5"),
      ],
      edges: [
        FunctionExample("1 % 0", "error: division by zero"),
        FunctionExample("1e0 % 0", "error: division by zero"),
        FunctionExample("-9223372036854775808 % -1", "0"),
        FunctionExample("90m % 1h", "30m"),
      ]
    ),
    .form(
      "||",
      ["string || string -> string"],
      "Joins text.",
      examples: [
        FunctionExample("'a' || 'b'", "'ab'")
      ],
      edges: [
        FunctionExample("'' || ''", "''"),
        FunctionExample("'ü' || '''' || cast(1 as string)", "'ü''1'"),
      ]
    ),
    .form(
      "=",
      ["number = number -> bool", "T = T -> bool"],
      "Equal; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("1 = 1.0", "true"),
        FunctionExample("'a' = 'A'", "false"),
      ],
      edges: [
        FunctionExample("null = null", "null"),
        FunctionExample("9007199254740993 = 9007199254740992", "false"),
        FunctionExample("0e0 = -0e0", "true"),
        FunctionExample("'' = ''", "true"),
      ]
    ),
    .form(
      "<>",
      ["number <> number -> bool", "T <> T -> bool"],
      "Not equal; also written !=; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("1 <> 2", "true"),
        FunctionExample("'a' != 'a'", "false"),
      ],
      edges: [
        FunctionExample("1 <> null", "null"),
        FunctionExample("1/0 <> 1", "error: division by zero"),
      ]
    ),
    .form(
      "<",
      ["number < number -> bool", "T < T -> bool"],
      "Less; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("1 < 1.5", "true"),
        FunctionExample("'a' < 'b'", "true"),
      ],
      edges: [
        FunctionExample("9223372036854775807 < 0.1", "false"),
        FunctionExample("'a' < 'ab'", "true"),
        FunctionExample("'Z' < 'a'", "true"),
        FunctionExample("'ab' < 'a'", "false"),
      ]
    ),
    .form(
      "<=",
      ["number <= number -> bool", "T <= T -> bool"],
      "Less or equal; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("2 <= 2", "true")
      ],
      edges: [
        FunctionExample("'eight ch' <= 'eight cha'", "true"),
        FunctionExample("-9223372036854775808 <= 0.1", "true"),
      ]
    ),
    .form(
      ">",
      ["number > number -> bool", "T > T -> bool"],
      "Greater; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("3 > 2", "true")
      ],
      edges: [
        FunctionExample(
          "timestamp '2026-01-01T00:00:00Z' > timestamp '2025-12-31T23:59:59.999999Z'",
          "true"
        ),
        FunctionExample("1h > 59m", "true"),
      ]
    ),
    .form(
      ">=",
      ["number >= number -> bool", "T >= T -> bool"],
      "Greater or equal; numbers of all kinds compare with one another, text by its UTF-8 bytes, everything else with its own type.",
      examples: [
        FunctionExample("2 >= 2.00", "true")
      ],
      edges: [
        FunctionExample("true >= false", "true"),
        FunctionExample("-1 >= 0", "false"),
      ]
    ),
    .form(
      "and",
      ["bool and bool -> bool"],
      "False if a side is false, whatever the other is; else an error or null of a side wins; else true.",
      nulls: .own,
      examples: [
        FunctionExample("true and false", "false"),
        FunctionExample("null and false", "false"),
      ],
      edges: [
        FunctionExample("null and true", "null"),
        FunctionExample("1/0 = 1 and false", "false"),
        FunctionExample("1/0 = 1 and null", "error: division by zero"),
      ]
    ),
    .form(
      "or",
      ["bool or bool -> bool"],
      "True if a side is true, whatever the other is; else an error or null of a side wins; else false.",
      nulls: .own,
      examples: [
        FunctionExample("true or false", "true"),
        FunctionExample("null or true", "true"),
      ],
      edges: [
        FunctionExample("null or false", "null"),
        FunctionExample("1/0 = 1 or true", "true"),
        FunctionExample("1/0 = 1 or null", "error: division by zero"),
      ]
    ),
    .form(
      "not",
      ["not bool -> bool"],
      "The opposite.",
      examples: [
        FunctionExample("not true", "false")
      ],
      edges: [
        FunctionExample("not null", "null"),
        FunctionExample("not (1/0 = 1)", "error: division by zero"),
        FunctionExample("not 1 = 2", "true"),
      ]
    ),
    .form(
      "is null",
      ["T is [not] null -> bool"],
      "Whether a value is null; an error stays an error.",
      nulls: .own,
      examples: [
        FunctionExample("null is null", "true"),
        FunctionExample("1 is not null", "true"),
      ],
      edges: [
        FunctionExample("1/0 is null", "error: division by zero"),
        FunctionExample("cast(null as int) + 1 is null", "true"),
      ]
    ),
    .form(
      "between",
      ["T [not] between T and T -> bool"],
      "Whether a value lies between two others, both included.",
      nulls: .own,
      examples: [
        FunctionExample("2 between 1 and 3", "true"),
        FunctionExample("2 not between 1 and 3", "false"),
      ],
      edges: [
        FunctionExample("1 between 1 and 1", "true"),
        FunctionExample("2 between 3 and 1", "false"),
        FunctionExample("5 between null and 3", "false"),
        FunctionExample("2 between null and 3", "null"),
      ]
    ),
    .form(
      "in",
      ["T [not] in (T, ...) -> bool"],
      "Whether a value equals one of a list; null if it equals none and null is among them.",
      nulls: .own,
      examples: [
        FunctionExample("2 in (1, 2, 3)", "true"),
        FunctionExample("'d' not in ('a', 'b')", "true"),
      ],
      edges: [
        FunctionExample("4 in (1, null)", "null"),
        FunctionExample("1 in (1, null)", "true"),
        FunctionExample("null in (1)", "null"),
        FunctionExample("1.50 in (1, 1.5)", "true"),
        FunctionExample("7 in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)", "true"),
      ]
    ),
    .form(
      "like",
      ["string [not] like string [escape character] -> bool"],
      "Whether all of a text matches a pattern: % stands for any text, _ for one character; case counts.",
      examples: [
        FunctionExample("'merchant' like 'mer%'", "true"),
        FunctionExample("'a_b' like 'a!_b' escape '!'", "true"),
      ],
      edges: [
        FunctionExample("'' like '%'", "true"),
        FunctionExample("'ü' like '_'", "true"),
        FunctionExample("'abc' like '%b%'", "true"),
        FunctionExample("'abcabc' like '%bc'", "true"),
        FunctionExample("'abc' not like 'a%c'", "false"),
        FunctionExample("'a%c' like 'a!%c' escape '!'", "true"),
        FunctionExample("'ABC' like 'abc'", "false"),
        FunctionExample("'a' like 'a' || '%'", "true"),
      ]
    ),
    .form(
      "cast",
      ["cast(x as type) -> type"],
      "Turns a value into another type; what does not fit is an error, digits that do not fit are rounded half away from zero.",
      examples: [
        FunctionExample("cast('12' as int)", "12"),
        FunctionExample("cast(1.25 as decimal(1))", "1.3"),
        FunctionExample("cast(1h30m as string)", "'1h30m'"),
      ],
      edges: [
        FunctionExample("cast('12.0' as int)", "error: the value cannot be cast"),
        FunctionExample("cast('' as float)", "error: the value cannot be cast"),
        FunctionExample("cast('nan' as float)", "error: the value cannot be cast"),
        FunctionExample("cast(-2.5 as int)", "-3"),
        FunctionExample("cast(1e19 as int)", "error: the value cannot be cast"),
        FunctionExample("cast('1.239' as decimal(2))", "error: the value cannot be cast"),
        FunctionExample("cast('1.230' as decimal(2))", "1.23"),
        FunctionExample(
          "cast(9223372036854775807 as decimal(2))",
          "error: the value cannot be cast"
        ),
        FunctionExample("cast('2026-01-01T02:00:00+02:00' as timestamp)", "2026-01-01T00:00:00Z"),
        FunctionExample(
          "cast('2026-01-01T00:00:00' as timestamp)",
          "error: the value cannot be cast"
        ),
        FunctionExample("cast(true as int)", "1"),
        FunctionExample("cast(0.10 as string)", "'0.10'"),
        FunctionExample("cast(cast('x' as bytes) as string)", "'x'"),
        FunctionExample("cast('TRUE' as bool)", "true"),
        FunctionExample("cast('1h' as duration) + 1m", "1h1m"),
      ]
    ),
    .form(
      "try_cast",
      ["try_cast(x as type) -> type"],
      "As cast, but null where cast gives an error of its own; an error in x stays one.",
      examples: [
        FunctionExample("try_cast('x' as int)", "null"),
        FunctionExample("try_cast('7' as int)", "7"),
      ],
      edges: [
        FunctionExample("try_cast(1e19 as int)", "null"),
        FunctionExample("try_cast(9223372036854775807 as decimal(2))", "null"),
        FunctionExample("try_cast(div(1, 0) as string)", "error: division by zero"),
      ]
    ),
  ]
}
